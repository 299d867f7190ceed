/**
 * Makes the parser of a server lenient in one point only: it accepts Content-Length next to chunked encoding, which
 * ali-oss sends with streams.
 *
 * `insecureHTTPParser` disables all checks: with it Node.js accepts folded headers and lines that end in a bare LF as
 * well, and they cannot be recognised afterwards. Node.js reads the flags behind that option when a connection is
 * made, so they are replaced at that moment. Other servers of the process are not affected.
 */
import type { Server } from "node:http";

/** @param server a server that was made with `insecureHTTPParser` and accepts connections at `event` */
export function acceptLengthNextToChunks(server: Server, event: string): void {
	const flags = findFlags();
	if (!flags) return;
	const { kLenientAll } = flags;
	server.prependListener(event, () => {
		flags.kLenientAll = flags.kLenientChunkedLength;
	});
	server.on(event, () => {
		flags.kLenientAll = kLenientAll;
	});
}

/** Whether folded headers and lines that end in a bare LF can be refused with this version of Node.js. */
export const isParserStrict = (): boolean => findFlags() !== undefined;

type Flags = { kLenientAll: number; readonly kLenientChunkedLength: number };

const isFlags = (parser: unknown): parser is Flags =>
	typeof parser === "function" &&
	"kLenientAll" in parser &&
	"kLenientChunkedLength" in parser;

/** The flags; undefined if Node.js has no such flags, so that the parser is lenient in all points. */
function findFlags(): Flags | undefined {
	const common: unknown = process.getBuiltinModule("_http_common");
	return typeof common === "object" &&
		common !== null &&
		"HTTPParser" in common &&
		isFlags(common.HTTPParser)
		? common.HTTPParser
		: undefined;
}
