/**
 * The answer of STS, before it becomes JSON or XML.
 *
 * Pure. Source: docs «Responses» of STS; clients test the JSON's type by its beginning and the XML's exactly.
 */

/** Text, or elements; undefined ones are left out. */
export type StsElement = {
	readonly [name: string]: string | StsElement | undefined;
};

export type StsAnswer = {
	/** The operation as the request names it, of any service; '' if it names none. */
	readonly operation: string;
	readonly status: number;
	/** The XML's root: `AssumeRoleResponse`, `Error`. */
	readonly root: string;
	readonly body: StsElement;
	readonly format: "JSON" | "XML";
	/** Upper-case UUID; also in the body. */
	readonly requestId: string;
	/** For the emulator's own record: the cause of an error; '' for most. */
	readonly diagnosis: string;
};

export const CONTENT_TYPE: Readonly<Record<StsAnswer["format"], string>> = {
	JSON: "application/json;charset=utf-8",
	XML: "text/xml;charset=utf-8",
};

/** The page of 2020 has JSON by default, older ones XML. */
export const readFormat = (text: string | undefined): StsAnswer["format"] =>
	text?.toUpperCase() === "XML" ? "XML" : "JSON";

/** `2015-11-17T07:30:00Z`: some clients cannot read it with milliseconds. */
export const expiration = (moment: Date): string =>
	`${moment.toISOString().slice(0, 19)}Z`;
