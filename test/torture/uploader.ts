/** A client that writes to its keys until the emulator is killed, and records its requests. */
import assert from "node:assert/strict";
import type { Answer, Client } from "../client.ts";
import { bytes } from "../storage/stores.ts";
import { type Book, md5Of, type State } from "./book.ts";

export type Next = (below: number) => number;

const KEYS = 5;
const SIZES = [0, 10, 1000, 60_000, 70_000, 300_000] as const;
const PART_BYTES = 102_400;

export class Uploader {
	readonly #name: string;
	readonly #book: Book;
	readonly #next: Next;
	readonly #callbackUrl: string;
	#oss: Client | undefined;
	#count = 0;

	constructor(name: string, book: Book, next: Next, callbackUrl: string) {
		this.#name = name;
		this.#book = book;
		this.#next = next;
		this.#callbackUrl = callbackUrl;
	}

	/** Uploads until the emulator has ended. @returns the number of acknowledged requests */
	async run(oss: Client): Promise<number> {
		this.#oss = oss;
		const before = this.#count;
		for (;;) {
			try {
				await this.#step();
				this.#count++;
			} catch (error) {
				if (isDisconnected(error)) return this.#count - before;
				throw error;
			}
		}
	}

	async #step(): Promise<void> {
		const key = `${this.#name}-${this.#next(KEYS)}`;
		const path = `/plain/${key}`;
		const steps: readonly (() => Promise<void>)[] = [
			() => this.#put(path, {}),
			() => this.#put(path, {}),
			() => this.#putWithCallback(path),
			() => this.#append(`${path}-appended`),
			() => this.#multipart(`${path}-parts`),
			() => this.#copy(path, `${path}-copy`),
			() => this.#delete(path),
			() => this.#tag(path),
			() => this.#putVersion(`/history/${key}`),
			() => this.#delete(`/history/${key}`),
		];
		await steps[this.#next(steps.length)]?.();
	}

	async #send(method: string, target: string, body?: Buffer, headers = {}) {
		const oss = this.#oss ?? assert.fail("there is no emulator");
		const sending = body ? { body, headers } : { headers };
		return accepted(await oss.send(method, target, sending));
	}

	#content(): Buffer {
		const size = SIZES[this.#next(SIZES.length)] ?? 0;
		return bytes(size + this.#next(50), this.#next(1_000_000));
	}

	async #change(path: string, next: State, send: () => Promise<unknown>) {
		this.#book.begin(path, next);
		await send();
		this.#book.acknowledge(path);
	}

	async #put(path: string, headers: Record<string, string>): Promise<void> {
		const content = this.#content();
		const next = { content, tag: "", isAppendable: false };
		await this.#change(path, next, async () => {
			const { headers: answered } = await this.#send(
				...(["PUT", path, content, headers] as const),
			);
			if (!headers["x-oss-callback"])
				assert.equal(answered.etag, `"${md5Of(content)}"`, path);
		});
	}

	async #putWithCallback(path: string): Promise<void> {
		const callback = {
			callbackUrl: this.#callbackUrl,
			callbackBody: "o=${object}",
		};
		await this.#put(path, {
			"x-oss-callback": Buffer.from(JSON.stringify(callback)).toString(
				"base64",
			),
		});
		const { callbacks } = this.#book;
		callbacks.set(path, (callbacks.get(path) ?? 0) + 1);
	}

	async #append(path: string): Promise<void> {
		const before = this.#book.stateOf(path);
		if (before && before.content.length > 500_000) return this.#delete(path);
		const position = before?.content.length ?? 0;
		const added = this.#content();
		const content = Buffer.concat([before?.content ?? Buffer.alloc(0), added]);
		const next = { content, tag: "", isAppendable: true };
		await this.#change(path, next, () =>
			this.#send("POST", `${path}?append&position=${position}`, added),
		);
	}

	async #multipart(path: string): Promise<void> {
		const { text } = await this.#send("POST", `${path}?uploads`);
		const [, id = ""] = /<UploadId>([^<]*)</.exec(text) ?? [];
		const parts = [bytes(PART_BYTES, this.#next(1000)), this.#content()];
		const etags: string[] = [];
		for (const [i, part] of parts.entries()) {
			const target = `${path}?partNumber=${i + 1}&uploadId=${id}`;
			const { headers } = await this.#send("PUT", target, part);
			etags.push(headers.etag ?? "");
		}
		if (this.#next(4) === 0) {
			await this.#send("DELETE", `${path}?uploadId=${id}`);
			return;
		}
		const listed = etags
			.map(
				(etag, i) =>
					`<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
			)
			.join("");
		const document = `<CompleteMultipartUpload>${listed}</CompleteMultipartUpload>`;
		const next = {
			content: Buffer.concat(parts),
			tag: "",
			isAppendable: false,
		};
		await this.#change(path, next, () =>
			this.#send("POST", `${path}?uploadId=${id}`, Buffer.from(document)),
		);
	}

	async #copy(from: string, to: string): Promise<void> {
		const source = this.#book.stateOf(from);
		if (!source) return;
		await this.#change(to, source, () =>
			this.#send("PUT", to, undefined, { "x-oss-copy-source": from }),
		);
	}

	async #delete(path: string): Promise<void> {
		await this.#change(path, null, () => this.#send("DELETE", path));
	}

	async #tag(path: string): Promise<void> {
		if (!this.#book.stateOf(path)) return;
		const tag = `<Tag><Key>n</Key><Value>${this.#count}</Value></Tag>`;
		const document = `<Tagging><TagSet>${tag}</TagSet></Tagging>`;
		await this.#send("PUT", `${path}?tagging`, Buffer.from(document));
		const { text } = await this.#send("GET", `${path}?tagging`);
		const value = `<Value>${this.#count}</Value>`;
		assert.ok(text.includes(value), `${path}: ${text}`);
	}

	async #putVersion(path: string): Promise<void> {
		const content = this.#content();
		const next = { content, tag: "", isAppendable: false };
		await this.#change(path, next, async () => {
			const { headers } = await this.#send("PUT", path, content);
			const id = headers["x-oss-version-id"] ?? "";
			const { versions } = this.#book;
			const known = versions.get(path) ?? [];
			versions.set(path, [...known, { id, md5: md5Of(content) }]);
		});
	}
}

function accepted(answer: Answer): Answer {
	assert.ok(
		answer.status < 300 && answer.status !== 203,
		`${answer.status} ${answer.text}`,
	);
	return answer;
}

const DISCONNECTED = ["ECONNRESET", "ECONNREFUSED", "EPIPE"];

const isDisconnected = (error: unknown): boolean =>
	error instanceof Error &&
	"code" in error &&
	DISCONNECTED.includes(String(error.code));
