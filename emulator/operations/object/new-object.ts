/**
 * A new object as the request and its bucket define it: its properties, its encryption, its retention, and which
 * objects it must not replace.
 *
 * The emulator encrypts nothing at rest: the encryption is only named in replies. The request's headers take precedence
 * over the bucket's default. KMS without a key means the key that OSS manages for the account, whose id is invented
 * (A-650).
 *
 * Source: docs «PutObject», «PutBucketEncryption», «Retention policy», «PutBucketObjectWormConfiguration»; java1's and
 * py1's suites.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import {
	expiryTimeOf,
	type Headers,
	type OssRequest,
} from "../../oss/request.ts";
import type {
	NewObject,
	ObjectState,
	Protect,
	StoredBucket,
} from "../../storage/types.ts";
import { requireAccess } from "../access/access.ts";
import { ENCRYPTION, requireAlgorithm } from "../configurations/encryption.ts";
import { findDocument } from "../configurations/kind.ts";
import { OBJECT_WORM } from "../configurations/switches.ts";
import {
	findWorm,
	makeProtect,
	readWormHeaders,
	retentionByDefault,
} from "../worm/retention.ts";
import { readNewObject, requireHeaderValue } from "./object-headers.ts";

/**
 * @param headers the request's headers, or the form's fields
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

/** Like `readNewObject`, with the object's encryption. @throws OssError like `prepareObject` */
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
	bucket: StoredBucket,
): Promise<boolean> {
	const header = request.headers["x-oss-bypass-governance-retention"];
	if (header?.toLowerCase() !== "true") return false;
	await requireAccess(
		emulator,
		bucket,
		request,
		"oss:BypassGovernanceRetention",
	);
	return true;
}

/** An object without headers for it gets the default retention of its bucket. */
async function initialState(
	emulator: Emulator,
	request: Pick<OssRequest, "bucket" | "receivedAt" | "expiryTime">,
	headers: Headers,
): Promise<ObjectState> {
	const now = expiryTimeOf(request);
	const requested = readWormHeaders(headers, now);
	const isRequested =
		requested.retention !== undefined || requested.legalHold !== undefined;
	const worm = await findDocument(emulator, OBJECT_WORM, request.bucket);
	if (!worm) {
		// The error for a bucket without object-level retention is a guess.
		if (isRequested) throw new OssError("NoSuchObjectWormConfiguration");
		return {};
	}
	const rule = worm.Rule?.DefaultRetention;
	return requested.retention || !rule
		? requested
		: { ...requested, retention: retentionByDefault(rule, now) };
}

const ALGORITHM = "x-oss-server-side-encryption";
const KEY_ID = `${ALGORITHM}-key-id`;
const DATA_ALGORITHM = "x-oss-server-side-data-encryption";

const MANAGED_KEY = "0f5e1d0c-0000-4000-8000-000000000000";

/** The headers that state the encryption, by name. */
type Encryption = Readonly<Record<string, string>>;

/** @throws OssError InvalidEncryptionAlgorithmError, NoSuchBucket */
export async function findEncryption(
	emulator: Pick<Emulator, "store">,
	bucket: string,
	headers: Headers,
): Promise<Encryption | undefined> {
	const requested = readEncryption(headers);
	if (requested) return requested;
	const document = await findDocument(emulator, ENCRYPTION, bucket);
	const rule = document?.ApplyServerSideEncryptionByDefault;
	return (
		rule &&
		complete({
			[ALGORITHM]: rule.SSEAlgorithm,
			[KEY_ID]: rule.KMSMasterKeyID,
			[DATA_ALGORITHM]: rule.KMSDataEncryption,
		})
	);
}

function readEncryption(headers: Headers): Encryption | undefined {
	const algorithm = headers[ALGORITHM];
	if (algorithm === undefined) return undefined;
	requireAlgorithm(algorithm);
	return complete({
		[ALGORITHM]: algorithm,
		[KEY_ID]: headers[KEY_ID],
		[DATA_ALGORITHM]: headers[DATA_ALGORITHM],
	});
}

/** Parts and the completed object have the encryption of the upload. @throws OssError InvalidArgument: py1's suite */
export function refuseEncryption(headers: Headers): void {
	const requested = headers[ALGORITHM];
	if (requested !== undefined) throw invalidArgument(ALGORITHM, requested);
}

/** Only KMS has keys and data encryption algorithms: py1's suite. */
function complete({
	[ALGORITHM]: algorithm = "",
	...ofKms
}: Readonly<Record<string, string | undefined>>): Encryption {
	const encryption: Record<string, string> = { [ALGORITHM]: algorithm };
	if (algorithm !== "KMS") return encryption;
	for (const [name, value] of Object.entries(ofKms))
		if (value) encryption[name] = requireHeaderValue(name, value);
	encryption[KEY_ID] ??= MANAGED_KEY;
	return encryption;
}
