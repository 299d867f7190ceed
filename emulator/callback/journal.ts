/**
 * Writes one delivery into the record while it happens: before the first URL is called, and before the uploader gets
 * its reply. There are only these two writes, regardless of the number of URLs, because the uploader waits for each
 * commit.
 *
 * A saved delivery is never modified; a newer one replaces it.
 *
 * Pure.
 */
import type { Finding } from "./advice/finding.ts";
import type {
	Attempt,
	Callback,
	CallbackRequest,
	Delivery,
	DeliveryRecord,
	Outcome,
	UploaderReply,
	UploaderState,
	UploadReference,
	Verdict,
} from "./model.ts";

const WAITING = "The application server has not answered yet.";

export class Journal {
	readonly #record: DeliveryRecord;
	readonly #uploader: UploadReference["uploader"];
	#delivery: Delivery;

	constructor(
		record: DeliveryRecord,
		callback: Callback,
		uploaded: UploadReference,
		now: Date,
		fault = "",
	) {
		this.#record = record;
		this.#uploader = uploaded.uploader;
		this.#delivery = {
			id: uploaded.requestId,
			account: uploaded.requester || uploaded.owner,
			operation: uploaded.operation,
			bucket: uploaded.bucket,
			key: uploaded.key,
			asked: callback.json,
			variables: Object.fromEntries(callback.variables),
			body: "",
			bodyType: callback.bodyType,
			startedAt: now,
			attempts: [],
			findings: callback.findings,
			fault,
			completedAt: undefined,
			told: undefined,
			why: WAITING,
		};
	}

	/** The delivery so far. */
	get delivery(): Delivery {
		return this.#delivery;
	}

	setBody(body: Buffer): void {
		this.#delivery = { ...this.#delivery, body: body.toString() };
	}

	addFindings(found: readonly Finding[]): void {
		const findings = [...this.#delivery.findings, ...found];
		this.#delivery = { ...this.#delivery, findings };
	}

	/**
	 * Must be awaited before a URL is called.
	 *
	 * @param others the URLs that are called if this one fails
	 */
	async sending(
		request: CallbackRequest,
		now: Date,
		others: readonly string[],
	): Promise<void> {
		const isFirst = this.#delivery.attempts.length === 0;
		const attempt: Attempt = {
			url: request.url.text,
			sentAt: now,
			target: request.target,
			headers: request.headers,
			stringToSign: request.stringToSign.toString(),
			outcome: undefined,
			why: WAITING,
		};
		const attempts = [...this.#delivery.attempts, attempt];
		const next = others.length === 0 ? "" : ` Next: ${others.join(", ")}.`;
		const changed = { attempts, why: `${WAITING}${next}` };
		if (isFirst) await this.#save(changed);
		else this.#delivery = { ...this.#delivery, ...changed };
	}

	/** Records the outcome of the URL called last. */
	sent(outcome: Outcome, verdict: Verdict): void {
		const attempts = this.#delivery.attempts.map((attempt, index, all) =>
			index === all.length - 1
				? { ...attempt, outcome, why: `${explain(attempt.url, verdict)}.` }
				: attempt,
		);
		this.#delivery = { ...this.#delivery, attempts };
	}

	/** Must be awaited before the uploader gets its reply. */
	complete(verdict: Verdict, now: Date): Promise<void> {
		const url = this.#delivery.attempts.at(-1)?.url ?? "The callback";
		return this.#save({
			completedAt: now,
			told: toUploaderReply(verdict),
			why: `${explain(url, verdict)}${AFTER[this.#uploader()](verdict)}.`,
		});
	}

	/** Records that the callback is not sent. */
	skip(why: string, now: Date): Promise<void> {
		return this.#save({ completedAt: now, why });
	}

	/** Records that the emulator itself failed. */
	fail(now: Date): Promise<void> {
		const why = "Internal error; see the emulator's log.";
		return this.#save({ completedAt: now, told: { status: 500 }, why });
	}

	#save(changed: Partial<Delivery>): Promise<void> {
		this.#delivery = { ...this.#delivery, ...changed };
		return this.#record.save(this.#delivery);
	}
}

const explain = (subject: string, verdict: Verdict): string =>
	"answer" in verdict ? `${subject} answered 200` : `${subject} ${verdict.why}`;

/** Whether an uploader received the answer. */
const AFTER: Readonly<Record<UploaderState, (verdict: Verdict) => string>> = {
	waiting: (verdict) =>
		"answer" in verdict ? ", and the uploader got its answer" : "",
	disconnected: () =>
		". The uploader had closed the connection by then: give it a longer time-out",
	none: () =>
		". The callback was sent by the admin API: no uploader received the answer",
};

const toUploaderReply = (verdict: Verdict): UploaderReply =>
	"answer" in verdict
		? { status: 200, body: verdict.answer.body }
		: { status: 203, message: verdict.message, ec: verdict.ec };
