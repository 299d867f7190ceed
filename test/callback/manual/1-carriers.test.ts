/** Docs «Callback», steps 1 and 2: how an upload requests a callback. */
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, type TestContext, test } from "node:test";
import {
	type ApplicationServer,
	startApplicationServer,
} from "../../application-server.ts";
import { type Answer, type Client, refusal } from "../../client.ts";
import { startWithBucket } from "../../emulator.ts";
import {
	ANY,
	field,
	file,
	ID,
	type Part,
	postForm,
	SECRET,
	signedV1,
} from "../../operations/object/form.ts";
import { initiate, putPart } from "../../operations/uploading.ts";
import { base64, base64Json } from "../request-callback.ts";
import { stored, upload } from "./uploads.ts";

const BODY = "o=${object}&v=${x:v}";
const VARIABLES = base64Json({ "x:v": "1 2" });
const DONE = '{"Status":"OK"}';

const start = async (t: TestContext) => {
	const emulator = await startWithBucket(t);
	const application = await startApplicationServer(t);
	const json = { callbackUrl: application.url, callbackBody: BODY };
	const callback = base64Json(json);
	return { emulator, oss: emulator.oss, application, json, callback };
};

const bodies = ({ received }: ApplicationServer): (string | false)[] =>
	received.map(({ body, isSigned }) => isSigned && body);

/** Docs «Include a V1 signature in the URL»: sub-resources are signed in order, decoded. */
function signUrl(
	method: string,
	path: string,
	subResources: Readonly<Record<string, string>>,
	headers = "",
): string {
	const expires = String(Math.ceil(Date.now() / 1000) + 60);
	const named = Object.entries(subResources)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map((pair) => pair.join("="))
		.join("&");
	const signature = createHmac("sha1", SECRET)
		.update(`${method}\n\n\n${expires}\n${headers}${path}?${named}`)
		.digest("base64");
	const query = new URLSearchParams({
		...subResources,
		OSSAccessKeyId: ID,
		Expires: expires,
		Signature: signature,
	});
	return `${path}?${query}`;
}

suite("PutObject has its callback", () => {
	test("in the headers x-oss-callback and x-oss-callback-var", async (t) => {
		const { oss, application, callback } = await start(t);

		const put = await oss.put("/photos/a", "meow", {
			"x-oss-callback": callback,
			"x-oss-callback-var": VARIABLES,
		});

		assert.equal(put.text, DONE);
		assert.deepEqual(bodies(application), ["o=a&v=1%202"]);
	});

	test("in the query parameters callback and callback-var of a URL, which V1 signs", async (t) => {
		const { oss, application, callback } = await start(t);
		const query = { callback, "callback-var": VARIABLES };

		const url = signUrl("PUT", "/photos/b", query);
		const put = await oss.send("PUT", url, { as: null, body: "meow" });
		const changed = url.replace(/callback-var=[^&]+/, "callback-var=e30%3D");
		const refused = await oss.send("PUT", changed, { as: null, body: "woof" });

		assert.equal(put.text, DONE);
		assert.match(refusal(refused), /^403 SignatureDoesNotMatch/);
		assert.deepEqual(bodies(application), ["o=b&v=1%202"]);
	});

	test("in query parameters with a V4 signature, which covers the whole query", async (t) => {
		const { oss, application, callback } = await start(t);
		const query = new URLSearchParams({ callback, "callback-var": VARIABLES });

		const put = await oss.put(`/photos/c?${query}`, "meow");

		assert.equal(put.text, DONE);
		assert.deepEqual(bodies(application), ["o=c&v=1%202"]);
	});

	test("in a header and its variables in the query, or vice versa (A-220)", async (t) => {
		const { oss, application, callback } = await start(t);
		const query = new URLSearchParams({ "callback-var": VARIABLES });

		const put = await oss.put(`/photos/d?${query}`, "meow", {
			"x-oss-callback": callback,
		});

		assert.equal(put.text, DONE);
		assert.deepEqual(bodies(application), ["o=d&v=1%202"]);
	});
});

suite("CompleteMultipartUpload has its callback", () => {
	test("like PutObject, in the query of a URL that V1 signs", async (t) => {
		const { oss, emulator, application, callback } = await start(t);
		const uploadId = await initiate(emulator, "e");
		await putPart(emulator, uploadId, 1, "meow", "e");

		const query = { callback, uploadId };
		const all = "x-oss-complete-all:yes\n";
		const url = signUrl("POST", "/photos/e", query, all);
		const headers = { "x-oss-complete-all": "yes" };
		const completed = await oss.send("POST", url, { as: null, headers });

		assert.equal(completed.text, DONE);
		assert.deepEqual(bodies(application), ["o=e&v="]);
	});

	test("in headers", async (t) => {
		const { emulator, application, json } = await start(t);

		const completed = await upload(emulator, "CompleteMultipartUpload", {
			callback: json,
			variables: { "x:v": "1 2" },
			key: "f",
		});

		assert.equal(completed.text, DONE);
		assert.deepEqual(bodies(application), ["o=f&v=1%202"]);
	});
});

suite("PostObject has its callback in the form:", () => {
	const post = (oss: Client, ...parts: Part[]): Promise<Answer> =>
		postForm(oss, [field("key", "g"), ...signedV1(ANY), ...parts]);

	test("a field callback, and a field for each variable, without encoding", async (t) => {
		const { oss, application, callback } = await start(t);

		const posted = await post(
			oss,
			field("x:v", "1 2"),
			field("callback", callback),
			file("meow"),
		);

		assert.equal(posted.text, DONE);
		assert.deepEqual(bodies(application), ["o=g&v=1%202"]);
	});

	test("a field callback-var has no effect (A-218)", async (t) => {
		const { oss, application, callback } = await start(t);

		await post(
			oss,
			field("callback-var", VARIABLES),
			field("callback", callback),
			file("meow"),
		);

		assert.deepEqual(bodies(application), ["o=g&v="]);
	});

	test("headers of the request have no effect, which its record mentions", async (t) => {
		const { emulator, oss, application, callback } = await start(t);
		const boundary = "b";
		const part = (name: string, value: string) =>
			`--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
		const fields = [field("key", "g"), ...signedV1(ANY), field("file", "meow")];
		const body = fields.map(({ name, value }) => part(name, String(value)));

		const posted = await oss.send("POST", "/photos", {
			as: null,
			body: `${body.join("")}--b--\r\n`,
			headers: {
				"content-type": `multipart/form-data; boundary=${boundary}`,
				"x-oss-callback": callback,
			},
		});

		assert.equal(posted.status, 204, posted.text);
		assert.deepEqual(application.received, []);
		const id = posted.headers["x-oss-request-id"];
		const record = await fetch(`${emulator.adminUrl}/api/requests/${id}`);
		assert.match(await record.text(), /"PostObject reads its callback from/);
	});

	test("a field after the file is ignored without an error, and recorded", async (t) => {
		const { oss, emulator, application, callback } = await start(t);

		const posted = await post(oss, file("late"), field("callback", callback));

		assert.equal(`${posted.status} ${posted.text}`, "204 ");
		assert.equal(await stored(oss, "g"), "late");
		assert.deepEqual(application.received, []);
		const id = posted.headers["x-oss-request-id"];
		const record = await fetch(`${emulator.adminUrl}/api/callbacks/${id}`);
		const delivery: { status: string; why: string; told: unknown } = JSON.parse(
			await record.text(),
		);
		assert.equal(delivery.status, "skipped");
		assert.equal(delivery.told, null);
		assert.match(delivery.why, /callback came after the file/);
	});

	test("a policy does not have to contain it; the values that it contains must match: the base64, and each variable", async (t) => {
		const { oss, application, callback, json } = await start(t);
		const other = base64Json({ ...json, callbackBody: "other" });
		const postBy = (policy: readonly unknown[]): Promise<Answer> =>
			postForm(oss, [
				field("key", "g"),
				...signedV1([...ANY, ...policy]),
				field("x:V", "1"),
				field("callback", callback),
				file("meow"),
			]);

		const taken = [
			await postBy([{ callback }]),
			await postBy([["eq", "$x:V", "1"]]),
		];
		const refused = [
			await postBy([{ callback: other }]),
			await postBy([["eq", "$x:V", "2"]]),
		];

		assert.deepEqual(
			taken.map(({ text }) => text),
			[DONE, DONE],
		);
		for (const answer of refused)
			assert.match(refusal(answer), /^403 AccessDenied/);
		assert.equal(application.received.length, 2);
	});

	test("a variable after the file is ignored, with a finding", async (t) => {
		const { emulator, oss, application, callback } = await start(t);

		const posted = await post(
			oss,
			field("callback", callback),
			file("meow"),
			field("x:v", "1"),
		);

		assert.deepEqual(bodies(application), ["o=g&v="]);
		const id = posted.headers["x-oss-request-id"];
		const record = await fetch(`${emulator.adminUrl}/api/callbacks/${id}`);
		const delivery: { findings: { id: string; sentence: string }[] } =
			JSON.parse(await record.text());
		const late = delivery.findings.find(({ id }) => id === "late-field");
		assert.match(late?.sentence ?? "", /^x:v came after the file/);
	});

	test("a callback in a form can be longer than 5 KB", async (t) => {
		const { oss, application, json } = await start(t);
		const callbackBody = "a".repeat(6000);

		const posted = await post(
			oss,
			field("callback", base64Json({ ...json, callbackBody })),
			file("meow"),
		);

		assert.equal(posted.text, DONE);
		assert.deepEqual(bodies(application), [callbackBody]);
	});
});

type Found = {
	readonly status: string;
	readonly findings: readonly {
		readonly id: string;
		readonly sentence: string;
	}[];
};

suite("A name that OSS does not read has no effect, and is recorded:", () => {
	async function findRecorded(adminUrl: string, answer: Answer) {
		const id = answer.headers["x-oss-request-id"];
		const record = await fetch(`${adminUrl}/api/callbacks/${id}`);
		const { status, findings }: Found = JSON.parse(await record.text());
		const [found] = findings.filter(
			({ id }) => id === "unread-callback" || id === "unknown-field",
		);
		return { status, id: found?.id, sentence: found?.sentence ?? "" };
	}

	for (const name of ["callback", "x-oss-callback"])
		test(`${name} in the wrong carrier of PutObject`, async (t) => {
			const { emulator, oss, application, callback } = await start(t);
			const query = new URLSearchParams({ [name]: callback });

			const put =
				name === "callback"
					? await oss.put("/photos/a", "meow", { callback })
					: await oss.put(`/photos/a?${query}`, "meow");

			assert.equal(`${put.status} ${put.text}`, "200 ");
			assert.equal(await stored(oss, "a"), "meow");
			assert.deepEqual(application.received, []);
			const found = await findRecorded(emulator.adminUrl, put);
			assert.deepEqual(
				[found.status, found.id],
				["skipped", "unread-callback"],
			);
			assert.match(
				found.sentence,
				new RegExp(`^the \\w+ ${name} has no effect`),
			);
		});

	test("x-oss-callback-var in the query, beside a callback that is sent", async (t) => {
		const { emulator, oss, application, callback } = await start(t);
		const query = new URLSearchParams({
			callback,
			"x-oss-callback-var": VARIABLES,
		});

		const put = await oss.put(`/photos/a?${query}`, "meow");

		assert.deepEqual(bodies(application), ["o=a&v="]);
		const found = await findRecorded(emulator.adminUrl, put);
		assert.deepEqual(
			[found.status, found.id],
			["succeeded", "unread-callback"],
		);
	});

	for (const name of ["Callback", "x-oss-callback"])
		test(`a form field ${name}`, async (t) => {
			const { emulator, oss, application, callback } = await start(t);

			const posted = await postForm(oss, [
				...[field("key", "g"), ...signedV1(ANY)],
				...[field(name, callback), field("X:v", "1"), file("meow")],
			]);

			assert.equal(`${posted.status} ${posted.text}`, "204 ");
			assert.deepEqual(application.received, []);
			const found = await findRecorded(emulator.adminUrl, posted);
			assert.deepEqual(
				[found.status, found.id],
				["skipped", "unread-callback"],
			);
			assert.match(
				found.sentence,
				new RegExp(`^the form field ${name} and the form field X:v have no`),
			);
		});

	test("an unknown field of the callback's JSON", async (t) => {
		const { emulator, oss, application, json } = await start(t);
		const misspelt = { ...json, callbackBodytype: "application/json" };

		const put = await oss.put("/photos/a", "meow", {
			"x-oss-callback": base64Json(misspelt),
		});

		assert.deepEqual(bodies(application), ["o=a&v="]);
		const found = await findRecorded(emulator.adminUrl, put);
		assert.deepEqual([found.status, found.id], ["succeeded", "unknown-field"]);
		assert.match(
			found.sentence,
			/^callbackBodytype \(callbackBodyType\?\): OSS/,
		);
	});

	test("fields in the style of ali-oss, which are not the callback's JSON", async (t) => {
		const { emulator, oss, application } = await start(t);
		const { url } = application;

		const put = await oss.put("/photos/a", "meow", {
			"x-oss-callback": base64Json({ url, body: "a", contentType: "b" }),
		});

		assert.equal(`${put.status} ${put.text}`, "200 ");
		assert.deepEqual(application.received, []);
		const found = await findRecorded(emulator.adminUrl, put);
		assert.deepEqual([found.status, found.id], ["skipped", "unknown-field"]);
		assert.match(found.sentence, /^url, body, contentType: OSS ignores/);
	});

	test("but empty values and variables without a callback are not recorded", async (t) => {
		const { emulator, oss } = await start(t);

		const put = await oss.put("/photos/a?x-oss-callback=", "meow", {
			"callback-var": VARIABLES,
		});

		assert.equal(put.status, 200);
		const id = put.headers["x-oss-request-id"];
		const record = await fetch(`${emulator.adminUrl}/api/callbacks/${id}`);
		assert.equal(record.status, 404);
	});
});

suite("No callback is requested", () => {
	const empty: readonly (readonly [string, Record<string, string>])[] = [
		["by empty headers", { "x-oss-callback": "", "x-oss-callback-var": "" }],
		["by variables only", { "x-oss-callback-var": VARIABLES }],
		[
			"by an empty callbackUrl",
			{ "x-oss-callback": base64Json({ callbackUrl: "", callbackBody: "a" }) },
		],
		[
			"by a callback without callbackUrl",
			{ "x-oss-callback": base64Json({ callbackBody: "a" }) },
		],
	];
	for (const [what, headers] of empty)
		test(what, async (t) => {
			const { oss } = await startWithBucket(t);
			const put = await oss.put("/photos/h", "meow", headers);

			assert.equal(`${put.status} ${put.text}`, "200 ");
		});
});

suite("A callback is also accepted", () => {
	for (const [what, after] of [
		["with a line feed after its JSON, as Go's encoder writes", "\n"],
		["with a space after its JSON, as in java1's test", " "],
	] as const)
		test(what, async (t) => {
			const { oss, application, json } = await start(t);
			const callback = base64(JSON.stringify(json) + after);

			await oss.put("/photos/i", "meow", { "x-oss-callback": callback });

			assert.deepEqual(bodies(application), ["o=i&v="]);
		});

	test("with an empty x-oss-callback-var, as the C# SDK sends", async (t) => {
		const { oss, application, callback } = await start(t);

		await oss.put("/photos/i", "meow", {
			"x-oss-callback": callback,
			"x-oss-callback-var": "",
		});

		assert.deepEqual(bodies(application), ["o=i&v="]);
	});

	test("with variables in Chinese, with hyphens, and in upper case (A-217)", async (t) => {
		const { oss, application, json } = await start(t);
		const callbackBody = "${x:键值1}${x:callback-token}${x:A}${x:a}";
		const variables = { "x:键值1": "1", "x:callback-token": "2", "x:A": "3" };

		await oss.put("/photos/i", "meow", {
			"x-oss-callback": base64Json({ ...json, callbackBody }),
			"x-oss-callback-var": base64Json(variables),
		});

		assert.deepEqual(bodies(application), ["123"]);
	});

	test("with 5 KB of base64, and 5 KB of variables", async (t) => {
		const { oss, application, json } = await start(t);
		const fit = (object: object, name: string, more = ""): string => {
			const empty = JSON.stringify({ ...object, [name]: "" }).length;
			const filler = "a".repeat(3840 - empty - more.length);
			return base64(JSON.stringify({ ...object, [name]: more + filler }));
		};
		const callback = fit(json, "callbackBody", "${x:v}");
		const variables = fit({}, "x:v");
		assert.deepEqual([callback.length, variables.length], [5120, 5120]);

		const put = await oss.put("/photos/i", "meow", {
			"x-oss-callback": callback,
			"x-oss-callback-var": variables,
		});

		assert.equal(put.text, DONE);
		assert.equal(application.received.length, 1);
	});
});
