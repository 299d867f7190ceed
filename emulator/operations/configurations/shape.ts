/**
 * Declares the elements that an XML document can contain. A shape reads elements, in any order, into a plain
 * value; `writeXml` writes that value in the order of the declaration.
 *
 * Undeclared elements are dropped: newer SDKs send some that no page describes.
 *
 * Pure.
 */
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { childrenNamed, malformed, type XmlNode } from "../../xml/read.ts";
import type { XmlElement, XmlValue } from "../../xml/write.ts";

/** @throws OssError MalformedXML when the element has another shape */
export type Shape<T extends XmlValue> = (node: XmlNode) => T;

/** The declaration of all child elements with one name. */
export type Child<T extends XmlValue> = (parent: XmlNode, name: string) => T;

type Children = Readonly<Record<string, Child<XmlValue>>>;
type ValueOf<C extends Children> = {
	readonly [N in keyof C]: ReturnType<C[N]>;
};

/** An element whose children have different names. */
export function element<C extends Children>(children: C): Shape<ValueOf<C>>;
export function element(children: Children): Shape<XmlElement> {
	return (node) =>
		Object.fromEntries(
			Object.entries(children).map(([name, child]) => [
				name,
				child(node, name),
			]),
		);
}

/** The text, including leading and trailing blanks. */
export const text: Shape<string> = (node) => node.text;

/** The text without leading and trailing blanks. */
export const word: Shape<string> = (node) => node.text.trim();

export const oneOf =
	<const W extends string>(...words: readonly W[]): Shape<W> =>
	(node) => {
		const found = words.find((allowed) => allowed === word(node));
		if (found === undefined)
			throw malformed(`${node.name} must be one of ${words.join(", ")}.`);
		return found;
	};

/** Case-insensitive: py1 writes `True`. */
export const flag: Shape<boolean> = (node) => {
	const value = word(node).toLowerCase();
	if (value !== "true" && value !== "false")
		throw malformed(`${node.name} must be true or false.`);
	return value === "true";
};

/** For an element whose error has an EC of its own. */
export const withEc =
	<T extends XmlValue>(ec: string, shape: Shape<T>): Shape<T> =>
	(node) => {
		try {
			return shape(node);
		} catch (error) {
			if (!(error instanceof OssError)) throw error;
			const { message, details } = error;
			throw new OssError(error, { message, details, ec });
		}
	};

/** @param refuse makes the error for a text that is not a number or is out of bounds */
export const integer =
	(
		min: number,
		max = Number.MAX_SAFE_INTEGER,
		refuse: (node: XmlNode) => OssError = notInteger,
	): Shape<number> =>
	(node) => {
		// -1, where it is allowed, means no limit.
		const value =
			min === -1 && word(node) === "-1"
				? -1
				: readDecimal(word(node), min, max);
		if (value === undefined) throw refuse(node);
		return value;
	};

const notInteger = ({ name }: XmlNode): OssError =>
	malformed(`${name} must be an integer in the allowed range.`);

/** InvalidArgument, with the element as the argument. */
export const wrongArgument = (node: XmlNode): OssError =>
	invalidArgument(node.name, word(node));

/** The element must occur once. */
export const one =
	<T extends XmlValue>(shape: Shape<T>): Child<T> =>
	(parent, name) => {
		const [first, second] = childrenNamed(parent, name);
		if (!first) throw malformed(`${parent.name} must have one ${name}.`);
		if (second) throw malformed(`${parent.name} can have only one ${name}.`);
		return shape(first);
	};

/** The element may occur once. */
export const maybe =
	<T extends XmlValue>(shape: Shape<T>): Child<T | undefined> =>
	(parent, name) =>
		childrenNamed(parent, name).length > 0
			? one(shape)(parent, name)
			: undefined;

/** The element may occur once; `byDefault` is the value when it is absent. */
export const or =
	<T extends XmlValue>(shape: Shape<T>, byDefault: NoInfer<T>): Child<T> =>
	(parent, name) =>
		maybe(shape)(parent, name) ?? byDefault;

/** The element may occur any number of times within the bounds. */
export const many =
	<T extends XmlValue>(
		shape: Shape<T>,
		min = 0,
		max = Number.POSITIVE_INFINITY,
	): Child<readonly T[]> =>
	(parent, name) => {
		const found = childrenNamed(parent, name);
		if (found.length < min || found.length > max)
			throw malformed(
				`${parent.name} cannot have ${found.length} elements ${name}.`,
			);
		return found.map(shape);
	};
