/**
 * A new object as the request and its bucket want it: what the writer says of it, how it is encrypted and how long it
 * is to be retained, and whose place it may not take.
 *
 * Source: docs «PutObject», «Retention policy», «PutBucketObjectWormConfiguration».
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import type { Headers, OssRequest } from "../../oss/request.ts";
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

/** @returns what refuses that a version of the bucket goes before its time */
export async function findProtect(
	{ store }: Pick<Emulator, "store">,
	{ bucket, receivedAt }: Pick<OssRequest, "bucket" | "receivedAt">,
	bypass = false,
): Promise<Protect> {
	const worm = await findWorm(store, bucket, receivedAt);
	return makeProtect({ now: receivedAt, days: worm?.days, bypass });
}

/** @throws OssError AccessDenied for who asks to bypass governed retention, and may not */
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

/** An object that asks for nothing is retained as its bucket has it by default. */
async function initialState(
	emulator: Emulator,
	{ bucket, receivedAt }: Pick<OssRequest, "bucket" | "receivedAt">,
	headers: Headers,
): Promise<ObjectState> {
	const asked = readWormHeaders(headers, receivedAt);
	const isAsked =
		asked.retention !== undefined || asked.legalHold !== undefined;
	const worm = await findDocument(emulator, OBJECT_WORM, bucket);
	if (!worm) {
		// Which error a bucket without object-level retention has for it is a guess.
		if (isAsked) throw new OssError("NoSuchObjectWormConfiguration");
		return {};
	}
	const rule = worm.Rule?.DefaultRetention;
	return asked.retention || !rule
		? asked
		: { ...asked, retention: retentionByDefault(rule, receivedAt) };
}
