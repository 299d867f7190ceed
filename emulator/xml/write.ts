/**
 * Writes XML as OSS does: a declaration, two blanks per level, no namespace, a newline at the end.
 *
 * Pure. Source: a captured 416 whose Content-Length this layout reproduces; py1, java1 and cs1 find no elements in a
 * document with a namespace, although the documentation prints one.
 */

/** Text, an element's children, a list of elements of one name, or undefined for no element. */
export type XmlValue =
	| string
	| number
	| boolean
	| undefined
	| XmlElement
	| readonly XmlValue[];
export interface XmlElement {
	readonly [name: string]: XmlValue;
}

/**
 * @param value elements under the name '' have different names and a significant order, e.g. versions and delete
 *   markers: `{ "": [{ Version: … }, { DeleteMarker: … }] }`
 */
export function writeXml(root: string, value: XmlValue): string {
	return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root, value, "")}`;
}

function writeElement(name: string, value: XmlValue, indent: string): string {
	if (value === undefined) return "";
	if (typeof value !== "object")
		return `${indent}<${name}>${escapeXml(String(value))}</${name}>\n`;
	if (isList(value))
		return value.map((item) => writeElement(name, item, indent)).join("");
	const inner = name === "" ? indent : `${indent}  `;
	const children = Object.entries(value)
		.map(([child, content]) => writeElement(child, content, inner))
		.join("");
	if (name === "") return children;
	return children === ""
		? `${indent}<${name}></${name}>\n`
		: `${indent}<${name}>\n${children}${indent}</${name}>\n`;
}

const isList = (
	value: XmlElement | readonly XmlValue[],
): value is readonly XmlValue[] => Array.isArray(value);

/** Control characters are left as they are: OSS does so too, and clients request `encoding-type=url`. */
function escapeXml(text: string): string {
	return /[&<>]/.test(text)
		? text
				.replaceAll("&", "&amp;")
				.replaceAll("<", "&lt;")
				.replaceAll(">", "&gt;")
		: text;
}
