/**
 * The file name of a key, valid on any system, and never outside its folder.
 *
 * Different keys have different names. Most keys are used as names unchanged; a `%` in a name replaces text that a
 * file system does not accept: `%2E` for a character, a single `%` for the empty name between two slashes, `%~`
 * before the digest of the part that was cut off, `%object` for an object next to the folder of the same name. (File
 * systems that ignore case still use one name for keys that differ only in case.)
 *
 * Pure. Source: Microsoft «Naming Files, Paths, and Namespaces»; 255 bytes are the most that file systems take.
 */
import { hash } from "node:crypto";

/** The maximum length of a name, which leaves space for `%object`. */
const NAME_BYTES_MAX = 240;
const DIGEST_DIGITS = 16;

/**
 * Control characters, characters that Windows forbids, `%` itself, and a trailing dot or blank, which Windows
 * removes.
 */
const FORBIDDEN =
	// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern looks for them
	/[\u0000-\u001f\u007f-\u009f%"*:<>?\\|/]|[. ]$/g;

/** The first letter of a device name, with any extension. */
const DEVICE = /^(?=(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$))./i;

/** The folders of a key, followed by its file. */
export function plainNames(key: string): string[] {
	return key.split("/").map(plainName);
}

export function plainName(text: string): string {
	if (text === "") return "%";
	const name = text.replaceAll(FORBIDDEN, escaped).replace(DEVICE, escaped);
	return Buffer.byteLength(name) <= NAME_BYTES_MAX ? name : cut(name, text);
}

/** The path of an object `a` if there are objects `a/…`. */
export const nameNextToFolder = (name: string): string => `${name}%object`;

const escaped = (character: string): string =>
	Buffer.from(character).toString("hex").toUpperCase().replaceAll(/../g, "%$&");

function cut(name: string, text: string): string {
	const end = `%~${hash("sha256", text, "hex").slice(0, DIGEST_DIGITS)}`;
	let start = "";
	for (const [character] of name.matchAll(/%..|./gsu)) {
		if (Buffer.byteLength(start + character + end) > NAME_BYTES_MAX) break;
		start += character;
	}
	return start + end;
}
