/**
 * Upload callbacks from beginning to end: read and resolve before an upload is stored; after it, fill in, sign, deliver
 * and relay, and record every step.
 *
 * Source: docs «Callback»; «HTTP 203 status code»; EC 0007-00000201.
 */

import { Gate } from "../oss/gate.ts";
import type { Reply, ReplyHeaders } from "../oss/reply.ts";
import type { OssRequest } from "../oss/request.ts";
import { pause } from "../oss/waiting.ts";
import { adviseOnDelivery } from "./advice/advise.ts";
import {
	findInCallback,
	withFieldsAfterFile,
} from "./advice/find-in-callback.ts";
import { refuseFieldsAfterFile, refuseStrictly } from "./advice/strict.ts";
import { type Call, callApplicationServer } from "./call-application-server.ts";
import { deliver } from "./deliver.ts";
import { Journal } from "./journal.ts";
import type { KeyPair } from "./key-pair.ts";
import {
	type Callback,
	type Delivery,
	type DeliveryRecord,
	type Failure,
	type Fault,
	NO_RECORD,
	type ResolvedCallback,
	type UploadFacts,
	type Verdict,
} from "./model.ts";
import {
	type CallbackPolicy,
	type Lookups,
	readCallback,
	readFormCallback,
} from "./read.ts";
import { FAILURES, relay } from "./relay.ts";
import { type Recorded, readRepetition } from "./repeat.ts";
import { type Lookup, lookupHost, resolveCallback } from "./resolve.ts";
import { makeBody } from "./substitute.ts";
import { type CallbackSwitches, DEFAULT_SWITCHES } from "./switches.ts";

/** The parts of the engine. */
export type CallbackParts = {
	/** Called once, when the key is first needed; may have to generate it. */
	readonly keyPair: () => Promise<KeyPair>;
	/** `http://127.0.0.1:6770`: serves the public key for uploads whose Host header cannot be used. */
	readonly endpoint: string;
	readonly now: () => Date;
	/** Logs a sentence for the developer about a problem that OSS does not report. */
	readonly warn: (sentence: string) => void;
	/** The callback policies of buckets. */
	readonly findPolicy: (
		bucket: string,
		name: string,
	) => Promise<CallbackPolicy | undefined>;
	readonly switches?: Partial<CallbackSwitches>;
	/** The injected fault of an upload's callback, if any. */
	readonly takeFault?: (uploaded: UploadFacts) => Fault | undefined;
	readonly record?: DeliveryRecord;
	readonly lookup?: Lookup;
	readonly deliver?: typeof deliver;
};

export class Callbacks {
	#parts: Omit<Required<CallbackParts>, "switches"> & {
		readonly switches: CallbackSwitches;
	};
	readonly #gate: Gate;
	#keyPair: Promise<KeyPair> | undefined;
	readonly #ending = new AbortController();

	constructor(parts: CallbackParts) {
		const defaults = {
			record: NO_RECORD,
			lookup: lookupHost,
			deliver,
			takeFault: () => undefined,
		};
		const switches = { ...DEFAULT_SWITCHES, ...parts.switches };
		this.#parts = { ...defaults, ...parts, switches };
		this.#gate = new Gate(switches.concurrencyMax, switches.waitingMax);
	}

	/** Changes settings for callbacks that are read from now on; the two limits stay as they are. */
	configure(changes: Partial<CallbackSwitches>): void {
		const switches = { ...this.#parts.switches, ...changes };
		this.#parts = { ...this.#parts, switches };
	}

	get switches(): CallbackSwitches {
		return this.#parts.switches;
	}

	/** The public half of the key, PEM. */
	async publicPem(): Promise<string> {
		return (await this.#findKeyPair()).publicPem;
	}

	#findKeyPair(): Promise<KeyPair> {
		this.#keyPair ??= this.#parts.keyPair();
		return this.#keyPair;
	}

	/**
	 * The callback of PutObject and CompleteMultipartUpload. Must be called before anything is stored.
	 *
	 * @returns undefined when the upload requests no callback
	 * @throws OssError InvalidArgument
	 */
	async read(request: OssRequest): Promise<ResolvedCallback | undefined> {
		const lookups = this.#lookups(request.bucket);
		const { switches } = this.#parts;
		const callback = await readCallback(request, switches, lookups);
		return callback && this.#resolve(callback);
	}

	/**
	 * The callback of PostObject.
	 *
	 * @param fields the fields before the file, under the names they were sent with
	 * @throws OssError InvalidArgument
	 */
	async readForm(
		bucket: string,
		fields: ReadonlyMap<string, string>,
	): Promise<ResolvedCallback | undefined> {
		const lookups = this.#lookups(bucket);
		const { switches } = this.#parts;
		const callback = await readFormCallback(fields, switches, lookups);
		return callback && this.#resolve(callback);
	}

	/**
	 * Must be called once a form has been read to its end, before its file is stored.
	 *
	 * @param names the names of the fields after the file
	 * @returns `callback`, with a finding if one of its fields came after the file
	 * @throws OssError MalformedPOSTRequest for such a field, under `--strict`
	 */
	addFieldsAfterFile(
		callback: ResolvedCallback | undefined,
		names: readonly string[],
	): ResolvedCallback | undefined {
		const withFindings = withFieldsAfterFile(callback, names);
		refuseFieldsAfterFile(withFindings, this.#parts.switches.strict);
		return withFindings;
	}

	/**
	 * Calls the application server about `uploaded`, which must be durable and readable by now.
	 *
	 * @param headers the headers of the upload's own reply; they are also sent with the application server's answer
	 * @returns the reply to the uploader; undefined when the callback is not sent
	 * @throws OssError CallbackFailed (203), with `headers`
	 */
	async send(
		callback: ResolvedCallback,
		uploaded: UploadFacts,
		headers: ReplyHeaders,
	): Promise<Reply | undefined> {
		const { record, now, switches } = this.#parts;
		if (callback.urls.length === 0) return this.#skip(callback, uploaded);
		const fault = callback.fault ?? this.#parts.takeFault(uploaded);
		const { text } = fault ?? {};
		const journal = new Journal(record, callback, uploaded, now(), text);
		const verdict = await this.#record(journal, fault, async () => {
			const made = await makeBody(callback, uploaded, switches);
			if ("why" in made) return made;
			const { body, findings } = made;
			journal.addFindings(findings);
			return this.#call({ callback, uploaded, body, fault, journal });
		});
		return relay(verdict, headers);
	}

	/**
	 * Sends a recorded callback once more.
	 *
	 * @param url the new target; undefined for all URLs that were called
	 * @param record receives the new delivery
	 * @throws OssError InvalidArgument for a malformed URL
	 */
	async repeat(
		recorded: Recorded,
		url: string | undefined,
		record: DeliveryRecord,
	): Promise<void> {
		const { now } = this.#parts;
		const { callback: read, uploaded } = readRepetition(recorded, url);
		const callback = await this.#resolve(read);
		const body = Buffer.from(recorded.body);
		const journal = new Journal(record, callback, uploaded, now());
		await this.#record(journal, undefined, () =>
			this.#call({ callback, uploaded, body, fault: undefined, journal }),
		);
	}

	/** Aborts calls that are under way, and starts no more. */
	close(): void {
		this.#ending.abort();
	}

	#call(call: Call): Promise<Verdict> {
		const { signal: ending } = this.#ending;
		const keyPair = () => this.#findKeyPair();
		return callApplicationServer({ ...this.#parts, keyPair, ending }, call);
	}

	/** Records how `work` ends, errors included. */
	async #record(
		journal: Journal,
		fault: Fault | undefined,
		work: () => Promise<Verdict>,
	): Promise<Verdict> {
		const { now } = this.#parts;
		try {
			const verdict = this.#gate.isFull ? BUSY : await this.#gate.pass(work);
			if (fault && fault.delayMs > 0)
				await pause(fault.delayMs, this.#ending.signal);
			await journal.complete(verdict, now());
			if (!("answer" in verdict)) this.#logFailure(journal.delivery);
			return verdict;
		} catch (error) {
			await journal.fail(now());
			throw error;
		}
	}

	/** Logs two lines: why the callback failed, and what to do. */
	#logFailure(delivery: Delivery): void {
		const { id, bucket, key, why } = delivery;
		const { warn } = this.#parts;
		warn(`${id}: the callback of ${bucket}/${key} failed: ${why}`);
		const advice = adviseOnDelivery(delivery);
		if (advice !== "") warn(`${id}: ${advice}`);
	}

	/** The uploader gets the upload's own reply; the log states the reason. */
	async #skip(
		callback: ResolvedCallback,
		uploaded: UploadFacts,
	): Promise<undefined> {
		const { record, now, warn } = this.#parts;
		const why = callback.findings.map(({ sentence }) => sentence).join(" ");
		warn(`${uploaded.bucket}/${uploaded.key}: ${why}`);
		await new Journal(record, callback, uploaded, now()).skip(why, now());
		return undefined;
	}

	#lookups(bucket: string): Lookups {
		const { findPolicy } = this.#parts;
		return { findPolicy: (name) => findPolicy(bucket, name) };
	}

	async #resolve(callback: Callback): Promise<ResolvedCallback> {
		const { switches, lookup } = this.#parts;
		const resolved = await resolveCallback(callback, switches, lookup);
		const found = findInCallback(resolved, switches);
		const findings = [...callback.findings, ...found];
		refuseStrictly({ ...resolved, findings }, switches.strict);
		return { ...resolved, findings };
	}
}

const BUSY: Failure = {
	...FAILURES.busy,
	why: "was not sent, because too many are under way and waiting",
};
