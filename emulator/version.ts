/**
 * The version of this package, from its package.json, which is one folder above this file, both in the source and in
 * the package.
 */
import { readFileSync } from "node:fs";

export function readVersion(): string {
	const text = readFileSync(
		new URL("../package.json", import.meta.url),
		"utf8",
	);
	const manifest: unknown = JSON.parse(text);
	if (
		typeof manifest === "object" &&
		manifest !== null &&
		"version" in manifest
	)
		return String(manifest.version);
	throw new Error("package.json has no version");
}
