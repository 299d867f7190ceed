/** Policies of forms: read, and checked against a form's fields. */
import { checkPolicy, checkSize } from "../../emulator/auth/post-policy.ts";
import { readPolicy } from "../../emulator/auth/post-policy-document.ts";
import { reading, type Target } from "./engine/target.ts";

const FIELDS = new Map([
	["key", "photos/${filename}"],
	["content-type", "image/jpeg"],
	["success_action_status", "200"],
]);

export default {
	about: "policies of PostObject: read, and checked against a form",
	seeds: [
		'{"expiration":"2099-01-01T00:00:00.000Z","conditions":[{"bucket":"photos"},["starts-with","$key","photos/"],["content-length-range",0,10],["in","$content-type",["image/jpeg"]],["not-in","$x",["y"]],["eq","$success_action_status","200"]]}',
		'{"expiration":"2099-01-01T00:00:00Z","conditions":[["eq","$key","\\${filename}"],["starts-with","$key","\\\\${"]]}',
		'{"expiration":"2020-01-01T00:00:00Z","conditions":[]}',
		'{ expiration: "x" }',
	],
	run: async (input) => {
		for (const text of [input.toString("base64"), input.toString("latin1")]) {
			const policy = await reading(input, () => readPolicy(text, new Date(0)));
			if (!policy) continue;
			await reading(input, () => checkPolicy(policy, FIELDS, "photos"));
			await reading(input, () => checkSize(policy, 5));
		}
	},
} satisfies Target;
