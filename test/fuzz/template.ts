/**
 * Templates of callbacks: variables whose values are their own names reproduce the template; each body type is filled
 * in.
 */

import { FORM, JSON_TYPE } from "../../emulator/callback/model.ts";
import { substitute } from "../../emulator/callback/substitute.ts";
import {
	fill,
	quotedIn,
	readTemplate,
} from "../../emulator/callback/template.ts";
import { agree, reading, type Target } from "./engine/target.ts";

const VALUES = new Map<string, string | number | bigint>([
	["bucket", "photos"],
	["object", 'a b/"ü"\ud83d\ude00\ud800.jpg'],
	["size", 7],
	["crc64", 18446744073709551615n],
	["x:a", "${bucket}&=+%"],
]);

export default {
	about: "templates of callback bodies, filled in as form and as JSON",
	seeds: [
		"bucket=${bucket}&object=${object}&a=${x:a}",
		'{"bucket":${bucket},"size":${size},"x":"${x:a}","i":${imageInfo.height}}',
		"$",
		"${",
		"${}",
		"a$b${c",
		"${a}}${${b}",
	],
	run: async (input) => {
		const text = input.toString();
		const template = await reading(input, () => readTemplate(text));
		if (!template) return;
		agree(
			"itself",
			fill(template, (name) => `\${${name}}`, 1e6),
			text,
		);
		quotedIn(template);
		for (const type of [FORM, JSON_TYPE] as const)
			substitute(template, VALUES, type);
	},
} satisfies Target;
