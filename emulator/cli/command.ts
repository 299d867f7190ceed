/**
 * What a subcommand is given.
 *
 * Pure.
 */
import type { AdminClient } from "./admin-client.ts";
import { CommandError } from "./command-error.ts";
import { type CommandName, USAGE } from "./manual.ts";

export type Flags = {
	readonly json?: boolean;
	readonly recursive?: boolean;
	readonly follow?: boolean;
	readonly "version-id"?: string;
	readonly bucket?: string;
	readonly key?: string;
	readonly status?: string;
	readonly limit?: string;
	readonly repair?: boolean;
};

export type Asked = {
	readonly client: AdminClient;
	/** After the command's name. */
	readonly words: readonly string[];
	readonly flags: Flags;
	/** To standard output. */
	readonly write: (text: string) => void;
};

/** @throws CommandError */
export type Command = (asked: Asked) => Promise<void>;

export const wrongUsage = (name: CommandName, what: string): CommandError =>
	new CommandError(2, `${what}: oss-emulator ${USAGE[name]}`);

/**
 * `photos/a/cat.jpg`, also as `oss://photos/a/cat.jpg`.
 *
 * @returns '' for a key that is not given
 */
export function readPlace(word: string): {
	readonly bucket: string;
	readonly key: string;
} {
	const place = word.replace(/^oss:\/\//, "");
	const slash = place.indexOf("/");
	return slash < 0
		? { bucket: place, key: "" }
		: { bucket: place.slice(0, slash), key: place.slice(slash + 1) };
}

/** @throws CommandError when it is not one BUCKET/KEY */
export function readObjectPlace(
	name: CommandName,
	words: readonly string[],
): { readonly path: string; readonly key: string } {
	const [word = "", ...more] = words;
	const { bucket, key } = readPlace(word);
	if (bucket === "" || key === "" || more.length > 0)
		throw wrongUsage(name, "name one object");
	return { path: `/api/buckets/${encodeURIComponent(bucket)}`, key };
}
