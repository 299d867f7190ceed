/**
 * Reads the JSON of a request to the admin port, in pieces, because parsing blocks every other request. Deep nesting
 * makes it slow: documents that are nested deeper than any route reads are refused before they are parsed.
 */
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Breaks } from "../oss/breaks.ts";
import { AdminError } from "./admin-error.ts";
import { parseInPieces } from "./json-pieces.ts";

/** Enough for every route that does not set a limit of its own. */
export const BODY_BYTES_MAX = 64 * 1024;

/** For routes that take a document of a bucket, or a callback. */
export const DOCUMENT_BYTES_MAX = 1024 * 1024;

const NESTING_MAX = 64;

/** Replaces Fastify's parsers. An empty body that claims to be JSON is null, because some clients send one. */
export function readJson(app: FastifyInstance): void {
	const parse = app.getDefaultJsonParser("error", "error");
	app.removeAllContentTypeParsers();
	app.addContentTypeParser<Buffer>(
		"application/json",
		{ parseAs: "buffer" },
		async (incoming: FastifyRequest, text: Buffer) => {
			if (text.length === 0) return null;
			return parseInPieces(text, {
				parse: (piece) => parseWith(parse, incoming, piece),
				breaks: new Breaks(),
				nestingMax: NESTING_MAX,
				tooDeep: nestedTooDeep,
			});
		},
	);
}

type Parser = ReturnType<FastifyInstance["getDefaultJsonParser"]>;

/** Fastify's parser calls its callback synchronously. @throws its error */
function parseWith(
	parse: Parser,
	incoming: FastifyRequest,
	text: string,
): unknown {
	let parsed: { readonly error: Error | null; readonly value?: unknown } = {
		error: null,
	};
	parse(incoming, text, (error, value) => {
		parsed = { error, value };
	});
	if (parsed.error) throw parsed.error;
	return parsed.value;
}

const nestedTooDeep = (): AdminError =>
	new AdminError(
		400,
		"NestedTooDeep",
		`arrays and objects may be nested ${NESTING_MAX} deep at most`,
	);
