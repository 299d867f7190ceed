/**
 * The arguments of a subcommand.
 *
 * Pure.
 */
import type { AdminClient } from "./admin-client.ts";
import { CommandError } from "./command-error.ts";
import { type CommandName, usageOf } from "./manual.ts";

export type Flags = {
	readonly json?: boolean;
	readonly recursive?: boolean;
	readonly follow?: boolean;
	readonly verbose?: boolean;
	readonly force?: boolean;
	readonly repair?: boolean;
	readonly versioning?: boolean;
	readonly "version-id"?: string;
	readonly account?: string;
	readonly acl?: string;
	readonly after?: string;
	readonly bucket?: string;
	readonly callback?: string;
	readonly "callback-body"?: string;
	readonly "content-type"?: string;
	readonly key?: string;
	readonly limit?: string;
	readonly meta?: readonly string[];
	readonly method?: string;
	readonly name?: string;
	readonly seconds?: string;
	readonly status?: string;
	readonly "storage-class"?: string;
	readonly tag?: readonly string[];
	readonly times?: string;
	readonly url?: string;
};

export type Requested = {
	readonly client: AdminClient;
	/** The arguments after the command's name. */
	readonly words: readonly string[];
	readonly flags: Flags;
	readonly version: string;
	/** Writes to standard output. */
	readonly write: (text: string) => void;
	/** Writes the progress of long work to standard error, if it is a terminal. */
	readonly progress: (text: string) => void;
};

/** @throws CommandError */
export type Command = (requested: Requested) => Promise<void>;

export const wrongUsage = (name: CommandName, what: string): CommandError =>
	new CommandError(2, `${what}: oss-emulator ${usageOf(name)}`);

/** @throws CommandError if there are words */
export function refuseArguments(
	name: CommandName,
	words: readonly string[],
): void {
	if (words.length > 0) throw wrongUsage(name, "it takes no arguments");
}

export type Place = { readonly bucket: string; readonly key: string };

/**
 * `photos/a/cat.jpg`, also as `oss://photos/a/cat.jpg`.
 *
 * @returns '' for a key that is not given
 */
export function readPlace(word: string): Place {
	const place = word.replace(/^oss:\/\//, "");
	const slash = place.indexOf("/");
	return slash < 0
		? { bucket: place, key: "" }
		: { bucket: place.slice(0, slash), key: place.slice(slash + 1) };
}

/** The route of a bucket. */
export const pathOf = (bucket: string): string =>
	`/api/buckets/${encodeURIComponent(bucket)}`;

/** @throws CommandError unless it is exactly one BUCKET/KEY */
export function readObjectPlace(
	name: CommandName,
	words: readonly string[],
): Place & { readonly path: string } {
	const [word = "", ...more] = words;
	const { bucket, key } = readPlace(word);
	if (bucket === "" || key === "" || more.length > 0)
		throw wrongUsage(name, "name one object");
	return { path: pathOf(bucket), bucket, key };
}

/** @throws CommandError unless there is exactly one word */
export function readOnly(
	name: CommandName,
	words: readonly string[],
	what: string,
): string {
	const [word, ...more] = words;
	if (word === undefined || more.length > 0)
		throw wrongUsage(name, `name one ${what}`);
	return word;
}
