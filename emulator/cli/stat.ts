/**
 * `oss-emulator stat`: prints an object's properties, one per line.
 */
import { printable } from "../oss/log.ts";
import { type Command, readObjectPlace } from "./command.ts";
import { CommandError } from "./command-error.ts";

type Version = Readonly<Record<string, unknown>>;
type ObjectDetails = { readonly versions: readonly Version[] };

export const stat: Command = async ({ client, words, flags, write }) => {
	const { path, key } = readObjectPlace("stat", words);
	const known = await client.json<ObjectDetails>(`${path}/object`, { key });
	if (flags.json) {
		write(`${JSON.stringify(known)}\n`);
		return;
	}
	const { versions } = known;
	const [current] = versions;
	if (!current || current.type === "DeleteMarker")
		throw new CommandError(
			1,
			`it was deleted; remaining versions: ${versions.length - 1}, see --json`,
		);
	write(describe({ ...current, versions: versions.length }));
};

/** Names nested values like `tags.colour`; omits empty values. */
function describe(known: Version): string {
	const lines = Object.entries(known).flatMap(([name, value]) =>
		isMap(value)
			? Object.entries(value).map(([inner, nested]) => [
					`${name}.${inner}`,
					nested,
				])
			: [[name, value]],
	);
	const shown = lines.filter(([, value]) => value !== "" && value !== null);
	const width = Math.max(...shown.map(([name]) => String(name).length)) + 2;
	return shown
		.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`)
		.map((line) => `${printable(line)}\n`)
		.join("");
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
	typeof value === "object" && value !== null;
