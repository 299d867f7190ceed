import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { suite, test } from "node:test";
import { startWithBucket } from "../emulator.ts";

const ID = "oss-emulator";
const SECRET = "oss-emulator-secret";

/**
 * The text that a client signs with V1, and the request that it sends; they match unless a test changes one of them.
 */
type Signing = {
	readonly id?: string;
	readonly secret?: string;
	readonly method?: string;
	readonly type?: string;
	readonly md5?: string;
	readonly date?: string;
	readonly ossHeaders?: string;
	readonly resource: string;
	/** Hex of SHA-256, as in V4. */
	readonly asV4?: boolean;
};

type Sent = {
	readonly method?: string;
	readonly target: string;
	readonly headers?: Readonly<Record<string, string>>;
	readonly body?: string;
};

const NOW = new Date().toUTCString();

/** Docs «Include signatures in the Authorization header». */
function authorization(signing: Signing): string {
	const { id = ID, secret = SECRET, method = "GET", date = NOW } = signing;
	const { type = "", md5 = "", ossHeaders = "", resource } = signing;
	const text = `${method}\n${md5}\n${type}\n${date}\n${ossHeaders}${resource}`;
	const signature = signing.asV4
		? createHmac("sha256", secret).update(text).digest("hex")
		: createHmac("sha1", secret).update(text).digest("base64");
	return `OSS ${id}:${signature}`;
}

const cases: readonly (readonly [
	what: string,
	signing: Signing,
	sent: Sent,
	sentence: RegExp,
])[] = [
	[
		"a line feed at the end of the secret",
		{ secret: `${SECRET}\n`, resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/the secret was used with a line feed at its end/,
	],
	[
		"the id as the secret",
		{ secret: ID, resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/access key id was used as the secret/,
	],
	[
		"no secret",
		{ secret: "", resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/the secret was empty/,
	],
	[
		"the secret of another account",
		{ secret: "second-secret", resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/the secret is that of second/,
	],
	[
		"the secret as the id",
		{ id: SECRET, resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/the secret was given as the access key id/,
	],
	[
		"a space after the id",
		{ id: "OSS-Emulator", resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/differs from oss-emulator only in blanks or case/,
	],
	[
		"an unknown id",
		{ id: "LTAI", resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/the emulator has the keys oss-emulator, second/,
	],
	[
		"a key signed percent-encoded",
		{ resource: "/photos/my%20cat" },
		{ target: "/photos/my%20cat" },
		/the key was signed percent-encoded one time too many/,
	],
	[
		"a space signed as +",
		{ resource: "/photos/my+cat" },
		{ target: "/photos/my%20cat" },
		/a blank in the key was signed as \+/,
	],
	[
		"a path that a proxy encoded again",
		{ resource: "/photos/my cat" },
		{ target: "/photos/my%2520cat" },
		/percent-encoded twice/,
	],
	[
		"a double slash that became a single one",
		{ resource: "/photos/a/b" },
		{ target: "/photos/a//b" },
		/double slashes in the key were signed as one/,
	],
	[
		"a name in NFD",
		{ resource: "/photos/cafe\u0301" },
		{ target: "/photos/caf%C3%A9" },
		/another Unicode form \(NFD\)/,
	],
	[
		"a sub-resource that was not signed",
		{ resource: "/photos/cat" },
		{ target: "/photos/cat?acl" },
		/the sub-resource acl was not signed/,
	],
	[
		"a Content-Type that the library added",
		{ method: "PUT", resource: "/photos/cat" },
		{
			method: "PUT",
			target: "/photos/cat",
			headers: { "content-type": "text/x-cat" },
			body: "meow",
		},
		/the Content-Type text\/x-cat was not signed/,
	],
	[
		"a Content-Type that was signed, but not sent",
		{ method: "PUT", type: "image/jpeg", resource: "/photos/cat" },
		{ method: "PUT", target: "/photos/cat", body: "meow" },
		/the Content-Type image\/jpeg was signed, but none was sent/,
	],
	[
		"a charset that the browser added",
		{ method: "PUT", type: "text/plain", resource: "/photos/cat" },
		{
			method: "PUT",
			target: "/photos/cat",
			headers: { "content-type": "text/plain;charset=UTF-8" },
			body: "meow",
		},
		/signed without its parameters/,
	],
	[
		"an x-oss- header that a proxy added",
		{ resource: "/photos/cat" },
		{ target: "/photos/cat", headers: { "x-oss-meta-by": "proxy" } },
		/the header x-oss-meta-by was not signed/,
	],
	[
		"another method",
		{ method: "GET", resource: "/photos/cat" },
		{ method: "DELETE", target: "/photos/cat" },
		/the signature is for GET, but the request is a DELETE/,
	],
	[
		"a resource without the bucket",
		{ resource: "/" },
		{ target: "/photos/cat" },
		/bucket and key were not signed/,
	],
	[
		"the algorithm of V4 under the name of V1",
		{ asV4: true, resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/hex, as in V4, but under the name of V1/,
	],
	[
		"a clock that is slow",
		{
			date: new Date(Date.now() - 3_600_000).toUTCString(),
			resource: "/photos/cat",
		},
		{
			target: "/photos/cat",
			headers: { date: new Date(Date.now() - 3_600_000).toUTCString() },
		},
		/the client's clock is 3[56]\d\d s behind/,
	],
	[
		"an unknown secret",
		{ secret: "something else", resource: "/photos/cat" },
		{ target: "/photos/cat" },
		/no common mistake explains this signature/,
	],
];

suite("The signature doctor finds", () => {
	for (const [what, signing, sent, sentence] of cases)
		test(what, async (t) => {
			const { oss, adminUrl } = await startWithBucket(
				t,
				"private",
				"--access-key",
				`${ID}:${SECRET},second:second-secret`,
			);
			const { method = "GET", target, headers = {}, body } = sent;
			const answer = await oss.send(method, target, {
				as: null,
				headers: {
					date: NOW,
					...headers,
					authorization: authorization(signing),
				},
				...(body === undefined ? {} : { body }),
			});

			assert.equal(answer.status, 403, answer.text);
			assert.match(
				await diagnosisOf(adminUrl, answer.headers["x-oss-request-id"]),
				sentence,
			);
			assert.doesNotMatch(answer.text, sentence, "the response must be OSS's");
		});
});

suite("The signature doctor finds nothing", () => {
	test("in a request that is correct, or refused for another reason", async (t) => {
		const { oss, adminUrl } = await startWithBucket(t);
		for (const target of ["/photos", "/photos/no-such-key"]) {
			const answer = await oss.get(target);
			const id = answer.headers["x-oss-request-id"];
			assert.equal(await diagnosisOf(adminUrl, id), "");
		}
	});
});

async function diagnosisOf(
	adminUrl: string,
	id: string | undefined,
): Promise<string> {
	const answer = await fetch(`${adminUrl}/api/requests`);
	const { requests }: { requests: { id: string; diagnosis: string }[] } =
		JSON.parse(await answer.text());
	const found = requests.find((request) => request.id === id);
	assert.ok(found, `no request ${id} on record`);
	return found.diagnosis;
}
