/**
 * The template of a callback body: constants with variables, `${name}`, between them; and the values of OSS's own
 * variables and of the uploader's `x:` variables. All text between the braces is the name (A-203); a dollar sign cannot
 * be escaped.
 *
 * A template is split once, in one pass over its text. The number of variables is limited; OSS documents no limit
 * (A-885).
 *
 * Pure. Source: docs «Callback», step 1, system parameters and callback-var; «Upload callback errors and
 * troubleshooting»; EC 0007-00000104, 0007-00000105.
 */

import type { JsonObject } from "../oss/json-object.ts";
import { refuse } from "./callback-errors.ts";
import type { ImageInfo } from "./image/image-info.ts";
import type { Template, UploadFacts } from "./model.ts";

/** A header or query of 5 KB of base64 contains fewer than 1,000 variables. */
export const TEMPLATE_VARIABLES_MAX = 10_000;

/** @throws OssError InvalidArgument, EC 0007-00000105 for its syntax, 0007-00000010 for its size */
export function readTemplate(text: string): Template {
	const constants: string[] = [];
	const names: string[] = [];
	let begin = 0;
	for (;;) {
		const dollar = text.indexOf("$", begin);
		if (dollar < 0) break;
		if (text[dollar + 1] !== "{") throw malformed("leftBrace", text);
		const brace = text.indexOf("}", dollar);
		if (brace < 0) throw malformed(causeOfEnd(text, dollar), text);
		constants.push(text.slice(begin, dollar));
		names.push(text.slice(dollar + 2, brace));
		begin = brace + 1;
	}
	constants.push(text.slice(begin));
	if (names.length > TEMPLATE_VARIABLES_MAX)
		throw refuse("body", "callbackBody", text);
	return { text, constants, names };
}

const malformed = (cause: "leftBrace" | "rightBrace", text: string) =>
	refuse(cause, "ReplaceKeyPrefix", text);

/** A dollar sign without a brace is reported before a missing brace, whichever comes first. */
const causeOfEnd = (text: string, from: number): "leftBrace" | "rightBrace" =>
	/\$(?!\{)/.test(text.slice(from)) ? "leftBrace" : "rightBrace";

/** The names of variables that the template puts between quotation marks. */
export function quotedIn({ constants, names }: Template): string[] {
	const quoted = new Set<string>();
	let inText = false;
	for (const [at, name] of names.entries()) {
		for (const [token] of (constants[at] ?? "").matchAll(/\\.|"/gs))
			if (token === '"') inText = !inText;
		if (inText) quoted.add(name);
	}
	return [...quoted];
}

/**
 * Values are inserted unchanged: a `${` in a value is not a variable.
 *
 * @returns undefined when the text would have more than `charactersMax`
 */
export function fill(
	{ constants, names }: Template,
	write: (name: string) => string,
	charactersMax: number,
): string | undefined {
	const written = new Map<string, string>();
	const pieces: string[] = [];
	let characters = 0;
	for (const [at, constant] of constants.entries()) {
		const name = names[at];
		const value = name === undefined ? "" : (written.get(name) ?? write(name));
		if (name !== undefined) written.set(name, value);
		characters += constant.length + value.length;
		if (characters > charactersMax) return undefined;
		pieces.push(constant, value);
	}
	return pieces.join("");
}

type Value = string | number | bigint;

/**
 * Values by name; custom names begin with `x:`. Numbers are written without quotation marks in JSON; an absent name has
 * no value.
 */
export type Values = ReadonlyMap<string, Value>;

const PREFIX = "x:";

/**
 * The custom variables of a callback-var. Upper case is accepted, though a page says otherwise (A-217).
 *
 * @throws OssError InvalidArgument when a name lacks its `x:`, or a value is not text
 */
export function readVariables(
	json: JsonObject,
	shown: string,
): Map<string, string> {
	const variables = new Map<string, string>();
	for (const [name, value] of Object.entries(json)) {
		if (!isCustom(name) || typeof value !== "string")
			throw refuse("varNotMap", "callback-var", shown);
		variables.set(name, value);
	}
	return variables;
}

/**
 * The custom variables of a form: one field each, with its value unchanged. A field `callback-var` is not read (A-218).
 */
export function pickVariables(
	fields: ReadonlyMap<string, string>,
): Map<string, string> {
	return new Map([...fields].filter(([name]) => isCustom(name)));
}

type SystemVariable = {
	readonly name: string;
	/** Whether its values are written into JSON without quotation marks. */
	readonly isNumber: boolean;
	/** Returns undefined or '' if it is absent. */
	readonly find: (
		uploaded: UploadFacts,
		image: ImageInfo | undefined,
	) => Value | undefined;
};

const text = (name: string, find: SystemVariable["find"]): SystemVariable => ({
	name,
	isNumber: false,
	find,
});

const number = (
	name: string,
	find: SystemVariable["find"],
): SystemVariable => ({ name, isNumber: true, find });

/** In the order of the page. */
const SYSTEM: readonly SystemVariable[] = [
	text("bucket", ({ bucket }) => bucket),
	text("object", ({ key }) => key),
	text("etag", ({ etag }) => etag),
	number("size", ({ size }) => size),
	text("mimeType", ({ contentType }) => contentType),
	number("imageInfo.height", (_, image) => image?.height),
	number("imageInfo.width", (_, image) => image?.width),
	text("imageInfo.format", (_, image) => image?.format),
	number("crc64", ({ crc64 }) => crc64 && BigInt(crc64)),
	text("contentMd5", ({ contentMd5 }) => contentMd5),
	text("vpcId", () => undefined), // the emulator has no VPC
	text("clientIp", ({ clientIp }) => clientIp),
	text("reqId", ({ requestId }) => requestId),
	text("operation", ({ operation }) => operation),
];

export const SYSTEM_VARIABLES: readonly string[] = SYSTEM.map(
	({ name }) => name,
);

/** The names of variables whose values are written into JSON without quotation marks. */
export const NUMBERS: ReadonlySet<string> = new Set(
	SYSTEM.filter(({ isNumber }) => isNumber).map(({ name }) => name),
);

export const isCustom = (name: string): boolean => name.startsWith(PREFIX);

/** A system variable that is '' counts as absent; a custom variable may be ''. */
export function valuesOf(
	uploaded: UploadFacts,
	image: ImageInfo | undefined,
	custom: ReadonlyMap<string, string>,
): Values {
	const values = new Map<string, Value>(custom);
	for (const { name, find } of SYSTEM) {
		const value = find(uploaded, image);
		if (value !== undefined && value !== "") values.set(name, value);
	}
	return values;
}
