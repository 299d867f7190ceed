/**
 * Only its own pages may use the admin port from a browser. Other sites cannot change anything, because a request that
 * does must not come from another origin; and they cannot read anything under a name of their own that points here (DNS
 * rebinding), because the Host must be a name that cannot be registered.
 *
 * Pure. Source: Fetch standard, «Origin»; RFC 6761, RFC 6762, RFC 8375 for the reserved names.
 */
import { isIP } from "node:net";
import { hostName } from "../auth/addressing.ts";
import { AdminError } from "./admin-error.ts";

/** Top-level domains that are not in the public DNS. */
const RESERVED = /\.(localhost|local|internal|test|home\.arpa)$/;

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

export type Asking = {
	readonly method: string;
	/** '' when there is none; browsers always send one. */
	readonly host: string;
	readonly origin: string | undefined;
};

/**
 * @param domains the configured ones; names under them are trusted too
 * @throws AdminError 403
 */
export function requireTrusted(
	{ method, host, origin }: Asking,
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

/** A container's name has no dots; no site can be reached under such a name. */
function isTrustedHost(name: string, domains: readonly string[]): boolean {
	if (name === "" || isIP(name) || !name.includes(".")) return true;
	if (RESERVED.test(name)) return true;
	return domains.some((own) => name === own || name.endsWith(`.${own}`));
}

const isOwnOrigin = (origin: string, host: string): boolean =>
	URL.canParse(origin) && new URL(origin).host === host.toLowerCase();
