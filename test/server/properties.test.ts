import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { suite, test } from "node:test";
import Fastify, { type FastifyRequest } from "fastify";
import { ByteBudget } from "../../emulator/oss/byte-budget.ts";
import { formDecode, percentEncode } from "../../emulator/oss/encoding.ts";
import { OssError } from "../../emulator/oss/errors.ts";
import type { FormPart } from "../../emulator/oss/request.ts";
import { acceptForms, formParts } from "../../emulator/server/form-parts.ts";
import { sendRaw } from "../client.ts";
import { startWithBucket } from "../emulator.ts";
import {
	field,
	file,
	formBody,
	type Part,
	post,
	signedV1,
	signedV4,
} from "../operations/object/form.ts";
import {
	bytes,
	cut,
	fc,
	forAll,
	key,
	places,
	text,
	textOf,
} from "../properties.ts";

const BOUNDARY = "b";

/** A server with the multipart plugin, which only reads forms from requests. It is used for all inputs. */
async function anyRequest(): Promise<{
	readonly request: FastifyRequest;
	close(): Promise<void>;
}> {
	const app = Fastify();
	await acceptForms(app);
	let found: FastifyRequest | undefined;
	app.get("/", async (request) => {
		found = request;
		return "";
	});
	await app.inject("/");
	assert.ok(found);
	return { request: found, close: () => app.close() };
}

type Read = FormPart | readonly [file: string, content: string];

async function partsOf(
	request: FastifyRequest,
	body: readonly Buffer[],
): Promise<readonly Read[]> {
	const headers = {
		"content-type": `multipart/form-data; boundary=${BOUNDARY}`,
	};
	const found: Read[] = [];
	for await (const part of formParts(
		request,
		Readable.from(body),
		headers,
		new ByteBudget(1e6),
	)) {
		if (part.kind !== "file") found.push(part);
		else {
			const content: Buffer[] = [];
			for await (const chunk of part.content) content.push(chunk);
			found.push([part.filename, Buffer.concat(content).toString("latin1")]);
		}
	}
	return found;
}

suite("For any form", () => {
	const name = fc
		.stringMatching(/^[A-Za-z$-]{1,8}$/)
		.filter((one) => one.toLowerCase() !== "file");
	const value = fc.oneof(
		text(12),
		textOf(["\r\n", "--b", "-", "\r", "\n", "--", "é"], 6).filter(
			(one) => !`\r\n${one}`.includes("\r\n--b"),
		),
	);
	const fields = fc.array(fc.tuple(name, value), { maxLength: 4 });

	test("fields and file are read as they were written, in pieces of any size", async (t) => {
		const { request, close } = await anyRequest();
		t.after(close);
		await forAll(
			[fields, value, fc.stringMatching(/^[a-z é.]{0,9}$/), fields, places],
			async (before, content, filename, after, cuts) => {
				const parts: Part[] = [
					...before.map((pair) => field(...pair)),
					file(content, filename),
					...after.map((pair) => field(...pair)),
				];
				const read = await partsOf(
					request,
					cut(formBody(parts, BOUNDARY), cuts),
				);
				assert.deepEqual(read, [
					...before.map(([name, value]) => ({ kind: "field", name, value })),
					[filename, Buffer.from(content).toString("latin1")],
					// The plugin ignores fields named like members of Object's prototype.
					...after
						.filter(([name]) => !(name in Object.prototype))
						.map(([name]) => ({ kind: "late", name })),
				]);
			},
		);
	});

	test("any bytes are read as a form, or refused with OSS's error", async (t) => {
		const { request, close } = await anyRequest();
		t.after(close);
		const words = [
			"--b\r\n",
			"--b--",
			"\r\n",
			'Content-Disposition: form-data; name="a"',
			'; filename="c"',
			"Content-Type: x",
			":",
			";",
			'"',
			"--b",
			"name=file",
		];
		await forAll(
			[
				fc.oneof(
					bytes(60),
					textOf(words, 12).map((one) => Buffer.from(one)),
				),
				places,
			],
			async (body, cuts) => {
				const codeOf = async (some: readonly Buffer[]): Promise<string> => {
					try {
						await partsOf(request, some);
						return "";
					} catch (error) {
						assert.ok(error instanceof OssError, String(error));
						return error.code;
					}
				};
				assert.equal(
					await codeOf(cut(body, cuts)),
					await codeOf(body.length === 0 ? [] : [body]),
				);
			},
		);
	});

	test("a signed form is stored, and refused with any other signature", async (t) => {
		const { oss } = await startWithBucket(t);
		await forAll(
			[
				key.filter((one) => !/[\r\n"\\]|\$\{|^\s|\s$/.test(one)),
				bytes(40),
				fc.constantFrom(signedV1, signedV4),
			],
			async (one, content, sign) => {
				const signed = sign([["eq", "$key", one]]);
				const send = (parts: readonly Part[]) =>
					post(oss, formBody([field("key", one), ...parts, file(content)]));
				const stored = await send(signed);
				assert.equal(stored.status, 204, stored.text);
				assert.deepEqual(
					(await oss.get(`/photos/${percentEncode(one)}`)).body,
					content,
				);
				const forged = signed.map((part) =>
					/^(?:x-oss-)?signature$/i.test(part.name)
						? field(part.name, "AAAA")
						: part,
				);
				assert.equal((await send(forged)).status, 403);
			},
			0.2,
		);
	});
});

suite("For any request line", () => {
	test("parameters are read as they were written, in either encoding", async (t) => {
		const { oss } = await startWithBucket(t);
		const prefix = fc.oneof(
			text(10),
			textOf(["+", "&", "=", "%", "a", " ", "/"], 5),
		);
		await forAll(
			[prefix],
			async (one) => {
				for (const written of [
					percentEncode(one),
					new URLSearchParams([["", one]]).toString().slice(1),
				]) {
					assert.equal(formDecode(written), one);
					const { status, text } = await oss.get(
						`/photos?encoding-type=url&prefix=${written}`,
					);
					assert.equal(status, 200, text);
					assert.ok(
						text.includes(`<Prefix>${percentEncode(one)}</Prefix>`),
						text,
					);
				}
			},
			0.3,
		);
	});

	test("any bytes on a socket receive an HTTP response or none, and the next client is served", async (t) => {
		const { endpoint, oss } = await startWithBucket(t);
		const words = [
			"GET ",
			"PUT ",
			"/photos",
			"?acl",
			" HTTP/1.1",
			"\r\n",
			"\n",
			"Host: a",
			":",
			"Content-Length: 5",
			"Transfer-Encoding: chunked",
			"5",
			"hello",
			"\0",
			" ",
		];
		await forAll(
			[
				fc.oneof(
					bytes(60),
					textOf(words, 14).map((one) => Buffer.from(one)),
				),
			],
			async (sent) => {
				// The client's FIN makes the emulator close the connection.
				const answer = await sendRaw(
					endpoint,
					sent,
					"\r\n\r\n",
					"GET / HTTP/1.0\r\n\r\n",
				);
				assert.match(answer, /^(?:$|HTTP\/1\.1 \d{3} )/);
				assert.doesNotMatch(answer, /^HTTP\/1\.1 500/m);
			},
			0.3,
		);
		assert.equal((await oss.get("/photos")).status, 200);
	});
});
