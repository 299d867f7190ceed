/**
 * Reads the XML of request bodies: elements and text. Attributes, comments and the order of elements are ignored.
 *
 * Lenient where OSS is: control characters pass, raw or as `&#x1c;`, and so does an ampersand that does not begin a
 * reference (java1's suite has one in a referer, which its SDK does not escape). Strict where safety asks for it: no
 * document type, therefore no entities of the sender, and a limited depth.
 */
import { OssError } from "../oss/errors.ts";

export type XmlNode = {
	readonly name: string;
	/** All text directly in the element. */
	readonly text: string;
	readonly children: readonly XmlNode[];
};

type RawNode = Readonly<Record<string, readonly RawNode[] | string>>;

/**
 * @param roots allowed names of the root element
 * @throws OssError MalformedXML
 */
export async function readXml(
	body: Buffer,
	...roots: readonly string[]
): Promise<XmlNode> {
	// Loaded here, because most requests have no XML.
	const { XMLParser, XMLValidator } = await import("fast-xml-parser");
	const written = body.toString("utf8").trimStart(); // go1's suite begins with blanks
	const text = written.includes("<![CDATA[")
		? written
		: written.replaceAll(/&(?![#\w]+;)/g, "&amp;");
	if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true)
		throw malformed();
	const found = parse(new XMLParser(OPTIONS), text);
	const [root] = found;
	if (!root || found.length !== 1) throw malformed();
	if (!roots.includes(root.name)) throw malformed(wrongRoot(...roots));
	return root;
}

/** The `ErrorDetail` for a document with another root. Source: a MalformedXML of go2's mock. */
export const wrongRoot = (...roots: readonly string[]): string =>
	`the root node is not named ${roots.join(" or ")}.`;

const OPTIONS = {
	preserveOrder: true,
	trimValues: false,
	parseTagValue: false,
	ignoreAttributes: true,
	ignoreDeclaration: true,
	ignorePiTags: true,
	removeNSPrefix: true,
	maxNestedTags: 32,
	/** The library's own drops references to control characters: it would delete `ab` for `a&#x1c;b`. */
	entityDecoder: {
		decode: decodeReferences,
		reset: () => {},
		setXmlVersion: () => {},
		addInputEntities: () => {},
		setExternalEntities: () => {},
	},
};

const NAMED: ReadonlyMap<string, string> = new Map([
	["amp", "&"],
	["lt", "<"],
	["gt", ">"],
	["quot", '"'],
	["apos", "'"],
]);

function decodeReferences(text: string): string {
	return text.replaceAll(/&([^;]*);/g, (_, reference: string) => {
		const character = NAMED.get(reference) ?? fromNumber(reference);
		if (character === undefined)
			throw new TypeError(`&${reference}; is not defined`);
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

function parse(
	parser: { parse(text: string): unknown },
	text: string,
): XmlNode[] {
	try {
		const nodes: unknown = parser.parse(text);
		return isRawList(nodes) ? toNodes(nodes) : [];
	} catch (error) {
		throw malformed(error instanceof Error ? error.message : String(error));
	}
}

const isRawList = (nodes: unknown): nodes is readonly RawNode[] =>
	Array.isArray(nodes);

function toNodes(raw: readonly RawNode[]): XmlNode[] {
	return raw.flatMap((node) =>
		Object.entries(node).flatMap(([name, inner]) =>
			typeof inner === "string"
				? []
				: [{ name, text: textOf(inner), children: toNodes(inner) }],
		),
	);
}

const textOf = (inner: readonly RawNode[]): string =>
	inner
		.map((node) => (typeof node["#text"] === "string" ? node["#text"] : ""))
		.join("");

export function malformed(detail?: string): OssError {
	return new OssError(
		"MalformedXML",
		detail === undefined ? {} : { details: { ErrorDetail: detail } },
	);
}

/**
 * The child of an element that can have only one child of that name.
 *
 * @throws OssError MalformedXML when there are more
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
