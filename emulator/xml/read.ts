/**
 * Reads the XML of request bodies: elements and text. Attributes, comments and the order of elements are ignored.
 *
 * Lenient where OSS is: control characters are accepted, raw or as `&#x1c;`, and so is an ampersand that does not
 * begin a reference (java1's suite has one in a referer, which its SDK does not escape). Strict where safety requires
 * it: no document type, therefore no entities of the client's own, and a limited depth.
 *
 * A document is read in pieces, between which other requests are served: a document of 2 MB takes up to half a
 * second. Large documents are read one after another, because the elements of one can take 20 times its size in memory.
 */
import type { SAXParser } from "sax";
import { Breaks } from "../oss/breaks.ts";
import { OssError } from "../oss/errors.ts";
import { Gate } from "../oss/gate.ts";

export type XmlNode = {
	readonly name: string;
	/** The text directly in the element. */
	readonly text: string;
	readonly children: readonly XmlNode[];
};

/** The maximum number of elements. The largest document, CompleteMultipartUpload with 10,000 parts, has 30,001. */
const ELEMENTS_MAX = 100_000;
const DEPTH_MAX = 32;
const ATTRIBUTES_MAX = 1000;

/** The size of a piece in characters. */
const PIECE = 16 * 1024;

/** Larger documents are read one after another. */
const SMALL_BYTES_MAX = 64 * 1024;
const largeDocuments = new Gate(1, Number.POSITIVE_INFINITY);

/** The maximum length of a reference, longer than any existing one. */
const REFERENCE_CHARACTERS_MAX = 64;

/** Stands for `&`, so that the parser does not decode references: UTF-8 never decodes to a lone surrogate. */
const AMPERSAND = "\ud800";
/** The flag `u` is required, or it would match the first half of U+10000 … U+103FF. */
const AMPERSANDS = /\ud800/gu;

/**
 * @param roots allowed names of the root element
 * @throws OssError MalformedXML
 */
export function readXml(
	body: Buffer,
	...roots: readonly string[]
): Promise<XmlNode> {
	const read = (): Promise<XmlNode> => readPieces(body, roots);
	return body.length > SMALL_BYTES_MAX ? largeDocuments.pass(read) : read();
}

async function readPieces(
	body: Buffer,
	roots: readonly string[],
): Promise<XmlNode> {
	// The parser is loaded here, because most requests have no XML.
	const { default: sax } = await import("sax");
	const text = body.toString("utf8").trimStart(); // go1's suite begins with blanks
	const tree = new Tree();
	const parser = sax.parser(true, { position: false });
	tree.listen(parser);
	const breaks = new Breaks();
	for (let at = 0; at < text.length; at += PIECE) {
		const piece = text.slice(at, at + PIECE).replaceAll("&", AMPERSAND);
		// The parser is flushed, because it would collect the whole of a long text.
		asMalformed(() => parser.write(piece).flush());
		await breaks.pause();
	}
	asMalformed(() => parser.close());
	const { root } = tree;
	if (!root) throw malformed();
	if (!roots.includes(root.name)) throw malformed(wrongRoot(...roots));
	return root;
}

/** The parser's own errors are caused by the document too: an attribute `hasOwnProperty` makes it fail. */
function asMalformed(read: () => void): void {
	try {
		read();
	} catch (error) {
		throw error instanceof OssError ? error : malformed();
	}
}

type OpenNode = { readonly name: string; text: string; children: OpenNode[] };

class Tree {
	root: XmlNode | undefined;
	readonly #open: OpenNode[] = [];
	/** The text since the last tag, in which references are not decoded yet. */
	#written = "";
	#elements = 0;
	#attributes = 0;

	listen(parser: SAXParser): void {
		const refuse = (): never => {
			throw malformed();
		};
		parser.onerror = refuse;
		parser.ondoctype = refuse;
		parser.onattribute = () => {
			this.#attributes += 1;
			if (this.#attributes > ATTRIBUTES_MAX) refuse();
		};
		parser.onopentag = ({ name }) => this.#begin(name.replace(/^.*:/, ""));
		parser.onclosetag = () => this.#end();
		parser.ontext = (text) => {
			this.#written += text;
			if (this.#written.length > PIECE) this.#decodeBegun();
		};
		parser.oncomment = () => this.#decode();
		parser.oncdata = (text) => {
			this.#decode();
			this.#add(text.replaceAll(AMPERSANDS, "&"));
		};
	}

	#begin(name: string): void {
		this.#decode();
		this.#elements += 1;
		this.#attributes = 0;
		if (this.#open.length >= DEPTH_MAX || this.#elements > ELEMENTS_MAX)
			throw malformed();
		// The error for a second root, or a name that no document of OSS has.
		if ((this.#open.length === 0 && this.root) || name === "__proto__")
			throw malformed();
		const node: OpenNode = { name, text: "", children: [] };
		this.#open.at(-1)?.children.push(node);
		this.#open.push(node);
		this.root ??= node;
	}

	#end(): void {
		this.#decode();
		this.#open.pop();
	}

	#decode(): void {
		if (this.#written === "") return;
		this.#add(decodeReferences(this.#written.replaceAll(AMPERSANDS, "&")));
		this.#written = "";
	}

	/** Decodes a long text up to a reference at its end that may be incomplete. */
	#decodeBegun(): void {
		const last = this.#written.lastIndexOf(AMPERSAND);
		const isOpen = last >= this.#written.length - REFERENCE_CHARACTERS_MAX;
		const rest = isOpen ? this.#written.slice(last) : "";
		if (isOpen) this.#written = this.#written.slice(0, last);
		this.#decode();
		this.#written = rest;
	}

	#add(text: string): void {
		const node = this.#open.at(-1);
		if (node) node.text += text;
	}
}

/** The `ErrorDetail` for a document with another root. Source: a MalformedXML of go2's mock. */
export const wrongRoot = (...roots: readonly string[]): string =>
	`the root node is not named ${roots.join(" or ")}.`;

const NAMED: ReadonlyMap<string, string> = new Map([
	["amp", "&"],
	["lt", "<"],
	["gt", ">"],
	["quot", '"'],
	["apos", "'"],
]);

/** An ampersand that does not begin a reference stays as it is. */
function decodeReferences(text: string): string {
	return text.replaceAll(/&([#\w]+);/g, (_, reference: string) => {
		const character = NAMED.get(reference) ?? fromNumber(reference);
		if (character === undefined)
			throw malformed(`&${reference}; is not defined`);
		return character;
	});
}

function fromNumber(reference: string): string | undefined {
	const [, decimal, hex = ""] =
		/^#(?:(\d{1,7})|x([\da-fA-F]{1,6}))$/.exec(reference) ?? [];
	const point = decimal ? Number(decimal) : Number.parseInt(hex, 16);
	const isCharacter =
		point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
	return isCharacter ? String.fromCodePoint(point) : undefined;
}

export function malformed(detail?: string, ec?: string): OssError {
	return new OssError("MalformedXML", {
		...(ec === undefined ? {} : { ec }),
		...(detail === undefined ? {} : { details: { ErrorDetail: detail } }),
	});
}

/**
 * The child of an element that can have only one child of that name.
 *
 * @throws OssError MalformedXML if there are more
 */
export function onlyChild(node: XmlNode, name: string): XmlNode | undefined {
	const [first, second] = childrenNamed(node, name);
	if (second) throw malformed(`${node.name} can have only one ${name}.`);
	return first;
}

/** The text of `onlyChild`, without the blanks around it; undefined when there is no such child. */
export function childText(node: XmlNode, name: string): string | undefined {
	return onlyChild(node, name)?.text.trim();
}

export function childrenNamed(node: XmlNode, name: string): readonly XmlNode[] {
	return node.children.filter((child) => child.name === name);
}

/**
 * Values of the children, for documents without lists. @throws OssError MalformedXML if two children have the same
 * name
 */
export function requireNoDuplicates({ name, children }: XmlNode): void {
	const names = new Set(children.map((child) => child.name));
	if (names.size < children.length)
		throw malformed(`${name} has an element more than once.`);
	for (const child of children) requireNoDuplicates(child);
}
