/**
 * One recorded exchange with OSS: request and response, as a JSON document without secrets.
 *
 * Key ids, tokens and account ids are replaced, and so is the bucket's name in the cloud. Replacements of account ids
 * have the same length, so that lengths remain correct. Data that an application itself writes into objects and
 * metadata is not replaced.
 *
 * Pure.
 */
import { isUtf8 } from "node:buffer";

export const RECORDED_BYTES_MAX = 64 * 1024;

export type RecordedBody = {
	/** The size of the whole body in bytes. */
	readonly size: number;
	/** Whether the whole body is included, not only its first 64 KiB. */
	readonly isWhole: boolean;
	readonly encoding: "utf-8" | "base64";
	readonly content: string;
};

export type Exchange = {
	readonly operation: string;
	readonly recordedAt: string;
	/** The cloud's region, `cn-hangzhou`. */
	readonly region: string;
	readonly request: {
		readonly method: string;
		/** The name that clients use for the bucket; '' for the service. */
		readonly bucket: string;
		readonly key: string;
		readonly query: Readonly<Record<string, string>>;
		readonly headers: Readonly<Record<string, string>>;
		readonly isSigned: boolean;
		readonly body: RecordedBody | null;
	};
	readonly answer: {
		readonly status: number;
		readonly headers: Readonly<Record<string, string>>;
		readonly body: RecordedBody | null;
	};
};

/** Secrets that were found in one exchange and must not appear in the file of another. */
export type Redaction = {
	/** Texts that must not appear: the cloud's credentials. */
	readonly secrets: readonly string[];
	readonly realBucket: string;
	readonly localBucket: string;
	/** @returns the id that replaces an account's, the same for each occurrence */
	readonly aliasOf: (accountId: string) => string;
};

/** Headers that identify or locate the client. */
const PRIVATE_HEADERS =
	/^(?:authorization|cookie|set-cookie|forwarded|via|x-forwarded-.*|x-real-ip|x-oss-security-token)$/i;

const REPLACED = "replaced";

/** An account's id in a document, an ARN or a policy. */
const ACCOUNT =
	/(<(?:ID|DisplayName|AccountId|Uid|AuthPrincipalOwnerId|AuthPrincipalDisplayName)>|acs:\w+:[\w*-]*:)(\d{10,20})(?=[:<])/g;

const KEY_ID = /\b(?:LTAI[A-Za-z0-9]{8,}|STS\.[A-Za-z0-9]{8,})\b/g;

/** An opaque value; only Alibaba Cloud can decode the facts about the caller in it. */
const DIAGNOSTIC =
	/(<EncodedDiagnosticMessage>)[^<]*(?=<\/EncodedDiagnosticMessage>)/g;

export function redactText(text: string, redaction: Redaction): string {
	const { secrets, realBucket, localBucket, aliasOf } = redaction;
	let safe = secrets.reduce(
		(rest, secret) => rest.replaceAll(secret, REPLACED),
		text,
	);
	if (realBucket !== "" && realBucket !== localBucket)
		safe = safe.replaceAll(realBucket, localBucket);
	return safe
		.replaceAll(KEY_ID, REPLACED)
		.replaceAll(DIAGNOSTIC, `$1${REPLACED}`)
		.replaceAll(
			ACCOUNT,
			(_, before: string, id: string) => before + aliasOf(id),
		);
}

export const redactHeaders = (
	headers: Readonly<Record<string, string | undefined>>,
	redaction: Redaction,
): Record<string, string> =>
	Object.fromEntries(
		Object.entries(headers).flatMap(([name, value]) =>
			value === undefined || PRIVATE_HEADERS.test(name)
				? []
				: [[name, redactText(value, redaction)] as const],
		),
	);

/**
 * @param bytes the body, or its beginning
 * @param size the size of the whole body
 */
export function recordBody(
	bytes: Buffer,
	size: number,
	redaction: Redaction,
): RecordedBody | null {
	if (size === 0) return null;
	const isWhole = bytes.length === size;
	const text = isWhole ? bytes : withoutBrokenEnd(bytes);
	if (!isUtf8(text)) {
		const content = bytes.toString("base64");
		return { size, isWhole, encoding: "base64", content };
	}
	const content = redactText(text.toString(), redaction);
	return { size, isWhole, encoding: "utf-8", content };
}

/** The beginning of a body may end within a character of up to four bytes. */
function withoutBrokenEnd(bytes: Buffer): Buffer {
	for (let cut = 0; cut < 4 && cut < bytes.length; cut++) {
		const shorter = bytes.subarray(0, bytes.length - cut);
		if (isUtf8(shorter)) return shorter;
	}
	return bytes;
}
