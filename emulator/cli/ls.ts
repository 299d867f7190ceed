/**
 * `oss-emulator ls`: lists the buckets, or the content of a bucket as a folder.
 */
import { printable } from "../oss/log.ts";
import {
	type Command,
	pathOf,
	type Requested,
	readPlace,
	wrongUsage,
} from "./command.ts";
import { CommandError } from "./command-error.ts";

type BucketList = { readonly buckets: readonly { readonly name: string }[] };

type Page = {
	readonly objects: readonly {
		readonly key: string;
		readonly size: number;
		readonly modifiedAt: string;
	}[];
	readonly prefixes: readonly string[];
	readonly isTruncated: boolean;
	readonly nextMarker: string;
};

export const ls: Command = async (requested) => {
	const [word, ...more] = requested.words;
	if (more.length > 0) throw wrongUsage("ls", "name one bucket or prefix");
	if (word === undefined) await listBuckets(requested);
	else await listObjects(requested, word);
};

async function listBuckets({ client, flags, write }: Requested): Promise<void> {
	const { buckets } = await client.json<BucketList>("/api/buckets", {
		account: flags.account,
	});
	if (flags.json) for (const one of buckets) write(`${JSON.stringify(one)}\n`);
	else for (const { name } of buckets) write(`${name}\n`);
}

async function listObjects(requested: Requested, word: string): Promise<void> {
	const { client, flags, write } = requested;
	const { bucket, key: prefix } = readPlace(word);
	const path = `${pathOf(bucket)}/objects`;
	const delimiter = flags.recursive ? "" : "/";
	const query = { prefix, delimiter, limit: "1000" };
	let found = 0;
	for (let marker: string | undefined; marker !== ""; ) {
		const page = await client.json<Page>(path, { ...query, marker });
		for (const line of flags.json ? asJson(page) : asText(page)) write(line);
		found += page.objects.length + page.prefixes.length;
		marker = page.isTruncated ? page.nextMarker : "";
	}
	if (found === 0 && prefix !== "")
		throw new CommandError(1, "no key has this prefix");
}

/** One JSON document per line: all properties of an object, or the prefix of a folder. */
const asJson = ({ objects, prefixes }: Page): string[] =>
	[...prefixes.map((prefix) => ({ prefix })), ...objects].map(
		(one) => `${JSON.stringify(one)}\n`,
	);

/** Sorted by name, folders among objects. */
function asText({ objects, prefixes }: Page): string[] {
	const lines = [
		...prefixes.map((name) => ({ name, about: "".padEnd(39) })),
		...objects.map(({ key: name, size, modifiedAt }) => ({
			name,
			about: `${String(size).padStart(13)}  ${modifiedAt}`,
		})),
	];
	return lines
		.toSorted((a, b) =>
			Buffer.compare(Buffer.from(a.name), Buffer.from(b.name)),
		)
		.map(({ name, about }) => `${about}  ${printable(name)}\n`);
}
