/**
 * Splits a statement into tokens.
 *
 * A single quote at the very end that opens no text is ignored, as OSS does: suites of its SDKs write `from
 * ossobject'`.
 *
 * Pure.
 */
import { invalidSql } from "./query.ts";

export type Token = {
	/** `word`: a name or a keyword; `name`: a name in double quotes, never a keyword. */
	readonly kind: "word" | "name" | "string" | "number" | "sign" | "end";
	readonly text: string;
};

const TOKEN =
	/(?<number>\d+(?:\.\d+)?(?:e[+-]?\d+)?)|(?<word>[\p{L}_][\p{L}\p{N}_$]*)|'(?<string>(?:[^']|'')*)'|"(?<name>(?:[^"]|"")*)"|(?<sign>\|\||<>|!=|<=|>=|[-=<>+*/%(),.;[\]])/iuy;

const END: Token = { kind: "end", text: "" };

/** @throws OssError InvalidSqlParameter */
export function tokenize(statement: string): readonly Token[] {
	const text = statement.trim().replace(/(?<=[^'])'$/, closesQuote(statement));
	const tokens: Token[] = [];
	const blanks = /\s*/y;
	let at = 0;
	while (at < text.length) {
		TOKEN.lastIndex = at;
		const found = TOKEN.exec(text);
		if (!found) throw invalidSql(`Unexpected character at ${at + 1}.`);
		tokens.push(toToken(found.groups ?? {}));
		blanks.lastIndex = TOKEN.lastIndex;
		blanks.exec(text);
		at = blanks.lastIndex;
	}
	return [...tokens, END];
}

/** The last quote is preserved if it closes a text, and dropped if it would open one. */
const closesQuote = (statement: string): string =>
	(statement.split("'").length - 1) % 2 === 0 ? "'" : "";

function toToken(groups: Readonly<Record<string, string | undefined>>): Token {
	const { number, word, string, name, sign = "" } = groups;
	if (number !== undefined) return { kind: "number", text: number };
	if (word !== undefined) return { kind: "word", text: word };
	if (string !== undefined)
		return { kind: "string", text: string.replaceAll("''", "'") };
	if (name !== undefined)
		return { kind: "name", text: name.replaceAll('""', '"') };
	return { kind: "sign", text: sign === "<>" ? "!=" : sign };
}

/** Reads tokens one after another. */
export class Reader {
	readonly #tokens: readonly Token[];
	#at = 0;

	constructor(tokens: readonly Token[]) {
		this.#tokens = tokens;
	}

	get next(): Token {
		return this.#tokens[this.#at] ?? END;
	}

	take(): Token {
		const token = this.next;
		this.#at += 1;
		return token;
	}

	/** Takes the next token if it is this word or sign, regardless of case. */
	accept(text: string): boolean {
		const { kind, text: own } = this.next;
		const matches =
			(kind === "word" || kind === "sign") && own.toLowerCase() === text;
		if (matches) this.#at += 1;
		return matches;
	}

	/** @throws OssError InvalidSqlParameter */
	expect(text: string): void {
		if (!this.accept(text)) throw this.unexpected();
	}

	unexpected(): ReturnType<typeof invalidSql> {
		return invalidSql(
			this.next.kind === "end"
				? "Unexpected end of the SQL statement."
				: `Unexpected '${this.next.text}' in the SQL statement.`,
		);
	}
}
