/** The record of a callback's delivery: the JSON document that is stored and shown. */
import type {
	Answer,
	Attempt,
	Delivery,
	DeliveryRecord,
	NoAnswer,
	Outcome,
	UploaderReply,
} from "../callback/model.ts";
import type { StoredDelivery } from "../storage/rows/delivery-rows.ts";
import type { Store } from "../storage/store.ts";
import type { DeliveryStatus } from "../storage/types.ts";

/** Bytes as text if they are UTF-8, otherwise in base64. */
export type TextBody = {
	readonly body: string;
	readonly bodyEncoding: "utf-8" | "base64";
};

/** Milliseconds since the attempt began; null for steps that were not reached. */
export type TimingDocument = {
	readonly lookupMs: number;
	readonly connectedMs: number | null;
	readonly securedMs: number | null;
	readonly sentMs: number | null;
	readonly answeredMs: number | null;
	readonly totalMs: number;
};

export type AnswerDocument = Omit<Answer, "body"> & TextBody;

export type AttemptDocument = Omit<Attempt, "sentAt" | "outcome"> & {
	readonly sentAt: string;
	/** null until the answer arrives. */
	readonly timing: TimingDocument | null;
	readonly answer: AnswerDocument | null;
	readonly noAnswer: {
		readonly reason: NoAnswer;
		readonly detail: string;
	} | null;
};

/** The response that the uploader received. */
export type UploaderReplyDocument =
	| ({ readonly status: 200 } & TextBody)
	| Extract<UploaderReply, { status: 203 | 500 }>;

export type DeliveryDocument = Omit<
	Delivery,
	"startedAt" | "completedAt" | "attempts" | "told"
> & {
	readonly status: DeliveryStatus;
	readonly startedAt: string;
	/**
	 * Both are null while the delivery is under way, and remain null if it was interrupted; `told` also if no server
	 * was called.
	 */
	readonly completedAt: string | null;
	readonly told: UploaderReplyDocument | null;
	readonly attempts: readonly AttemptDocument[];
	/** The id of the delivery that this one repeats, or null. */
	readonly repeats: string | null;
};

/** Makes the record of a callback that is sent. */
export const recordIn = (
	deliveries: Pick<Store["deliveries"], "save">,
): DeliveryRecord => ({
	save: (delivery) => deliveries.save(toStored(toDocument(delivery))),
});

/** Makes the record of a repeated delivery, which is a delivery of its own. */
export const repetitionIn = (
	deliveries: Pick<Store["deliveries"], "save">,
	id: string,
): DeliveryRecord => ({
	save: (delivery) =>
		deliveries.save(
			toStored({ ...toDocument(delivery), id, repeats: delivery.id }),
		),
});

export function readDelivery(stored: StoredDelivery): DeliveryDocument {
	const { account } = stored;
	const document: DeliveryDocument = {
		...withBodies(JSON.parse(stored.document)),
		account, // absent in documents of older versions
	};
	if (stored.status !== "interrupted") return document;
	const why = "The emulator ended while it was waiting for the answer.";
	return { ...document, status: stored.status, why };
}

function toStored(document: DeliveryDocument): StoredDelivery {
	const { id, account, bucket, key, status, startedAt } = document;
	return {
		id,
		account,
		bucket,
		key,
		status,
		started: new Date(startedAt),
		document: JSON.stringify(withoutBodies(document)),
	};
}

/** A string to sign ends with the body, which is recorded only once. */
type Compact = Omit<DeliveryDocument, "attempts"> & {
	readonly attempts: readonly (Omit<AttemptDocument, "stringToSign"> & {
		readonly stringToSign: string | { readonly beforeBody: string };
	})[];
};

const withoutBodies = (document: DeliveryDocument): Compact => ({
	...document,
	attempts: document.attempts.map((attempt) => {
		const { stringToSign } = attempt;
		const end = stringToSign.length - document.body.length;
		return document.body !== "" && stringToSign.endsWith(document.body)
			? { ...attempt, stringToSign: { beforeBody: stringToSign.slice(0, end) } }
			: attempt;
	}),
});

const withBodies = (compact: Compact): DeliveryDocument => ({
	...compact,
	attempts: compact.attempts.map((attempt) => {
		const { stringToSign } = attempt;
		return {
			...attempt,
			timing: attempt.timing && { ...UNTIMED, ...attempt.timing },
			stringToSign:
				typeof stringToSign === "string"
					? stringToSign
					: `${stringToSign.beforeBody}${compact.body}`,
		};
	}),
});

/** Absent in documents of older versions. */
const UNTIMED = { sentMs: null };

function toDocument(delivery: Delivery): DeliveryDocument {
	const { told, completedAt } = delivery;
	return {
		...delivery,
		status: statusOf(delivery),
		startedAt: delivery.startedAt.toISOString(),
		completedAt: completedAt?.toISOString() ?? null,
		attempts: delivery.attempts.map(toAttempt),
		told: told ? toUploaderReply(told) : null,
		repeats: null,
	};
}

function statusOf({ told, completedAt }: Delivery): DeliveryStatus {
	if (told) return told.status === 200 ? "succeeded" : "failed";
	return completedAt ? "skipped" : "sending";
}

const toUploaderReply = (told: UploaderReply): UploaderReplyDocument =>
	told.status === 200 ? { status: 200, ...toText(told.body) } : told;

function toAttempt({ sentAt, outcome, ...rest }: Attempt): AttemptDocument {
	return {
		...rest,
		sentAt: sentAt.toISOString(),
		timing: outcome ? toTiming(outcome.timing) : null,
		answer: outcome && "answer" in outcome ? toAnswer(outcome.answer) : null,
		noAnswer:
			outcome && "noAnswer" in outcome
				? { reason: outcome.noAnswer, detail: outcome.detail }
				: null,
	};
}

const toTiming = (timing: Outcome["timing"]): TimingDocument => ({
	lookupMs: timing.lookupMs,
	connectedMs: timing.connectedMs ?? null,
	securedMs: timing.securedMs ?? null,
	sentMs: timing.sentMs ?? null,
	answeredMs: timing.answeredMs ?? null,
	totalMs: timing.totalMs,
});

const toAnswer = ({ body, ...rest }: Answer): AnswerDocument => ({
	...rest,
	...toText(body),
});

function toText(bytes: Buffer): TextBody {
	const text = bytes.toString();
	return text.includes("\ufffd") && !Buffer.from(text).equals(bytes)
		? { body: bytes.toString("base64"), bodyEncoding: "base64" }
		: { body: text, bodyEncoding: "utf-8" };
}
