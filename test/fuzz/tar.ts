/**
 * Files of `oss-emulator export`: an import opens no file outside of the archive, and a damaged file is a CommandError.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { Header } from "tar";
import { importTar } from "../../emulator/cli/archive.ts";
import type { Requested } from "../../emulator/cli/command.ts";
import { CommandError } from "../../emulator/cli/command-error.ts";
import { Disagreement, type Target } from "./engine/target.ts";

const folder = mkdtempSync(join(tmpdir(), "oss-emulator-fuzz-"));
const OUTSIDE = "content of a file outside";

const entry = (
	path: string,
	content: string,
	type: "File" | "SymbolicLink" = "File",
	linkpath = "",
): Buffer => {
	const header = new Header({
		path,
		size: type === "File" ? content.length : 0,
		type,
		linkpath,
		mode: 0o644,
	});
	const block = Buffer.alloc(512);
	header.encode(block);
	if (type !== "File") return block;
	return Buffer.concat([
		block,
		Buffer.from(content),
		Buffer.alloc((512 - (content.length % 512)) % 512),
	]);
};

const tar = (...entries: readonly Buffer[]): Buffer =>
	Buffer.concat([...entries, Buffer.alloc(1024)]);

const seedOf = (file: string): string =>
	JSON.stringify({
		buckets: [
			{
				name: "photos",
				acl: "private",
				objects: [
					{ key: "a", file, contentType: "a/b", metadata: {}, tags: {} },
				],
			},
		],
	});

/** A server that receives the imported objects. */
const client = {
	ask: async (
		_method: string,
		_path: string,
		{ body }: { readonly body?: unknown },
	) => {
		if (!(body instanceof ReadableStream)) return;
		const content = await buffer(body);
		if (content.includes(OUTSIDE))
			throw new Disagreement("reads a file outside of the tar file");
	},
};

export default {
	about: "tar files to import: nothing outside is read",
	bytesMax: 8192,
	seeds: [
		tar(
			entry("seed.json", seedOf("objects/000001")),
			entry("objects/000001", "hello"),
		),
		tar(entry("seed.json", '{"buckets":[]}')),
		tar(entry("seed.json", seedOf("../outside"))),
		tar(
			entry("seed.json", seedOf("objects/000001")),
			entry("objects/000001", "", "SymbolicLink", join(folder, "outside")),
		),
		"no tar",
	],
	start: async () => {
		writeFileSync(join(folder, "outside"), OUTSIDE);
		return async () => rmSync(folder, { recursive: true });
	},
	run: async (input) => {
		const file = join(folder, "it.tar");
		writeFileSync(file, input);
		const requested = {
			client,
			words: [file],
			flags: {},
			write: () => {},
			progress: () => {},
		} as unknown as Requested;
		try {
			await importTar(requested);
		} catch (error) {
			if (!(error instanceof CommandError)) throw error;
		}
	},
} satisfies Target;
