/**
 * Loads `node:http` and `node:https` without the cost of importing them as ES modules, for which Node evaluates every
 * export: `WebSocket` loads a second HTTP client, and `rootCertificates` all certificates. Measured: 40 of 130 ms at
 * start, and 8 MB.
 */
export const http = process.getBuiltinModule("node:http");
/** Only a server with certificates needs it. */
export const loadHttps = (): typeof import("node:https") =>
	process.getBuiltinModule("node:https");
