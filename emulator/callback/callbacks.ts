/**
 * Upload callbacks from beginning to end: read and resolve before an upload is stored; after it, substitute, sign,
 * deliver and relay, and keep a record of all of it.
 *
 * Several URLs are tried in order until one answers as it must; when none does, the reason of the last is told.
 * What is no image has no image info; an image that cannot be read any more fails the callback.
 *
 * Source: docs «Callback»; «HTTP 203 status code»; EC 0007-00000201, 0007-00000301.
 */
import { OssError } from "../oss/errors.ts";
import type { Reply, ReplyHeaders } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import { type Lookup, lookupHost, resolveCallback } from "./address.ts";
import type { Callback, ResolvedUrl } from "./callback.ts";
import { type Caused, composeRequest } from "./compose.ts";
import { deliver } from "./deliver.ts";
import { type DeliveryRecord, NO_RECORD } from "./delivery.ts";
import { Gate } from "./gate.ts";
import { type ImageInfo, readImageInfo } from "./image-info.ts";
import { Journal } from "./journal.ts";
import type { KeyPair } from "./key-pair.ts";
import {
	type CallbackPolicy,
	type Lookups,
	readCallback,
	readFormCallback,
} from "./read.ts";
import { FAILURES, type Failure, judge, relay, type Verdict } from "./relay.ts";
import { type Recorded, readRepetition } from "./repeat.ts";
import { substitute } from "./substitute.ts";
import { type CallbackSwitches, DEFAULT_SWITCHES } from "./switches.ts";
import { variablesIn } from "./template.ts";
import type { Uploaded } from "./uploaded.ts";
import { valuesOf } from "./variables.ts";

/** What callbacks are put together from. */
export type CallbackParts = {
	readonly keyPair: KeyPair;
	readonly now: () => Date;
	/** Told, in a sentence, what a developer should know and OSS does not say. */
	readonly warn: (sentence: string) => void;
	/** The callback policies of buckets. */
	readonly findPolicy: (
		bucket: string,
		name: string,
	) => Promise<CallbackPolicy | undefined>;
	readonly switches?: Partial<CallbackSwitches>;
	readonly record?: DeliveryRecord;
	readonly lookup?: Lookup;
	readonly deliver?: typeof deliver;
};

export type ResolvedCallback = Callback<ResolvedUrl>;

export class Callbacks {
	readonly #parts: CallbackParts &
		Required<Pick<CallbackParts, "record" | "lookup" | "deliver">>;
	readonly #switches: CallbackSwitches;
	readonly #gate: Gate;

	constructor(parts: CallbackParts) {
		const defaults = { record: NO_RECORD, lookup: lookupHost, deliver };
		this.#parts = { ...defaults, ...parts };
		this.#switches = { ...DEFAULT_SWITCHES, ...parts.switches };
		const { concurrencyMax, waitingMax } = this.#switches;
		this.#gate = new Gate(concurrencyMax, waitingMax);
	}

	/** The public half of the key, PEM. */
	get publicPem(): string {
		return this.#parts.keyPair.publicPem;
	}

	/**
	 * The callback of PutObject and CompleteMultipartUpload. To be called before anything is stored.
	 *
	 * @returns undefined when none is asked for
	 * @throws OssError InvalidArgument
	 */
	async read(request: OssRequest): Promise<ResolvedCallback | undefined> {
		const lookups = this.#lookups(request.bucket);
		return this.#resolve(await readCallback(request, this.#switches, lookups));
	}

	/**
	 * The callback of PostObject.
	 *
	 * @param fields those that came before the file, under the names they were sent with
	 * @throws OssError InvalidArgument
	 */
	async readForm(
		bucket: string,
		fields: ReadonlyMap<string, string>,
	): Promise<ResolvedCallback | undefined> {
		const lookups = this.#lookups(bucket);
		return this.#resolve(
			await readFormCallback(fields, this.#switches, lookups),
		);
	}

	/**
	 * Tells the application server of `uploaded`, which must be durable and readable by now.
	 *
	 * @param headers of the upload's own reply; they go out with the application server's answer too
	 * @returns what the uploader is to be told
	 * @throws OssError CallbackFailed (203), with `headers`
	 */
	async send(
		callback: ResolvedCallback,
		uploaded: Uploaded,
		headers: ReplyHeaders,
	): Promise<Reply> {
		const { record, now } = this.#parts;
		const journal = new Journal(record, callback, uploaded, now());
		const verdict = this.#gate.isFull
			? BUSY
			: await this.#gate.pass(() => this.#run(callback, uploaded, journal));
		journal.complete(verdict, now());
		return relay(verdict, headers);
	}

	/**
	 * Sends a callback of the record once more.
	 *
	 * @param url where to; undefined for all that it went to
	 * @param record of what comes of it
	 * @throws OssError InvalidArgument for a URL that is none
	 */
	async repeat(
		recorded: Recorded,
		url: string | undefined,
		record: DeliveryRecord,
	): Promise<void> {
		const { lookup, now } = this.#parts;
		const { callback, uploaded } = readRepetition(recorded, url);
		const resolved = await resolveCallback(callback, this.#switches, lookup);
		const journal = new Journal(record, resolved, uploaded, now());
		const body = Buffer.from(recorded.body);
		const verdict = this.#gate.isFull
			? BUSY
			: await this.#gate.pass(() =>
					this.#call(resolved, uploaded, body, journal),
				);
		journal.complete(verdict, now());
	}

	async #run(
		callback: ResolvedCallback,
		uploaded: Uploaded,
		journal: Journal,
	): Promise<Verdict> {
		const image = await findImage(callback.body, uploaded);
		if (image && "why" in image) return image;
		const { absentValues } = this.#switches;
		const values = valuesOf(uploaded, image, callback.variables);
		const { body: template, bodyType } = callback;
		const text = substitute(template, values, bodyType, absentValues);
		return this.#call(callback, uploaded, Buffer.from(text), journal);
	}

	async #call(
		callback: ResolvedCallback,
		uploaded: Caused,
		body: Buffer,
		journal: Journal,
	): Promise<Verdict> {
		const { publicKeyUrl } = this.#switches;
		const signer = { ...this.#parts.keyPair, publicKeyUrl };
		let verdict: Verdict | undefined;
		for (const url of callback.urls) {
			const now = this.#parts.now();
			const request = composeRequest(
				url,
				callback,
				uploaded,
				body,
				signer,
				now,
			);
			journal.sending(request, now);
			const outcome = await this.#parts.deliver(request, this.#switches);
			verdict = judge(outcome);
			journal.sent(outcome, verdict);
			if ("answer" in verdict) return verdict;
		}
		if (!verdict) throw new TypeError("a callback has at least one URL");
		return verdict;
	}

	#lookups(bucket: string): Lookups {
		const { findPolicy, warn } = this.#parts;
		return { warn, findPolicy: (name) => findPolicy(bucket, name) };
	}

	async #resolve(
		callback: Callback | undefined,
	): Promise<ResolvedCallback | undefined> {
		return (
			callback && resolveCallback(callback, this.#switches, this.#parts.lookup)
		);
	}
}

const BUSY: Failure = {
	...FAILURES.busy,
	why: "was not sent, because too many are under way and waiting",
};

/** Reads the content only if the template asks for what is in it. */
async function findImage(
	template: string,
	{ size, read }: Uploaded,
): Promise<ImageInfo | Failure | undefined> {
	const names = variablesIn(template);
	if (!names.some((name) => name.startsWith("imageInfo."))) return undefined;
	try {
		return await readImageInfo(size, read);
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		const why = `was not sent, because the image cannot be read: ${error.message}`;
		return { ...FAILURES.imageInfo, why };
	}
}
