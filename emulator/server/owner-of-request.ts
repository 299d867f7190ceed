/**
 * The account that a request belongs to, for the record and for faults: the caller's; for an anonymous request, and for
 * one whose key is unknown, the account of the bucket's owner.
 */
import { type Names, readTargets } from "../auth/addressing.ts";
import { claimedKeyId } from "../auth/authenticate.ts";
import type { Emulator } from "../emulator.ts";
import { OssError } from "../oss/errors.ts";
import type { Arrival, OssRequest, Target } from "../oss/request.ts";
import type { Owned } from "../records/request-log.ts";

type OwnersOf = Pick<Emulator, "store" | "accounts" | "upstream">;

export async function ownerOfRequest(
	{ store, accounts, upstream }: OwnersOf,
	{ caller, bucket, key }: Pick<OssRequest, "caller" | "bucket" | "key">,
): Promise<Owned> {
	if (caller.uid !== "") return { account: caller.uid, bucket, key };
	// Buckets behind a gateway count as the first account's.
	const owner = upstream
		? accounts.default.uid
		: ((await store.buckets.find(bucket))?.owner ?? "");
	return { account: owner, bucket, key };
}

/** The owner of a request that was refused before its caller was known. */
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

/** @returns '' when the key is unknown */
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
