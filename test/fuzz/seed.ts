/** Seeds, users and roles in JSON. */
import { readSeed } from "../../emulator/admin/seed/read-seed.ts";
import { readRam } from "../../emulator/auth/ram-document.ts";
import { JsonError } from "../../emulator/oss/json-place.ts";
import { reading, type Target } from "./engine/target.ts";

const CONTEXT = {
	account: "1000000000000001",
	resolveFile: (path: string) => path,
};

export default {
	about: "seeds, users and roles in JSON: errors contain the place",
	seeds: [
		'{"buckets":[{"name":"photos","acl":"public-read","versioning":"Enabled","owner":"1","cors":[{"AllowedOrigin":["*"],"AllowedMethod":["GET"]}],"objects":[{"key":"a","text":"b","metadata":{"c":"d"},"tags":{"e":"f"}},{"key":"g","base64":"aGk="},{"key":"h","file":"i"}]}]}',
		'{"ram":{"users":[{"name":"ann","accessKeys":[{"id":"k","secret":"s","status":"Inactive"}],"policies":[{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}]}],"roles":[{"name":"r","maxSessionDuration":3600,"trusts":["1"],"policies":[]}]},"faults":[{"do":{"status":503}}]}',
		'{"buckets":[{"name":"a","website":{"IndexDocument":{"Suffix":"x"},"routingRules":[{"RuleNumber":1}]},"callbackPolicy":[{"PolicyName":"p","Callback":{"a":1}}],"policy":{"a":[]},"lifecycle":{"Rule":[]}}]}',
		'{"users":[],"roles":[]}',
	],
	run: async (input) => {
		const text = input.toString();
		await reading(input, () => readRam(text, "1"), JsonError);
		let json: unknown;
		try {
			json = JSON.parse(text);
		} catch {
			return;
		}
		await reading(input, () => readSeed(json, CONTEXT), JsonError);
	},
} satisfies Target;
