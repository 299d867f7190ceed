/** The names of the console's views, read from its script, so that tests of every page include new views. */
import assert from "node:assert/strict";

/** @param script `console.js`, as it is served */
export function readViewNames(script: string): string[] {
	const [, list] = /const views = \{([^}]*)\}/.exec(script) ?? [];
	assert.ok(list, "console.js has no list of views");
	return Array.from(list.matchAll(/^\s*("[^"]*"|\w+)/gm), ([, name = ""]) =>
		name.replaceAll('"', ""),
	);
}
