/**
 * The register of the assumptions about OSS that the emulator makes: a page with a row for each number, made from the
 * comments that use it, the tests that pin it and the probes that check it. Pure.
 */
import type { Probe } from "./probe.ts";
import type { Unasked } from "./unasked.ts";

export type SourceFile = { readonly path: string; readonly text: string };

/** The probes of a file below `probes/`. */
export type ProbeFile = {
	readonly path: string;
	readonly probes: readonly Probe[];
};

export type Register = {
	/** Of `emulator/`. */
	readonly sources: readonly SourceFile[];
	/** Of `test/`. */
	readonly tests: readonly SourceFile[];
	readonly probeFiles: readonly ProbeFile[];
	/** Those without a probe, by number. */
	readonly unasked: Readonly<Record<string, Unasked>>;
};

const NUMBER = /\bA-\d{2,3}\b/g;

const numbersIn = (text: string): string[] => text.match(NUMBER) ?? [];

/** `A-02` before `A-100`. */
const byNumber = (a: string, b: string): number =>
	Number(a.slice(2)) - Number(b.slice(2));

/** The comments of a file as plain text, a paragraph each; consecutive line comments are one. */
const commentsOf = (text: string): string[] =>
	(text.match(/\/\*[\s\S]*?\*\/|(?:^[ \t]*\/\/.*\n?)+|\/\/.*/gm) ?? [])
		.map((comment) =>
			comment
				.replaceAll(/^\s*(?:\/\*\*?|\*\/|\*(?!\/)|\/\/)[ \t]?/gm, "")
				.replaceAll("*/", ""),
		)
		.flatMap((comment) => comment.split(/\n\s*\n/))
		.map((paragraph) => paragraph.replaceAll(/\s+/g, " ").trim());

/** A full stop ends a sentence where a capital letter or a quotation mark follows, and a tag begins one. */
const sentencesOf = (paragraph: string): string[] =>
	paragraph.split(/(?<=[.!?])\s+(?=[A-Z«`])|\s+(?=@\w)/);

/** The sentence of a comment that makes the assumption, without the numbers. */
export function sentenceOf(sources: readonly SourceFile[], id: string): string {
	const found = sources
		.flatMap(({ text }) => commentsOf(text))
		.flatMap(sentencesOf)
		.find((sentence) => numbersIn(sentence).includes(id));
	return (found ?? "")
		.replaceAll(/\s*\((?:A-\d+(?:, )?)+\)/g, "")
		.replaceAll(/\(A-\d+: /g, "(")
		.replaceAll(/^\(?A-\d+\)?:? /g, "")
		.replace(/^@\w+ (?:OssError )?/, "")
		.replace(/^Source: [^;]*; /, "")
		.trim();
}

/** The source that a file's first comment names; '' without one. */
function documentOf({ text }: SourceFile): string {
	const [first = ""] = commentsOf(text).filter((one) =>
		/\bSources?: /.test(one),
	);
	const [, source = ""] =
		/\bSources?: (.*?)(?:\.(?= [A-Z])|\.?$)/.exec(first) ?? [];
	return source.replaceAll(/\s*\((?:A-\d+(?:, )?)+\)/g, "");
}

const filesWith = (
	files: readonly SourceFile[],
	id: string,
): readonly SourceFile[] =>
	files.filter(({ text }) => numbersIn(text).includes(id));

export const assumptionsOf = ({
	sources,
}: Pick<Register, "sources">): string[] =>
	[
		...new Set(
			sources.flatMap(({ text }) => commentsOf(text).flatMap(numbersIn)),
		),
	].sort(byNumber);

const NO_PROBE = "Its probe has not been written yet.";

/** @returns the page */
export function writeRegister(register: Register): string {
	const ids = assumptionsOf(register);
	const rows = ids.map((id) => rowOf(register, id));
	const probed = ids.filter((id) => findProbe(register, id)).length;
	return `# Assumptions

What OSS's documentation and recordings do not say, the emulator assumes. Each assumption has a number, which stands in
the code that rests on it, and a test that pins it. This page is made by \`npm run readme\`.

Of ${ids.length} assumptions ${probed} can be probed at the real OSS: \`npm run verify\` puts a probe for each to an emulator, and

\`\`\`sh
npm run verify -- --endpoint https://oss-cn-hangzhou.aliyuncs.com --access-key ID:SECRET
\`\`\`

puts them to a real account. It says first what it creates and what that can cost at most, uses one bucket of a random
name, removes it however it ends, and writes a file without keys and names: please send it to the project.
\`--help\` lists the flags.

A new assumption gets the next free number, in the comment of the code that rests on it and in the title of the test
that pins it; a probe below \`probes/\`, or a line in \`unasked.ts\` that says why there is none; and \`npm run readme\`.

| number | the emulator assumes | source | test | probe |
| --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

function rowOf(register: Register, id: string): string {
	const { sources, tests, unasked } = register;
	const found = findProbe(register, id);
	const [source] = filesWith(sources, id);
	const document = source ? documentOf(source) : "";
	const cells = [
		id,
		found?.probe.assumes ?? unasked[id]?.assumes ?? sentenceOf(sources, id),
		[
			...filesWith(sources, id).map(({ path }) => link(path)),
			...(document ? [document] : []),
		].join("; "),
		filesWith(tests, id)
			.map(({ path }) => link(path))
			.join("; "),
		found ? link(found.path) : (unasked[id]?.why ?? NO_PROBE),
	];
	return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function findProbe(
	{ probeFiles }: Register,
	id: string,
): { path: string; probe: Probe } | undefined {
	for (const { path, probes } of probeFiles) {
		const probe = probes.find((one) => one.id === id);
		if (probe) return { path, probe };
	}
	return undefined;
}

/** From `test/assumptions/`, named by the path below `emulator/`, `test/` or `probes/`. */
function link(path: string): string {
	const name = path.replace(/^(?:test\/assumptions|emulator|test)\//, "");
	const target = path.startsWith("test/assumptions/")
		? path.slice("test/assumptions/".length)
		: path.startsWith("test/")
			? `../${path.slice("test/".length)}`
			: `../../${path}`;
	return `[${name}](${target})`;
}
