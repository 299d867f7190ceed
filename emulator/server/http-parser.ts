/**
 * Node's parser, lenient in one point only: it accepts a length next to chunks, which ali-oss sends with streams.
 *
 * `insecureHTTPParser` is all or nothing: with it Node accepts folded headers and lines that end in a bare LF as well,
 * and afterwards they cannot be recognised. Node reads the flags behind that option when a connection is made, so
 * they are replaced for that moment. Other servers of the process keep theirs.
 */
import type { Server } from "node:http";

type Flags = { kLenientAll: number; readonly kLenientChunkedLength: number };

const isFlags = (parser: unknown): parser is Flags =>
	typeof parser === "function" &&
	"kLenientAll" in parser &&
	"kLenientChunkedLength" in parser;

/** undefined where Node has no such flags: the parser is lenient in all points then. */
function findFlags(): Flags | undefined {
	const common: unknown = process.getBuiltinModule("_http_common");
	return typeof common === "object" &&
		common !== null &&
		"HTTPParser" in common &&
		isFlags(common.HTTPParser)
		? common.HTTPParser
		: undefined;
}

/** @param server was made with `insecureHTTPParser` and accepts connections at `event` */
export function acceptLengthNextToChunks(server: Server, event: string): void {
	const flags = findFlags();
	if (!flags) return;
	const { kLenientAll } = flags;
	server.prependListener(event, () => {
		flags.kLenientAll = flags.kLenientChunkedLength;
	});
	server.on(event, () => {
		flags.kLenientAll = kLenientAll;
	});
}
