/**
 * `npm run readme`: writes the generated parts of the pages between their markers.
 *
 * The flags come from settings.ts, the operations from the operation table, and the settings of clients from
 * `s3/client-settings.ts`, so that the pages always agree with the source.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { listSettings } from "../../emulator/config/settings.ts";
import type { Row } from "../../emulator/operations/row.ts";
import { table } from "../../emulator/operations/table.ts";
import {
	CLIENTS,
	REFUSED_FEATURES,
} from "../../emulator/s3/client-settings.ts";

type Parts = Readonly<Record<string, () => string>>;

/** Paths relative to the root of the repository. */
export const PAGES: Readonly<Record<string, Parts>> = {
	"emulator/config/README.md": { flags: writeFlags },
	"emulator/operations/README.md": { operations: writeOperations },
	"emulator/s3/README.md": { "client-settings": writeClientSettings },
};

/** @param path relative to the root of the repository */
export const urlOf = (path: string): URL =>
	new URL(`../../${path}`, import.meta.url);

export const readPage = (path: string): string =>
	readFileSync(urlOf(path), "utf8");

/**
 * @param page with the markers `<!-- NAME -->` and `<!-- /NAME -->`
 * @throws Error when a marker is missing
 */
export function generate(page: string, parts: Parts): string {
	let text = page;
	for (const [name, write] of Object.entries(parts)) {
		const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
		const [before, after] = [text.indexOf(start), text.indexOf(end)];
		if (before < 0 || after < before)
			throw new Error(
				`the page does not contain the markers ${start} and ${end}`,
			);
		text = `${text.slice(0, before)}${start}\n\n${write()}\n\n${text.slice(after)}`;
	}
	return text;
}

function writeFlags(): string {
	const rows = listSettings().map(({ flag, byDefault, what }) => {
		const given = byDefault && code(byDefault);
		return [code(flag), cell(what), given];
	});
	return writeTable(["flag", "what it is", "default"], rows);
}

function writeOperations(): string {
	const rows = [...Map.groupBy(table, ({ state }) => state)].map(
		([state, rows]) => [
			`**${state}**${MEANING[state] ?? ""} (${rows.length})`,
			cell(rows.map(({ name }) => name).join(", ")),
		],
	);
	return writeTable(["", "operations"], rows.sort(byState));
}

/** A section for each client, because its settings do not fit into a table. */
function writeClientSettings(): string {
	return CLIENTS.map(({ name, settings }) => {
		const lines = REFUSED_FEATURES.map(
			(one) => `- ${one}: ${code(settings[one])}`,
		);
		return [`### ${name}`, "", ...lines].join("\n");
	}).join("\n\n");
}

const MEANING: Partial<Record<Row["state"], string>> = {
	"stored only": ": stored, not enforced",
};

const STATES: readonly Row["state"][] = [
	"enforced",
	"stored only",
	"not there",
];

const byState = ([a = ""]: string[], [b = ""]: string[]): number =>
	rankOf(a) - rankOf(b);

const rankOf = (cell: string): number =>
	STATES.findIndex((state) => cell.startsWith(`**${state}**`));

const writeTable = (head: string[], rows: string[][]): string =>
	[head, head.map(() => "---"), ...rows]
		.map((cells) => `| ${cells.join(" | ")} |`)
		.join("\n");

const cell = (text: string): string => text.replaceAll("|", "\\|");

const code = (text: string): string => `\`${cell(text)}\``;

if (import.meta.main)
	for (const [path, parts] of Object.entries(PAGES))
		writeFileSync(urlOf(path), generate(readPage(path), parts));
