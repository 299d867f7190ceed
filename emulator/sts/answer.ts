/**
 * The response of STS, before it becomes JSON or XML.
 *
 * Pure. Source: docs «Responses» of STS; clients test the beginning of the JSON type and the exact XML type.
 */

/** Text, or elements; undefined elements are left out. */
export type StsElement = {
	readonly [name: string]: string | StsElement | undefined;
};

export type StsAnswer = {
	/** The operation that the request names, of any service; '' if it names none. */
	readonly operation: string;
	readonly status: number;
	/** The root of the XML: `AssumeRoleResponse`, `Error`. */
	readonly root: string;
	readonly body: StsElement;
	readonly format: "JSON" | "XML";
	/** An upper-case UUID, which is also in the body. */
	readonly requestId: string;
	/** The cause of an error, for the emulator's own record; usually ''. */
	readonly diagnosis: string;
};

export const CONTENT_TYPE: Readonly<Record<StsAnswer["format"], string>> = {
	JSON: "application/json;charset=utf-8",
	XML: "text/xml;charset=utf-8",
};

/** JSON is the default according to the documentation of 2020, XML according to older pages. */
export const readFormat = (text: string | undefined): StsAnswer["format"] =>
	text?.toUpperCase() === "XML" ? "XML" : "JSON";

/** `2015-11-17T07:30:00Z`: some clients cannot parse milliseconds. */
export const expiration = (moment: Date): string =>
	`${moment.toISOString().slice(0, 19)}Z`;
