/**
 * A recorded request as a command for a shell, to be sent again by hand.
 *
 * Pure.
 */
import type { AttemptDocument } from "../records/delivery-record.ts";

/** curl makes these itself, or they would contradict its behaviour. */
const LEFT_OUT = new Set(["connection", "content-length"]);

export function writeCurl(
	{ url, target, headers }: Pick<AttemptDocument, "url" | "target" | "headers">,
	body: string,
): string {
	// The target is exactly the signed text: a URL may end in an empty query, or have no scheme.
	const [, scheme = "http://", host = ""] =
		/^(https?:\/\/)?([^/?#]*)/i.exec(url) ?? [];
	const address = quote(`${scheme}${host}${target}`);
	// The emulator accepts any certificate too, unless --callback-verify-tls is given.
	const trust = /^https/i.test(scheme) ? ["--insecure"] : [];
	// A header without a value is sent when it ends with a semicolon.
	const given = headers
		.filter(([name]) => !LEFT_OUT.has(name.toLowerCase()))
		.map(([name, value]) => (value === "" ? `${name};` : `${name}: ${value}`));
	const words = [
		...["curl", "--globoff", "--path-as-is", "--include", ...trust, address],
		...given.flatMap((header) => ["--header", quote(header)]),
	];
	if (!body.includes("\0"))
		return [...words, "--data-raw", quote(body)].join(" ");
	// No argument of a command can hold a NUL.
	const encoded = Buffer.from(body).toString("base64");
	return `printf %s ${encoded} | base64 -d | ${words.join(" ")} --data-binary @-`;
}

/** One word of a POSIX shell, whatever is in it. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
