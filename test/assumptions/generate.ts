/** Writes the register of assumptions, test/assumptions/README.md: `npm run readme`. */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Probe } from "./probe.ts";
import { type Register, type SourceFile, writeRegister } from "./register.ts";
import { unprobed } from "./unprobed.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export const PAGE = new URL("README.md", import.meta.url);

/** Sorted by code units, so that the order does not depend on the locale. */
const find = (pattern: string): string[] =>
	globSync(pattern, { cwd: ROOT })
		.map((path) => path.replaceAll("\\", "/"))
		.sort((a, b) => (a < b ? -1 : 1));

const read = (pattern: string): SourceFile[] =>
	find(pattern).map((path) => ({
		path,
		text: readFileSync(`${ROOT}${path}`, "utf8"),
	}));

/** A file of probes exports lists of probes, and single probes. */
async function readProbes(path: string): Promise<Probe[]> {
	const exported: Readonly<Record<string, unknown>> = await import(
		pathToFileURL(`${ROOT}${path}`).href
	);
	return Object.values(exported)
		.flat()
		.filter(
			(one): one is Probe =>
				typeof one === "object" && one !== null && "assumes" in one,
		);
}

export async function readRegister(): Promise<Register> {
	const files = find("test/assumptions/probes/*.ts").filter(
		(path) => !path.endsWith("/index.ts"),
	);
	const probeFiles = [];
	for (const path of files)
		probeFiles.push({ path, probes: await readProbes(path) });
	return {
		sources: read("emulator/**/*.ts"),
		tests: read("test/**/*.test.ts").filter(
			({ path }) => !/^test\/(?:assumptions|tidy)\b/.test(path),
		),
		probeFiles,
		unprobed,
	};
}

if (import.meta.main) writeFileSync(PAGE, writeRegister(await readRegister()));
