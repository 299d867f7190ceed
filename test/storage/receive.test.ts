import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientRequest, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import type { Expected } from "../../emulator/storage/types.ts";
import {
	blobFiles,
	bytes,
	chunked,
	isOssError,
	md5Base64,
	newObject,
	type Opened,
	put,
	read,
	suiteOverBoth,
} from "./stores.ts";

const SIZES = [10, 300_000];

suiteOverBoth("The body of an upload", (open) => {
	for (const size of SIZES) {
		const content = bytes(size);
		const refusals: readonly [
			string,
			Expected,
			Parameters<typeof isOssError>,
		][] = [
			[
				"another MD5",
				{ md5: md5Base64("x") },
				[
					"InvalidDigest",
					{
						status: 400,
						ec: "0017-00000503",
						details: { "Content-MD5": md5Base64("x") },
					},
				],
			],
			["another CRC-64", { crc64: "1" }, ["InvalidCRC64", { status: 400 }]],
			[
				"more bytes than allowed",
				{ sizeMax: size - 1 },
				["EntityTooLarge", { status: 400 }],
			],
		];
		for (const [what, expected, error] of refusals) {
			test(`of ${size} bytes with ${what} is refused, stores no bytes and replaces no object`, async (t) => {
				const opened = await open(t);
				await put(opened.store, "a", "before");

				await assert.rejects(
					put(opened.store, "a", content, {}, expected),
					isOssError(...error),
				);
				await assert.rejects(
					put(opened.store, "b", content, {}, expected),
					isOssError(...error),
				);

				assert.equal(String(await read(opened.store, "a")), "before");
				assert.equal(await read(opened.store, "b"), undefined);
				assert.deepEqual(await blobFiles(opened), []);
			});
		}

		test(`of ${size} bytes is stored if digests and size are as expected`, async (t) => {
			const { store } = await open(t);
			const { crc64 } = await put(store, "a", content);

			const stored = await put(
				store,
				"a",
				content,
				{},
				{ md5: md5Base64(content), crc64, sizeMax: size },
			);

			assert.equal(stored.size, size);
		});

		test(`is IncompleteBody if the client disconnects after ${size} bytes, and stores no bytes`, async (t) => {
			const opened = await open(t);

			const stored = storeOneRequest(t, opened, "a");
			const sender = send(await stored.port, size * 2);
			sender.write(content);
			await stored.began;
			sender.destroy();

			await assert.rejects(stored.result, isOssError("IncompleteBody"));
			assert.equal(await read(opened.store, "a"), undefined);
			assert.deepEqual(await blobFiles(opened), []);
		});
	}

	test("rejects with the error if it fails for another reason, and stores no bytes", async (t) => {
		const opened = await open(t);
		async function* body(): AsyncGenerator<Buffer> {
			yield* chunked(bytes(300_000));
			throw new RangeError("a bug");
		}

		await assert.rejects(
			opened.store.objects.put(newObject("a"), body()),
			RangeError,
		);

		assert.deepEqual(await blobFiles(opened), []);
	});

	// A digest that was released twice after an error was used by two simultaneous uploads.
	test("has its own CRC-64 while other bodies arrive, including refused ones", async (t) => {
		const { store } = await open(t);
		const contents = [1, 2, 3, 4].map((seed) => bytes(500_000, seed));
		const alone: string[] = [];
		for (const content of contents)
			alone.push((await put(store, "a", content)).crc64);
		const refused = put(store, "a", bytes(300_000), {}, { crc64: "1" });
		await assert.rejects(refused, isOssError("InvalidCRC64"));

		const together = await Promise.all(
			contents.map((content, i) => put(store, `${i}`, content)),
		);

		assert.deepEqual(
			together.map(({ crc64 }) => crc64),
			alone,
		);
	});
});

/** Stores the body of the next request, like the OSS port. */
function storeOneRequest(
	t: TestContext,
	{ store }: Opened,
	key: string,
): {
	readonly port: Promise<number>;
	/** Resolves when a part of the body has arrived. */
	readonly began: Promise<void>;
	readonly result: Promise<unknown>;
} {
	const server = createServer();
	t.after(() => server.close());
	const { promise: began, resolve } = Promise.withResolvers<void>();
	const result = once(server, "request").then(([incoming]) =>
		store.objects.put(newObject(key), noticed(incoming, resolve)),
	);
	result.catch(() => {}); // the test awaits it later
	const port = once(server.listen(0, "127.0.0.1"), "listening").then(
		() => (server.address() as AddressInfo).port,
	);
	return { port, began, result };
}

async function* noticed(
	body: AsyncIterable<Buffer>,
	notice: () => void,
): AsyncGenerator<Buffer> {
	for await (const chunk of body) {
		notice();
		yield chunk;
	}
}

function send(port: number, size: number): ClientRequest {
	const sender = request({
		host: "127.0.0.1",
		port,
		method: "PUT",
		headers: { "Content-Length": size },
	});
	return sender.on("error", () => {}); // the test closes the connection
}
