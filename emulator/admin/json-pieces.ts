/**
 * Parses JSON in pieces, with breaks, because a parser blocks every other request; deep nesting is refused before it is
 * parsed. Small containers are parsed as a whole; a large container is assembled from its members, many at a time. The
 * document is read as bytes, because making one text of it would block other requests too.
 *
 * Pure.
 */
import type { Breaks } from "../oss/breaks.ts";

type Members = unknown[] | Record<string, unknown>;

/** An array or object that is being read. */
type Frame = {
	readonly isArray: boolean;
	/** The position of its bracket. */
	readonly start: number;
	/** The members that have been parsed; undefined while it is small. */
	made: Members | undefined;
	/** The end of what has been parsed. */
	end: number;
	/** The position of the current member. */
	member: number;
	/** Whether the current member is a container that is itself assembled; its key has then been parsed. */
	nested: "no" | "open" | "closed";
	/** '' in an array. */
	key: string;
};

/** The number of bytes that are read between two breaks; about as many are parsed. */
const PIECE = 65_536;

export type ParseOptions = {
	/** @throws errors of invalid JSON */
	readonly parse: (text: string) => unknown;
	readonly breaks: Pick<Breaks, "pause">;
	readonly nestingMax: number;
	/** The error for a text that is nested too deep. */
	readonly tooDeep: () => Error;
	readonly piece?: number;
};

/** @param text in UTF-8. @throws errors of `parse`; `tooDeep` */
export async function parseInPieces(
	text: Buffer,
	options: ParseOptions,
): Promise<unknown> {
	const { breaks, piece = PIECE } = options;
	const reader = new Reader(text, options, piece);
	while (reader.read()) await breaks.pause();
	return reader.end();
}

class Reader {
	readonly #text: Buffer;
	readonly #options: ParseOptions;
	readonly #piece: number;
	readonly #frames: Frame[] = [];
	#at = 0;
	#isText = false;
	/** The outermost container, once it is complete, and the position after it. */
	#root: { readonly made: Members; readonly end: number } | undefined;

	constructor(text: Buffer, options: ParseOptions, piece: number) {
		this.#text = text;
		this.#options = options;
		this.#piece = piece;
	}

	/** Reads a piece. @returns whether there is more */
	read(): boolean {
		const text = this.#text;
		const end = Math.min(this.#at + this.#piece, text.length);
		let at = this.#at;
		for (; at < end; at += 1) {
			const code = text[at];
			if (code === QUOTE) this.#isText = !this.#isText;
			else if (this.#isText) at += code === BACKSLASH ? 1 : 0;
			else if (code === COMMA) this.#comma(at);
			else if (code === BRACKET || code === BRACE)
				this.#open(at, code === BRACKET);
			else if (code === BRACKET_END || code === BRACE_END)
				this.#close(at, code === BRACKET_END);
		}
		this.#at = at;
		return at < text.length;
	}

	end(): unknown {
		const { made, end = 0 } = this.#root ?? {};
		if (!made) return this.#options.parse(this.#text.toString());
		this.#requireBlank(end, this.#text.length);
		return made;
	}

	#open(start: number, isArray: boolean): void {
		const { nestingMax, tooDeep } = this.#options;
		const own = { isArray, start, end: start + 1, member: start + 1 };
		const rest = { made: undefined, nested: "no" as const, key: "" };
		if (this.#frames.push({ ...own, ...rest }) > nestingMax) throw tooDeep();
	}

	#comma(at: number): void {
		const frame = this.#frames.at(-1);
		if (!frame) return;
		if (frame.nested !== "no" || at - frame.end >= this.#piece) {
			this.#make(this.#frames.length - 1);
			this.#take(frame, at);
			frame.end = at + 1;
		}
		frame.member = at + 1;
	}

	#close(at: number, isArray: boolean): void {
		const frame = this.#frames.pop();
		if (!frame?.made) return;
		if (frame.isArray !== isArray) throw this.#invalid();
		this.#take(frame, at);
		const above = this.#frames.at(-1);
		if (!above) {
			this.#requireBlank(0, this.#frames.length === 0 ? frame.start : 0);
			this.#root = { made: frame.made, end: at + 1 };
		} else {
			add(above, frame.made);
			above.end = at + 1;
			above.nested = "closed";
		}
	}

	/** Makes all containers down to this one, with the members before the current one. */
	#make(depth: number): void {
		for (const [index, frame] of this.#frames.entries()) {
			if (index > depth) return;
			frame.made ??= frame.isArray ? [] : {};
			const nested = this.#frames[index + 1];
			if (!nested || index === depth || frame.nested === "open") continue;
			if (frame.nested === "closed") throw this.#invalid(); // no comma after it
			if (frame.member > frame.end) this.#take(frame, frame.member - 1);
			this.#readKey(frame, nested.start);
			frame.nested = "open";
		}
	}

	/** Parses the members of a container before `end`, at least one. */
	#take(frame: Frame, end: number): void {
		if (frame.nested !== "no") {
			frame.nested = "no";
			this.#requireBlank(frame.end, end);
			return;
		}
		if (this.#isBlank(frame.end, end)) throw this.#invalid();
		const members = this.#text.toString("utf8", frame.end, end);
		const parsed = this.#options.parse(
			frame.isArray ? `[${members}]` : `{${members}}`,
		);
		if (!Array.isArray(frame.made)) Object.assign(frame.made ?? {}, parsed);
		else if (Array.isArray(parsed))
			for (const member of parsed) frame.made.push(member);
	}

	#readKey(frame: Frame, end: number): void {
		if (frame.isArray) {
			this.#requireBlank(frame.member, end);
			return;
		}
		const key = this.#text.toString("utf8", frame.member, end);
		const [name] = Object.keys(Object(this.#options.parse(`{${key}[]}`)));
		frame.key = name ?? "";
	}

	#requireBlank(start: number, end: number): void {
		if (!this.#isBlank(start, end)) throw this.#invalid();
	}

	#isBlank(start: number, end: number): boolean {
		return /^[ \t\r\n]*$/.test(this.#text.toString("utf8", start, end));
	}

	/** The error of the parser for any invalid text. */
	#invalid(): unknown {
		try {
			return this.#options.parse("[,]");
		} catch (error) {
			return error;
		}
	}
}

function add({ made, key }: Frame, value: Members): void {
	if (Array.isArray(made)) made.push(value);
	else if (made) made[key] = value;
}

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const [BRACKET, BRACKET_END] = [0x5b, 0x5d];
const [BRACE, BRACE_END] = [0x7b, 0x7d];
