/**
 * Writes one delivery into the record while it happens: each URL when it is about to be called, and the end.
 *
 * What was saved is never changed afterwards; a newer one takes its place.
 *
 * Pure.
 */
import type { Callback } from "./callback.ts";
import type { CallbackRequest, Caused } from "./compose.ts";
import type {
	Attempt,
	Delivery,
	DeliveryRecord,
	Outcome,
	Told,
} from "./delivery.ts";
import type { Finding } from "./finding.ts";
import type { Verdict } from "./relay.ts";
import type { Waiting } from "./uploaded.ts";

const WAITING = "The application server has not answered yet.";

export class Journal {
	readonly #record: DeliveryRecord;
	readonly #waits: Caused["waits"];
	#delivery: Delivery;

	constructor(
		record: DeliveryRecord,
		callback: Callback,
		uploaded: Caused,
		now: Date,
		fault = "",
	) {
		this.#record = record;
		this.#waits = uploaded.waits;
		this.#delivery = {
			id: uploaded.requestId,
			account: uploaded.requester || uploaded.owner,
			operation: uploaded.operation,
			bucket: uploaded.bucket,
			key: uploaded.key,
			asked: callback.asked,
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

	/** What is going to be sent. */
	fillIn(body: Buffer): void {
		this.#delivery = { ...this.#delivery, body: body.toString() };
	}

	find(found: readonly Finding[]): void {
		const findings = [...this.#delivery.findings, ...found];
		this.#delivery = { ...this.#delivery, findings };
	}

	/** A URL is about to be called; to be waited for before it is. */
	sending(request: CallbackRequest, now: Date): Promise<void> {
		const attempt: Attempt = {
			url: request.url.text,
			sentAt: now,
			target: request.target,
			headers: request.headers,
			stringToSign: request.stringToSign.toString(),
			outcome: undefined,
			why: WAITING,
		};
		return this.#save({ attempts: [...this.#delivery.attempts, attempt] });
	}

	/** The URL called last has answered, or never will. */
	sent(outcome: Outcome, verdict: Verdict): void {
		const attempts = this.#delivery.attempts.map((attempt, index, all) =>
			index === all.length - 1
				? { ...attempt, outcome, why: `${explain(attempt.url, verdict)}.` }
				: attempt,
		);
		this.#delivery = { ...this.#delivery, attempts };
	}

	/** The uploader is about to be told; to be waited for before that. */
	complete(verdict: Verdict, now: Date): Promise<void> {
		const url = this.#delivery.attempts.at(-1)?.url ?? "The callback";
		return this.#save({
			completedAt: now,
			told: toTold(verdict),
			why: `${explain(url, verdict)}${AFTER[this.#waits()](verdict)}.`,
		});
	}

	/** Nobody is called. */
	skip(why: string, now: Date): Promise<void> {
		return this.#save({ completedAt: now, why });
	}

	/** The emulator itself failed. */
	fail(now: Date): Promise<void> {
		const why = "The emulator failed: its log says how.";
		return this.#save({ completedAt: now, told: { status: 500 }, why });
	}

	#save(changed: Partial<Delivery>): Promise<void> {
		this.#delivery = { ...this.#delivery, ...changed };
		return this.#record.save(this.#delivery);
	}
}

const explain = (subject: string, verdict: Verdict): string =>
	"answer" in verdict ? `${subject} answered 200` : `${subject} ${verdict.why}`;

/** What became of the answer, for whoever waited for it. */
const AFTER: Readonly<Record<Waiting, (verdict: Verdict) => string>> = {
	uploader: (verdict) =>
		"answer" in verdict ? ", and the uploader got its answer" : "",
	gone: () =>
		". The uploader had closed the connection by then: let it wait longer",
	nobody: () => "",
};

const toTold = (verdict: Verdict): Told =>
	"answer" in verdict
		? { status: 200, body: verdict.answer.body }
		: { status: 203, message: verdict.message, ec: verdict.ec };
