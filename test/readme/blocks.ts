/**
 * Reads the code blocks of a Markdown page: files, which have their name in the first line, and commands.
 *
 * Pure.
 */

export type Block = {
	/** The language after the fence: `sh`, `js`, … */
	readonly language: string;
	/** The file name from a first line such as `// upload.mjs: …`; '' for a block that is not a file. */
	readonly file: string;
	readonly text: string;
};

const BLOCK = /^```([a-z]*)\n(.*?)^```$/gms;
const NAME = /^(?:\/\/|#|<!--) ([\w.]+\.\w+)/;

export const readBlocks = (markdown: string): Block[] =>
	Array.from(markdown.matchAll(BLOCK), ([, language = "", text = ""]) => ({
		language,
		file: language === "sh" ? "" : (NAME.exec(text)?.[1] ?? ""),
		text,
	}));

/**
 * @returns the file of that name
 * @throws Error if the page has none, or two
 */
export function fileOf(blocks: readonly Block[], name: string): string {
	const [found, second] = blocks.filter(({ file }) => file === name);
	if (!found || second)
		throw new Error(`the page must have one ${name}, beginning with its name`);
	return found.text;
}

/** @returns the block of commands that contains `what` */
export function commandsOf(blocks: readonly Block[], what: string): string {
	const [found, second] = blocks.filter(
		({ language, text }) => language === "sh" && text.includes(what),
	);
	if (!found || second)
		throw new Error(`the page must have one block of commands with ${what}`);
	return found.text;
}
