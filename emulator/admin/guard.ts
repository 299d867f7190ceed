/**
 * Protects the admin port from other sites in a browser. They cannot change anything, because requests that do must not
 * come from another origin. They cannot read anything by DNS rebinding, because the Host must be a name that cannot be
 * registered.
 *
 * Pure. Source: Fetch standard, «Origin»; RFC 6761, RFC 6762, RFC 8375 for the reserved names.
 */
import { isIP } from "node:net";
import { hostName } from "../auth/addressing.ts";
import { AdminError } from "./admin-error.ts";

/** Top-level domains that are not in the public DNS. */
const RESERVED = /\.(localhost|local|internal|test|home\.arpa)$/;

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

export type OriginFacts = {
	readonly method: string;
	/** '' when the request has no Host; browsers always send one. */
	readonly host: string;
	readonly origin: string | undefined;
};

/**
 * @param domains the configured domains; names below them are trusted too
 * @throws AdminError 403
 */
export function requireTrusted(
	{ method, host, origin }: OriginFacts,
	domains: readonly string[],
): void {
	if (!isTrustedHost(hostName(host), domains))
		throw new AdminError(
			403,
			"UntrustedHost",
			`the admin port does not answer under the name ${host}: use localhost or an IP address, or start with --domain ${hostName(host)}`,
		);
	if (READING.has(method) || origin === undefined) return;
	if (!isOwnOrigin(origin, host))
		throw new AdminError(
			403,
			"UntrustedOrigin",
			`a page of ${origin} must not change anything here`,
		);
}

/** The name of a container has no dots; no public site has such a name. */
function isTrustedHost(name: string, domains: readonly string[]): boolean {
	if (name === "" || isIP(name) || !name.includes(".")) return true;
	if (RESERVED.test(name)) return true;
	return domains.some((own) => name === own || name.endsWith(`.${own}`));
}

const isOwnOrigin = (origin: string, host: string): boolean =>
	URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
