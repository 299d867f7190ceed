/**
 * The encryption that replies name; the emulator encrypts nothing at rest.
 *
 * The request's headers count first, then the bucket's default. KMS without a key means the key OSS
 * manages for the account, whose id is made up.
 *
 * Source: docs «PutObject», «PutBucketEncryption», «CopyObject»; java1's and py1's suites.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";
import type { Headers } from "../../oss/request.ts";
import { ENCRYPTION, requireAlgorithm } from "../configurations/encryption.ts";
import { findDocument } from "../configurations/kind.ts";
import { requireHeaderValue } from "./object-headers.ts";

const ALGORITHM = "x-oss-server-side-encryption";
const KEY_ID = `${ALGORITHM}-key-id`;
const DATA_ALGORITHM = "x-oss-server-side-data-encryption";

const MANAGED_KEY = "0f5e1d0c-0000-4000-8000-000000000000";

/** The headers that say so, by their names. */
type Encryption = Readonly<Record<string, string>>;

/** @throws OssError InvalidEncryptionAlgorithmError, NoSuchBucket */
export async function findEncryption(
	emulator: Pick<Emulator, "store">,
	bucket: string,
	headers: Headers,
): Promise<Encryption | undefined> {
	const asked = readEncryption(headers);
	if (asked) return asked;
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
	const asked = headers[ALGORITHM];
	if (asked !== undefined) throw invalidArgument(ALGORITHM, asked);
}

/** Only KMS has keys and algorithms for data: py1's suite. */
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
