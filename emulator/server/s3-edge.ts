/**
 * The S3-compatible protocol at the edge: determines the protocol of a request, and translates it and its response.
 * Operations do not depend on S3.
 *
 * The signature determines the protocol, not the host; for a PostObject it is the signature in the form.
 *
 * Source: docs «Use AWS SDKs to access OSS», the example of every EC page 0002-00000301…431.
 */
import { isAliyunHost, isS3Host, type Names } from "../auth/addressing.ts";
import {
	type Authenticated,
	authenticate,
	readClaim,
} from "../auth/authenticate.ts";
import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import type { Reply, ReplyHeaders } from "../oss/reply.ts";
import {
	type Arrival,
	expiryTimeOf,
	type OssRequest,
	type Reading,
} from "../oss/request.ts";
import type { Protocol } from "../records/request-log.ts";
import { readS3Claim } from "../s3/claim.ts";
import { documentOf } from "../s3/documents-out.ts";
import { explainRefusal, pathStyleFinding } from "../s3/explain.ts";
import { toOssForm } from "../s3/form.ts";
import { toS3Headers } from "../s3/headers.ts";
import { NOT_IMPLEMENTED_EC } from "../s3/refusals.ts";
import { toOss } from "../s3/to-oss.ts";
import { errorReply } from "./error-reply.ts";

export class S3Edge {
	/** Like `arrival`, with a form that is signed for S3 translated into OSS's. */
	readonly arrival: Arrival;
	readonly #emulator: Emulator;
	#usesS3: boolean;

	constructor(emulator: Emulator, arrival: Arrival, { domains }: Names) {
		this.#emulator = emulator;
		this.#usesS3 = usesS3(arrival, () => isS3Host(arrival.host, domains));
		const recognised = (): void => {
			this.#usesS3 = true;
		};
		const form: Arrival["form"] = (body) =>
			toOssForm(arrival.form(body), {
				accounts: emulator.accounts,
				now: expiryTimeOf(arrival),
				checkSignatures: emulator.checkSignatures,
				enabled: emulator.s3.enabled,
				recognised,
			});
		this.arrival = arrival.method === "POST" ? { ...arrival, form } : arrival;
	}

	get protocol(): Protocol {
		return this.#usesS3 ? "S3" : "OSS";
	}

	/**
	 * Like `authenticate`, by the signatures of the request's protocol.
	 *
	 * @throws OssError errors of `authenticate`; SecondLevelDomainForbidden for a bucket in the path
	 */
	authenticate(
		request: Arrival,
		readings: readonly Reading[],
	): Authenticated<Reading> {
		return authenticate(
			request,
			this.#usesS3 ? this.#readings(readings) : readings,
			this.#emulator,
			this.claimReader,
		);
	}

	/** Parses the signature of a request, by the rules of its protocol. */
	get claimReader(): typeof readClaim {
		const { s3 } = this.#emulator;
		return this.#usesS3 ? (claimed) => readS3Claim(claimed, s3) : readClaim;
	}

	/** At a hostname of Alibaba Cloud the Host alone names the bucket; the path's first segment belongs to the key. */
	#readings(readings: readonly Reading[]): readonly Reading[] {
		const [likeliest] = readings;
		return likeliest && isAliyunHost(this.arrival.host)
			? readings.filter(({ isInHost }) => isInHost === likeliest.isInHost)
			: readings;
	}

	/**
	 * Must be checked before authentication.
	 *
	 * @throws OssError SecondLevelDomainForbidden
	 */
	requireVirtualHost([likeliest]: readonly Reading[]): void {
		if (!this.#isPathStyle(likeliest)) return;
		const { pathStyle } = this.#emulator.s3;
		const isRefused =
			pathStyle === "refuse" ||
			(pathStyle === "local" && isAliyunHost(this.arrival.host));
		if (!isRefused || !this.isSigned) return;
		throw new OssError("SecondLevelDomainForbidden", {
			message: "Please use virtual hosted style to access.",
			ec: "0003-00001401",
		});
	}

	#isPathStyle(target: Reading | undefined): boolean {
		const isBucket = target !== undefined && target.bucket !== "";
		return this.#usesS3 && isBucket && !target.isInHost;
	}

	/** Whether the request is signed for S3, correctly or not. */
	get isSigned(): boolean {
		const { headers, query } = this.arrival;
		if (!this.#usesS3) return false;
		return (
			headers.authorization !== undefined ||
			query.has("X-Amz-Signature") ||
			query.has("AWSAccessKeyId")
		);
	}

	/** The equivalent request of OSS. @throws OssError errors of `toOss` */
	async read(request: OssRequest): Promise<OssRequest> {
		return this.#usesS3 ? toOss(request, this.#emulator) : request;
	}

	/** A sentence about a request that is accepted here and would fail at OSS; '' for others. */
	finding(request: OssRequest): string {
		return this.#isPathStyle(request) ? pathStyleFinding(request) : "";
	}

	/** The reply of an operation, with S3's document. */
	async write(
		operation: string,
		{ bucket }: OssRequest,
		reply: Reply,
	): Promise<Reply> {
		const translate = this.#usesS3 ? documentOf(operation) : undefined;
		// A gateway returns the errors of the cloud as replies.
		const isError = reply.status >= 300;
		if (!translate || isError || !Buffer.isBuffer(reply.body)) return reply;
		const aclOfBucket = (): Promise<string> => this.#aclOf(bucket);
		const document = await translate(reply.body.toString(), aclOfBucket);
		return { ...reply, body: Buffer.from(document) };
	}

	async #aclOf(bucket: string): Promise<string> {
		const { store, upstream } = this.#emulator;
		if (!upstream) return (await store.buckets.get(bucket)).acl;
		const { findUpstreamAcl } = await import("../gateway/bucket-documents.ts");
		return findUpstreamAcl(upstream, bucket);
	}

	/** The refusal of OSS; the diagnosis names the client's setting that avoids it. */
	refuse(error: OssError): Reply {
		const { region } = this.#emulator;
		const { arrival } = this;
		if (!this.#usesS3) return errorReply(region, error, arrival);
		error.diagnosis ||= explainRefusal(error, arrival);
		const reply = errorReply(region, error, { ...arrival, method: "GET" });
		if (!Buffer.isBuffer(reply.body)) return reply;
		// As captured: only this error has no RecommendDoc.
		const body =
			error.ec === NOT_IMPLEMENTED_EC
				? Buffer.from(withoutRecommendation(reply.body.toString()))
				: reply.body;
		if (arrival.method !== "HEAD") return { ...reply, body };
		const length = { "Content-Length": String(body.length) };
		return { ...reply, headers: { ...reply.headers, ...length }, body: null };
	}

	/** Renames the headers to S3's names. */
	finish(reply: Reply): Reply {
		if (!this.#usesS3) return reply;
		const headers = withoutErrorDocument(reply.headers);
		return { ...reply, headers: toS3Headers(headers, this.arrival.id) };
	}
}

/** A failed HEAD request of OSS has the error in a header, one of S3 only its length; a cloud sends the former. */
function withoutErrorDocument(headers: ReplyHeaders): ReplyHeaders {
	const { "x-oss-err": document, "x-oss-error": _, ...others } = headers;
	if (document === undefined) return headers;
	const { length } = Buffer.from(document, "base64");
	return {
		...others,
		"Content-Type": "application/xml",
		"Content-Length": String(length),
	};
}

const withoutRecommendation = (document: string): string =>
	document.replace(/(?<=<RecommendDoc>)[^<]*(?=<)/, "");

/** Any of these parameters marks a URL as signed for S3. */
const SIGNING_PARAMETERS = [
	"X-Amz-Algorithm",
	"X-Amz-Credential",
	"X-Amz-Signature",
	"AWSAccessKeyId",
];

const OSS_PARAMETERS = [
	"OSSAccessKeyId",
	"x-oss-signature-version",
	"x-oss-signature",
];

/**
 * Whether a request uses S3's protocol. An unsigned request does if its header `x-oss-s3-compat` says so or if it
 * arrives at an `s3.` host (A-300); a signature of OSS has the same meaning on such a host (A-301).
 *
 * @param isS3Host whether the Host is an S3-compatible endpoint: `s3.oss-cn-hangzhou.aliyuncs.com`
 */
function usesS3(
	{ headers, query }: Pick<OssRequest, "headers" | "query">,
	isS3Host: () => boolean,
): boolean {
	const { authorization } = headers;
	if (authorization) return /^AWS(?:4-| |$)/.test(authorization);
	if (query.size > 0 && SIGNING_PARAMETERS.some((name) => query.has(name)))
		return true;
	const isDeclared = headers["x-oss-s3-compat"]?.toLowerCase() === "true";
	if (isDeclared) return true;
	return !OSS_PARAMETERS.some((name) => query.has(name)) && isS3Host();
}
