/**
 * Reads the JSON of a request to the admin port. Parsing blocks every other request, and deep nesting makes it slow:
 * documents that are nested deeper than any route reads are refused before they are parsed.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Breaks } from "../oss/breaks.ts";
import { AdminError } from "./admin-error.ts";

/** Enough for every route that does not set a limit of its own. */
export const BODY_BYTES_MAX = 64 * 1024;

/** For routes that take a document of a bucket, or a callback. */
export const DOCUMENT_BYTES_MAX = 1024 * 1024;

const NESTING_MAX = 64;

/** Replaces Fastify's parsers. An empty body that claims to be JSON is null, because some clients send one. */
export function readJson(app: FastifyInstance): void {
	const parse = app.getDefaultJsonParser("error", "error");
	app.removeAllContentTypeParsers();
	app.addContentTypeParser<string>(
		"application/json",
		{ parseAs: "string" },
		async (incoming: FastifyRequest, text: string) => {
			if (text === "") return null;
			await requireShallow(text);
			const { promise, resolve, reject } = Promise.withResolvers<unknown>();
			parse(incoming, text, (error, value) => {
				if (error) reject(error);
				else resolve(value);
			});
			return promise;
		},
	);
}

/** How many characters are read between two breaks. */
const PIECE = 65_536;

/** @throws AdminError 400 for arrays and objects that are nested too deep */
async function requireShallow(text: string): Promise<void> {
	const breaks = new Breaks();
	let depth = 0;
	let isText = false;
	let breakAt = PIECE;
	for (let at = 0; at < text.length; at += 1) {
		if (at >= breakAt) {
			await breaks.pause();
			breakAt = at + PIECE;
		}
		const code = text.charCodeAt(at);
		if (code === QUOTE) isText = !isText;
		else if (isText) {
			if (code === BACKSLASH) at += 1;
		} else if (code === BRACKET || code === BRACE) {
			depth += 1;
			if (depth > NESTING_MAX) throw nestedTooDeep();
		} else if (code === BRACKET_END || code === BRACE_END) depth -= 1;
	}
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [BRACKET, BRACKET_END] = [0x5b, 0x5d];
const [BRACE, BRACE_END] = [0x7b, 0x7d];

const nestedTooDeep = (): AdminError =>
	new AdminError(
		400,
		"NestedTooDeep",
		`arrays and objects may be nested ${NESTING_MAX} deep at most`,
	);
