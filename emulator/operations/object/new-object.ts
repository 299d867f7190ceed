/**
 * A new object as the request and its bucket define it: its properties, its encryption, its retention, and which
 * objects it must not replace.
 *
 * Source: docs «PutObject», «Retention policy», «PutBucketObjectWormConfiguration».
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import {
	expiryTimeOf,
	type Headers,
	type OssRequest,
} from "../../oss/request.ts";
import type { NewObject, ObjectState, Protect } from "../../storage/types.ts";
import { requireAccess } from "../access/access.ts";
import { findDocument } from "../configurations/kind.ts";
import { OBJECT_WORM } from "../configurations/switches.ts";
import { findWorm } from "../worm/bucket-worm.ts";
import {
	makeProtect,
	readWormHeaders,
	retentionByDefault,
} from "../worm/retention.ts";
import { findEncryption } from "./object-encryption.ts";
import { readNewObject } from "./object-headers.ts";

/**
 * @param headers of the request, or the form's fields
 * @throws OssError NoSuchBucket, InvalidArgument, InvalidEncryptionAlgorithmError, NoSuchObjectWormConfiguration
 */
export async function prepareObject(
	emulator: Emulator,
	request: OssRequest,
	headers: Headers,
): Promise<NewObject> {
	return {
		...(await readEncryptedObject(emulator, request, headers)),
		state: await initialState(emulator, request, headers),
		protect: await findProtect(emulator, request),
	};
}

/** As `readNewObject`, with the encryption that the object gets. @throws OssError as `prepareObject` */
export async function readEncryptedObject(
	emulator: Pick<Emulator, "store">,
	request: Pick<OssRequest, "bucket" | "key" | "receivedAt">,
	headers: Headers,
): Promise<NewObject> {
	const given = readNewObject(request, headers);
	const encryption = await findEncryption(emulator, request.bucket, headers);
	return encryption
		? { ...given, properties: { ...given.properties, encryption } }
		: given;
}

/** @returns a function that refuses to delete a version of the bucket that is still retained */
export async function findProtect(
	{ store }: Pick<Emulator, "store">,
	request: Pick<OssRequest, "bucket" | "receivedAt" | "expiryTime">,
	bypass = false,
): Promise<Protect> {
	const now = expiryTimeOf(request);
	const worm = await findWorm(store, request.bucket, now);
	return makeProtect({ now, days: worm?.days, bypass });
}

/** @throws OssError AccessDenied for a caller without the right to bypass governed retention */
export async function readBypass(
	emulator: Emulator,
	request: OssRequest,
): Promise<boolean> {
	const header = request.headers["x-oss-bypass-governance-retention"];
	if (header?.toLowerCase() !== "true") return false;
	const bucket = await emulator.store.buckets.get(request.bucket);
	await requireAccess(
		emulator,
		bucket,
		request,
		"oss:BypassGovernanceRetention",
	);
	return true;
}

/** Without headers of its own an object gets the default retention of its bucket. */
async function initialState(
	emulator: Emulator,
	request: Pick<OssRequest, "bucket" | "receivedAt" | "expiryTime">,
	headers: Headers,
): Promise<ObjectState> {
	const now = expiryTimeOf(request);
	const asked = readWormHeaders(headers, now);
	const isAsked =
		asked.retention !== undefined || asked.legalHold !== undefined;
	const worm = await findDocument(emulator, OBJECT_WORM, request.bucket);
	if (!worm) {
		// Which error a bucket without object-level retention has for it is a guess.
		if (isAsked) throw new OssError("NoSuchObjectWormConfiguration");
		return {};
	}
	const rule = worm.Rule?.DefaultRetention;
	return asked.retention || !rule
		? asked
		: { ...asked, retention: retentionByDefault(rule, now) };
}
