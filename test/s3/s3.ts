/** A client of the S3-compatible protocol for one test, in addition to the client for OSS. */
import type { TestContext } from "node:test";
import type { Answer, Key } from "../client.ts";
import { startEmulator, type TestEmulator } from "../emulator.ts";
import { type Headers, type Signing, signV4 } from "./sign.ts";

export type S3Emulator = TestEmulator & {
	readonly key: Key;
	readonly s3: S3Client;
	/** Like `s3`, with the bucket `photos` in the Host. */
	readonly photos: S3Client;
};

type More = Partial<Omit<Signing, "method" | "target">>;

/** Sends a request signed with V4; a test can change the signed text. */
export class S3Client {
	readonly #emulator: TestEmulator;
	readonly key: Key;
	readonly host: string;

	constructor(emulator: TestEmulator, key: Key, host: string) {
		this.#emulator = emulator;
		this.key = key;
		this.host = host;
	}

	send(method: string, target: string, more: More = {}): Promise<Answer> {
		const { key, host } = this;
		const headers = signV4({ key, host, ...more, method, target });
		return this.sendAs(method, target, headers, more.body);
	}

	/** Sends a request with these headers, which include the signature, if any. */
	sendAs(
		method: string,
		target: string,
		headers: Headers = {},
		body?: string | Uint8Array,
	): Promise<Answer> {
		const { host = this.host, ...others } = headers;
		return this.#emulator.oss.send(method, target, {
			as: null,
			host,
			headers: others,
			...(body === undefined ? {} : { body }),
		});
	}

	get(target: string, more?: More): Promise<Answer> {
		return this.send("GET", target, more);
	}

	head(target: string, more?: More): Promise<Answer> {
		return this.send("HEAD", target, more);
	}

	delete(target: string, more?: More): Promise<Answer> {
		return this.send("DELETE", target, more);
	}

	put(
		target: string,
		body: string | Uint8Array = "",
		headers: Headers = {},
		more: More = {},
	): Promise<Answer> {
		return this.send("PUT", target, { ...more, body, headers });
	}

	post(
		target: string,
		body: string | Uint8Array = "",
		headers: Headers = {},
	): Promise<Answer> {
		return this.send("POST", target, { body, headers });
	}

	/** Returns the same client for another Host, or with another key. */
	with(change: { readonly host?: string; readonly key?: Key }): S3Client {
		const { host = this.host, key = this.key } = change;
		return new S3Client(this.#emulator, key, host);
	}
}

export const ENDPOINT = "oss-cn-hangzhou.aliyuncs.com";

/** Starts an emulator with a bucket `photos`. */
export async function startS3(
	t: Pick<TestContext, "after">,
	...flags: readonly string[]
): Promise<S3Emulator> {
	const emulator = await startEmulator(t, ...flags);
	await emulator.oss.put("/photos");
	const { accessKeyId: id, accessKeySecret: secret, endpoint } = emulator;
	const key = { id, secret };
	const s3 = new S3Client(emulator, key, new URL(endpoint).host);
	const photos = s3.with({ host: `photos.s3.${ENDPOINT}` });
	return { ...emulator, key, s3, photos };
}
