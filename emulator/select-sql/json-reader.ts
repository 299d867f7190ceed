/**
 * Reads JSON in pieces and makes only the values at the path of FROM, so that objects of any size can be processed in
 * little memory. Everything else is validated and skipped.
 *
 * Bytes are treated as characters until a text is complete. If two members on the path to the rows have the same name,
 * both are used; inside a row the last one is used.
 *
 * Pure. Source: RFC 8259.
 */
import { OssError } from "../oss/errors.ts";
import { EVERY, type Step } from "./query.ts";
import { NumberText, type Value } from "./values.ts";

/** The beginning of a record, or, if it has a value, a row of the record. */
export type JsonItem = {
	/** The number of the record, counted from 0. */
	readonly line: number;
	/** The position of the record's first byte. */
	readonly start: number;
	readonly value?: Value;
};

export type JsonReading = {
	/** Whether the object is one value instead of any number of values. */
	readonly isDocument: boolean;
	/** The path of the rows; undefined if records are only counted. */
	readonly from: readonly Step[] | undefined;
};

/** Limits of the emulator, so that one row cannot delay other requests. */
const TEXT_BYTES_MAX = 1024 ** 2;
const NUMBER_BYTES_MAX = 64 * 1024;
const MEMBERS_MAX = 32_768;
const DEPTH_MAX = 1000;

/** Approximate memory that values take, without their characters. */
const CONTAINER_BYTES = 64;
const NUMBER_BYTES = 64;
const TEXT_BYTES = 32;
const LITERAL_BYTES = 8;
const MEMBER_BYTES = 24;

type Container = Value[] | { [key: string]: Value };

type Frame = {
	readonly isArray: boolean;
	/** The value that is being made; undefined outside of rows. */
	readonly made: Container | undefined;
	/** The number of steps of the path that lead here; -1 if the place is not on the path. */
	readonly matched: number;
	/** The number of members so far. */
	count: number;
	/** The key of the member that is being read. */
	key: string;
};

/** The tokens that are allowed next. */
type State =
	| "between"
	| "value"
	| "value or end"
	| "key"
	| "key or end"
	| "colon"
	| "comma or end"
	| "text"
	| "scalar";

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const LITERALS: ReadonlyMap<string, boolean | null> = new Map([
	["true", true],
	["false", false],
	["null", null],
]);

export class JsonReader {
	readonly #isDocument: boolean;
	readonly #from: readonly Step[] | undefined;
	readonly #frames: Frame[] = [];
	#items: JsonItem[] = [];
	#state: State = "between";
	/** The depth of the row that is being made; -1 outside of rows. */
	#rowDepth = -1;
	/** The number of path steps that lead to the value that has begun. */
	#matched = -1;
	#line = -1;
	#start = 0;
	/** The number of bytes before the piece that is being read. */
	#offset = 0;
	/** The incomplete text or number. */
	#raw = "";
	#isKey = false;
	#isEscaped = false;
	#hasEscapes = false;
	#hasBytes = false;
	#rowBytes = 0;

	constructor({ isDocument, from }: JsonReading) {
		this.#isDocument = isDocument;
		this.#from = from;
	}

	/** The approximate memory of the row that is being read, in bytes. */
	get rowBytes(): number {
		return this.#rowBytes;
	}

	/**
	 * @param text the next bytes as latin1
	 * @throws OssError InvalidJsonData
	 */
	read(text: string): readonly JsonItem[] {
		let at = 0;
		while (at < text.length) {
			if (this.#state === "text") at = this.#readText(text, at);
			else if (this.#state === "scalar") at = this.#readScalar(text, at);
			else at = this.#readMark(text, at);
		}
		this.#offset += text.length;
		return this.#takeItems();
	}

	/** @throws OssError InvalidJsonData */
	end(): readonly JsonItem[] {
		if (this.#state === "scalar") this.#endScalar();
		const isEmpty = this.#isDocument && this.#line < 0;
		if (this.#state !== "between" || isEmpty)
			throw invalidJson("is not valid JSON");
		return this.#takeItems();
	}

	#takeItems(): readonly JsonItem[] {
		const items = this.#items;
		this.#items = [];
		return items;
	}

	/** Handles a character that is not inside a text or a number. */
	#readMark(text: string, at: number): number {
		const code = text.charCodeAt(at);
		if (code === 0x20 || (code >= 0x09 && code <= 0x0d)) return at + 1;
		switch (this.#state) {
			case "between":
				if (code === 0x2c && !this.#isDocument) return at + 1;
				return this.#beginRecord(code, at);
			case "value or end":
				if (code === 0x5d) return this.#endContainer(true, at);
				return this.#beginValue(code, at);
			case "value":
				return this.#beginValue(code, at);
			case "key or end":
				if (code === 0x7d) return this.#endContainer(false, at);
				return this.#beginKey(code, at);
			case "key":
				return this.#beginKey(code, at);
			case "colon":
				if (code !== 0x3a) throw invalidJson("is not valid JSON");
				this.#state = "value";
				return at + 1;
			default:
				if (code !== 0x2c) return this.#endContainer(code === 0x5d, at, code);
				this.#state = this.#frames.at(-1)?.isArray ? "value" : "key";
				return at + 1;
		}
	}

	#beginRecord(code: number, at: number): number {
		// In JSON lines, a number or a text alone is not a record.
		const isScalar = code !== 0x7b && code !== 0x5b;
		if (this.#isDocument ? this.#line >= 0 : isScalar)
			throw invalidJson("is not valid JSON");
		this.#line += 1;
		this.#start = this.#offset + at;
		this.#items.push({ line: this.#line, start: this.#start });
		return this.#beginValue(code, at);
	}

	#beginValue(code: number, at: number): number {
		this.#place();
		if (code === 0x7b || code === 0x5b) return this.#beginContainer(code, at);
		this.#raw = "";
		this.#isKey = false;
		this.#state = code === 0x22 ? "text" : "scalar";
		return code === 0x22 ? at + 1 : at;
	}

	/** The position of the value that begins: on the path, at its end, or elsewhere. */
	#place(): void {
		const frame = this.#frames.at(-1);
		if (frame) frame.count += 1;
		if (this.#rowDepth >= 0 || !this.#from) return;
		this.#matched = frame ? this.#next(frame, this.#from) : 0;
		if (this.#matched === this.#from.length)
			this.#rowDepth = this.#frames.length;
	}

	#next(frame: Frame, from: readonly Step[]): number {
		if (frame.matched < 0) return -1;
		const step = from[frame.matched];
		const fits = frame.isArray
			? step === EVERY || step === frame.count - 1
			: step !== EVERY && String(step) === frame.key;
		return fits ? frame.matched + 1 : -1;
	}

	#beginContainer(code: number, at: number): number {
		if (this.#frames.length >= DEPTH_MAX)
			throw invalidJson("is nested too deep");
		const isArray = code === 0x5b;
		const made = this.#rowDepth < 0 ? undefined : isArray ? [] : {};
		const matched = this.#rowDepth < 0 ? this.#matched : -1;
		this.#frames.push({ isArray, made, matched, count: 0, key: "" });
		this.#state = isArray ? "value or end" : "key or end";
		return at + 1;
	}

	#endContainer(
		isArray: boolean,
		at: number,
		code = isArray ? 0x5d : 0x7d,
	): number {
		const frame = this.#frames.pop();
		if (frame?.isArray !== isArray || (code !== 0x5d && code !== 0x7d))
			throw invalidJson("is not valid JSON");
		this.#endValue(frame.made, CONTAINER_BYTES);
		return at + 1;
	}

	#beginKey(code: number, at: number): number {
		if (code !== 0x22) throw invalidJson("is not valid JSON");
		this.#raw = "";
		this.#isKey = true;
		this.#state = "text";
		return at + 1;
	}

	#readText(text: string, from: number): number {
		let at = from;
		for (; at < text.length; at++) {
			const code = text.charCodeAt(at);
			if (this.#isEscaped) this.#isEscaped = false;
			else if (code === 0x22) break;
			else if (code === 0x5c) {
				this.#isEscaped = true;
				this.#hasEscapes = true;
			} else if (code < 0x20) throw invalidJson("is not valid JSON");
			else if (code > 0x7f) this.#hasBytes = true;
		}
		this.#raw += text.slice(from, at);
		if (this.#raw.length > TEXT_BYTES_MAX)
			throw invalidJson("has a text that is too long");
		if (at === text.length) return at;
		this.#endText();
		return at + 1;
	}

	#endText(): void {
		const frame = this.#frames.at(-1);
		const isNeeded =
			this.#rowDepth >= 0 ||
			this.#hasEscapes ||
			(this.#isKey && frame !== undefined && frame.matched >= 0);
		const value = isNeeded ? this.#decoded() : "";
		this.#hasEscapes = false;
		this.#hasBytes = false;
		if (!this.#isKey) this.#endValue(value, TEXT_BYTES + this.#raw.length);
		else {
			if (frame) frame.key = value;
			this.#state = "colon";
		}
	}

	#decoded(): string {
		const text = this.#hasBytes
			? Buffer.from(this.#raw, "latin1").toString()
			: this.#raw;
		if (!this.#hasEscapes) return text;
		try {
			return JSON.parse(`"${text}"`);
		} catch {
			throw invalidJson("is not valid JSON");
		}
	}

	#readScalar(text: string, from: number): number {
		let at = from;
		for (; at < text.length; at++) {
			const code = text.charCodeAt(at);
			const isPart =
				(code >= 0x30 && code <= 0x39) ||
				(code >= 0x61 && code <= 0x7a) ||
				code === 0x2d ||
				code === 0x2e ||
				code === 0x2b ||
				code === 0x45;
			if (!isPart) break;
		}
		this.#raw += text.slice(from, at);
		if (this.#raw.length > NUMBER_BYTES_MAX)
			throw invalidJson("has a number that is too long");
		if (at < text.length) this.#endScalar();
		return at;
	}

	#endScalar(): void {
		const literal = LITERALS.get(this.#raw);
		if (literal !== undefined) {
			this.#endValue(literal, LITERAL_BYTES);
			return;
		}
		if (!NUMBER.test(this.#raw)) throw invalidJson("is not valid JSON");
		const value = this.#rowDepth < 0 ? null : new NumberText(this.#raw);
		this.#endValue(value, NUMBER_BYTES + this.#raw.length);
	}

	#endValue(value: Value, bytes: number): void {
		const frame = this.#frames.at(-1);
		this.#state = frame ? "comma or end" : "between";
		if (this.#rowDepth < 0) return;
		this.#rowBytes += bytes;
		if (this.#frames.length === this.#rowDepth) {
			this.#items.push({ line: this.#line, start: this.#start, value });
			this.#rowDepth = -1;
			this.#rowBytes = 0;
		} else if (frame?.made) this.#add(frame, frame.made, value);
	}

	#add(frame: Frame, made: Container, value: Value): void {
		if (Array.isArray(made)) {
			made.push(value);
			return;
		}
		if (frame.count > MEMBERS_MAX)
			throw invalidJson("has an object with too many members");
		this.#rowBytes += MEMBER_BYTES + frame.key.length;
		if (frame.key !== "__proto__") made[frame.key] = value;
		else
			Object.defineProperty(made, frame.key, {
				value,
				enumerable: true,
				configurable: true,
				writable: true,
			});
	}
}

export const invalidJson = (what: string): OssError =>
	new OssError("InvalidJsonData", { message: `The JSON data ${what}.` });
