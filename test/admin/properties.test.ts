import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { writeAsSent } from "../../emulator/admin/documents.ts";
import { readSeed } from "../../emulator/admin/seed/read-seed.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import { JsonError } from "../../emulator/oss/json-place.ts";
import { readXml } from "../../emulator/xml/read.ts";
import { bytes, fc, forAll, key, orRefused, text } from "../properties.ts";
import { encode } from "../server/signing.ts";
import { startWithAdmin } from "./admin.ts";

const CONTEXT = { account: "1", resolveFile: (path: string) => path };

suite("For any JSON", () => {
	const names = [
		"buckets",
		"ram",
		"faults",
		"name",
		"acl",
		"objects",
		"key",
		"text",
		"base64",
		"cors",
		"lifecycle",
		"users",
		"roles",
		"policies",
		"metadata",
		"__proto__",
		"constructor",
	];
	const json = fc.letrec((tie) => ({
		it: fc.oneof(
			{ maxDepth: 4, depthSize: "xsmall" },
			fc.constantFrom("photos", "private", "a", "aGk=", "", 1, true, null),
			fc.array(tie("it"), { maxLength: 3 }),
			fc.dictionary(fc.constantFrom(...names), tie("it"), { maxKeys: 4 }),
		),
	})).it;

	test("the value is a seed, or the error describes the mistake", () =>
		forAll([json], async (value) => {
			await orRefused(
				() => readSeed(JSON.parse(JSON.stringify(value)), CONTEXT),
				JsonError,
			);
		}));

	test("a document is converted to XML, which is accepted or refused, or is refused as JSON", () =>
		forAll(
			[
				fc.constantFrom(
					"cors",
					"lifecycle",
					"website",
					"referer",
					"callbackPolicy",
				),
				json,
			],
			async (name, value) => {
				const document = JSON.parse(JSON.stringify(value));
				const written = await orRefused(
					() => writeAsSent(name, document),
					TypeError,
				);
				if (written === undefined || typeof document === "string") return;
				const root = /<(\w+)>/.exec(written)?.[1] ?? "";
				// The name may be that of an element that does not exist.
				await orRefused(() => readXml(Buffer.from(written), root), OssError);
			},
		));

	test("the admin port responds without an internal error", async (t) => {
		const { admin } = await startWithAdmin(t);
		const routes = [
			["PUT", "/api/seed"],
			["POST", "/api/accounts"],
			["PUT", "/api/clock"],
			["POST", "/api/settings"],
			["POST", "/api/faults"],
			["POST", "/api/buckets"],
		] as const;
		await forAll(
			[fc.constantFrom(...routes), json],
			async ([method, path], value) => {
				const answer = await (method === "PUT"
					? admin.put(path, value)
					: admin.post(path, value));
				assert.ok(
					answer.status < 500,
					`${method} ${path} ${JSON.stringify(value)}: ${answer.text}`,
				);
			},
			0.4,
		);
	});
});

suite("For any seed", () => {
	test("the declared objects exist, and the same seed again changes nothing", async (t) => {
		const { admin, oss } = await startWithAdmin(t);
		const object = fc.record(
			{ key, base64: bytes(30).map((one) => one.toString("base64")) },
			{ noNullPrototype: true },
		);
		await forAll(
			[
				fc.uniqueArray(object, { selector: (one) => one.key, maxLength: 4 }),
				text(5),
			],
			async (objects, other) => {
				const seed = { buckets: [{ name: "films", objects }] };
				assert.equal((await admin.put("/api/seed", seed)).status, 200);
				for (const one of objects) {
					const got = await oss.get(`/films/${encode(one.key)}`);
					assert.equal(got.body.toString("base64"), one.base64);
				}
				const again = await admin.put("/api/seed", seed);
				assert.equal(again.json.written, 0, again.text);
				assert.equal(
					(await admin.put("/api/seed", { [`x${other}`]: 1 })).status,
					400,
				);
			},
			0.15,
		);
	});
});
