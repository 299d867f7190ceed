/**
 * Identifies the caller, the bucket and the key of a request, and the account that it belongs to.
 *
 * NoSuchBucket precedes authentication errors, because OSS routes a request before it authenticates it, except for
 * PutBucket and PutBucketAcl.
 *
 * Source: py2's suite: an unknown key gets NoSuchBucket for a missing bucket, and InvalidAccessKeyId for an existing
 * one and for these two operations.
 */
import {
	hostName,
	isOwnName,
	type Names,
	namesNoBucket,
	readTargets,
	requireThirdLevel,
} from "../auth/addressing.ts";
import { claimedKeyId } from "../auth/authenticate.ts";
import type { Emulator } from "../emulator.ts";
import { select } from "../operations/match-operation.ts";
import { noSuchBucket } from "../operations/store-protocol.ts";
import { findBoundBucket } from "../operations/website/cname.ts";
import { OssError } from "../oss/errors.ts";
import {
	ANONYMOUS,
	type Arrival,
	type OssRequest,
	type Target,
} from "../oss/request.ts";
import type { Owned } from "../records/request-log.ts";
import type { S3Edge } from "./s3-edge.ts";

/** @throws OssError InvalidObjectName, NoSuchBucket, SecondLevelDomainForbidden, and all errors of `authenticate` */
export async function identify(
	emulator: Emulator,
	edge: S3Edge,
	names: Names,
): Promise<OssRequest> {
	const { arrival } = edge;
	const readings = readTargets(arrival.host, arrival.rawPath, names);
	edge.requireVirtualHost(readings);
	try {
		const { target, caller } = edge.authenticate(arrival, readings);
		if (!edge.isSigned) requireThirdLevel(arrival.host, target);
		const { bucket, key, isInHost } = target;
		return { ...arrival, bucket, key, isInHost, caller };
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		const noTarget = { bucket: "", key: "", isInHost: false };
		const anonymous = { ...arrival, ...noTarget, caller: ANONYMOUS };
		throw await diagnosed(emulator, edge, error, anonymous, readings);
	}
}

/** The names that a Host may contain. @param host the Host of a request */
export async function namesFor(
	emulator: Emulator,
	host: string,
): Promise<Names> {
	const { domains } = emulator;
	if (namesNoBucket(host, domains)) return { domains, bound: undefined };
	const name = hostName(host);
	const bound = isOwnName(name, domains)
		? await findBoundBucket(emulator, name)
		: undefined;
	return { domains, bound };
}

/** OSS's error, with the diagnosis of the signature doctor. */
async function diagnosed(
	emulator: Emulator,
	{ claimReader }: S3Edge,
	error: OssError,
	request: OssRequest,
	readings: readonly Target[],
): Promise<OssError> {
	const { diagnose, diagnoseBucket } = await import(
		"../diagnosis/signature-doctor.ts"
	);
	const { store, accounts, region, clock, upstream } = emulator;
	const buckets = upstream
		? upstream.options.buckets.local
		: (await store.buckets.all()).map(({ name }) => name);
	const refused = {
		request,
		readings,
		accounts,
		region,
		clockAheadMs: clock.aheadMs,
		read: claimReader,
		buckets: buckets.slice(0, BUCKETS_MAX),
	};
	const [{ bucket } = { bucket: "" }] = readings;
	// A gateway does not know which buckets exist.
	const isMissing = !upstream && bucket !== "" && !buckets.includes(bucket);
	if (!isMissing || makesBucket(request, readings)) {
		error.diagnosis = await diagnose(error, refused);
		return error;
	}
	const missing = noSuchBucket(bucket);
	if (error.code === "SignatureDoesNotMatch")
		missing.diagnosis = await diagnoseBucket(refused);
	return missing;
}

/** How many existing buckets are considered as the intended one. */
const BUCKETS_MAX = 50;

function makesBucket(
	request: OssRequest,
	[likeliest]: readonly Target[],
): boolean {
	try {
		return select({ ...request, ...likeliest }).makesBucket;
	} catch (error) {
		if (error instanceof OssError) return false; // there is no such operation
		throw error;
	}
}

type OwnersOf = Pick<Emulator, "store" | "accounts" | "upstream">;

/**
 * The account of a request, for the record and for faults: the caller's; if the request is anonymous or its key is
 * unknown, the account of the bucket's owner.
 */
export async function ownerOfRequest(
	{ store, accounts, upstream }: OwnersOf,
	{ caller, bucket, key }: Pick<OssRequest, "caller" | "bucket" | "key">,
): Promise<Owned> {
	if (caller.uid !== "") return { account: caller.uid, bucket, key };
	// Buckets behind a gateway belong to the first account.
	const owner = upstream
		? accounts.default.uid
		: ((await store.buckets.find(bucket))?.owner ?? "");
	return { account: owner, bucket, key };
}

/** The account of a request that was refused before its caller was authenticated. */
export async function ownerOfRefused(
	emulator: OwnersOf,
	arrival: Arrival,
	names: Names,
): Promise<Owned> {
	const { bucket, key } = likeliestTarget(arrival, names);
	const uid = uidOfKey(emulator, claimedKeyId(arrival), tokenOf(arrival));
	const caller = { accessKeyId: "", uid };
	return ownerOfRequest(emulator, { caller, bucket, key });
}

/** @returns '' if the key is unknown */
export function uidOfKey(
	{ accounts }: Pick<Emulator, "accounts">,
	accessKeyId: string,
	securityToken: string,
): string {
	const { uid } = accounts.find(accessKeyId) ?? {};
	return uid ?? accounts.session(securityToken)?.uid ?? "";
}

const tokenOf = ({ headers, query }: Arrival): string =>
	headers["x-oss-security-token"] ??
	headers["x-amz-security-token"] ??
	query.get("security-token") ??
	query.get("x-oss-security-token") ??
	query.get("X-Amz-Security-Token") ??
	"";

function likeliestTarget({ host, rawPath }: Arrival, names: Names): Target {
	const nothing = { bucket: "", key: "" };
	try {
		return readTargets(host, rawPath, names)[0] ?? nothing;
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		return nothing; // the path cannot be decoded
	}
}

/**
 * The bucket of a request that was refused before its signature was checked. A bucket's name has no percent-escapes;
 * the key, which may be malformed, does not matter.
 */
export function likeliestBucket(
	{ host, rawPath }: Arrival,
	names: Names,
): string {
	const [, first = ""] = rawPath.split("/", 2);
	const path = first.includes("%") ? "/" : `/${first}`;
	return readTargets(host, path, names)[0]?.bucket ?? "";
}
