/**
 * Parses the values of settings.
 *
 * Every function throws a StartError with one line that names the flag and the valid values. `name` is the flag without
 * its dashes.
 *
 * Pure.
 */
import type { Account } from "../auth/accounts.ts";
import type { KeyBits } from "../callback/key-pair.ts";
import { readDecimal } from "../oss/decimal.ts";
import { StartError } from "../oss/start-error.ts";

/** Nine digits. */
const LIMIT_MAX = 999_999_999;

export function readLimit(name: string, text: string): number {
	const limit = readDecimal(text, 0, LIMIT_MAX);
	if (limit === undefined)
		throw new StartError(`--${name} must be a whole number, not ${text}`);
	return limit;
}

const TIMEOUT_MS_MAX = 600_000;

export function readMilliseconds(name: string, text: string): number {
	const timeoutMs = readDecimal(text, 1, TIMEOUT_MS_MAX);
	if (timeoutMs === undefined) {
		throw new StartError(
			`--${name} must be milliseconds, 1 to ${TIMEOUT_MS_MAX}, not ${text}`,
		);
	}
	return timeoutMs;
}

export const readOptionalPort = (
	name: string,
	text: string,
): number | undefined => (text === "" ? undefined : readPort(name, text));

export function readPort(name: string, text: string): number {
	const port = readDecimal(text, 0, 65_535);
	if (port === undefined)
		throw new StartError(`--${name} must be a port, 0 to 65535, not ${text}`);
	return port;
}

export function readRegion(text: string): string {
	const region = text.replace(/^oss-/, "");
	if (!/^[a-z0-9-]+$/.test(region))
		throw new StartError(`--region must look like cn-hangzhou, not ${text}`);
	return region;
}

export function readDomain(text: string): string {
	const domain = text.toLowerCase().replace(/^\./, "");
	if (!/^[a-z0-9._-]+$/.test(domain))
		throw new StartError(
			`--domain must be a host name without scheme and port, not ${text}`,
		);
	return domain;
}

export function readChoice<Choice extends string>(
	name: string,
	text: string,
	choices: readonly Choice[],
): Choice {
	const choice = choices.find((item) => item === text);
	if (choice === undefined)
		throw new StartError(
			`--${name} must be one of ${choices.join(", ")}, not ${text}`,
		);
	return choice;
}

const UID_FIRST = 1_000_000_000_000_001;

export function readAccounts(
	list: readonly string[],
): readonly [Account, ...Account[]] {
	const accounts = list.map((text, index) => {
		const [
			accessKeyId = "",
			accessKeySecret = "",
			uid = String(UID_FIRST + index),
			...more
		] = text.split(":");
		if (
			!accessKeyId ||
			!accessKeySecret ||
			!/^\d+$/.test(uid) ||
			more.length > 0
		) {
			throw new StartError(
				"--access-key must be ID:SECRET or ID:SECRET:UID, the uid a number",
			); // no secret in a message
		}
		return { accessKeyId, accessKeySecret, uid };
	});
	for (const { accessKeyId } of accounts)
		if (accounts.filter((item) => item.accessKeyId === accessKeyId).length > 1)
			throw new StartError(`--access-key names ${accessKeyId} more than once`);
	const [first, ...others] = accounts;
	if (!first) throw new StartError("--access-key must name at least one key");
	return [first, ...others];
}

export function readBits(text: string): KeyBits {
	const choices = ["512", "1024", "2048"] as const;
	const bits = readChoice("callback-key-bits", text, choices);
	return bits === "512" ? 512 : bits === "1024" ? 1024 : 2048;
}
