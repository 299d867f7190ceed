/**
 * The default encryption of a bucket's objects.
 *
 * Source: docs «PutBucketEncryption»; «HTTP 400 status code», InvalidArgument; py1's suite.
 */
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { kind, refused } from "./kind.ts";
import { element, maybe, one, word } from "./shape.ts";

const RULE = element({
	SSEAlgorithm: one(word),
	KMSMasterKeyID: maybe(word),
	KMSDataEncryption: maybe(word),
});

type EncryptionRule = ReturnType<typeof RULE>;

export const ENCRYPTION = kind(
	element({ ApplyServerSideEncryptionByDefault: one(RULE) }),
	{
		name: "encryption",
		root: "ServerSideEncryptionRule",
		absent: refused("NoSuchServerSideEncryptionRule"),
		accept: ({ ApplyServerSideEncryptionByDefault: rule }) => ({
			ApplyServerSideEncryptionByDefault: requireRule(rule),
		}),
	},
);

/** @throws OssError InvalidEncryptionAlgorithmError */
export function requireAlgorithm(algorithm: string): void {
	if (!["AES256", "KMS", "SM4"].includes(algorithm))
		throw new OssError("InvalidEncryptionAlgorithmError");
}

/** @returns the rule without empty elements and, except for KMS, without the elements of KMS (py1's suite) */
export function requireRule(rule: EncryptionRule): EncryptionRule {
	const { SSEAlgorithm, KMSMasterKeyID, KMSDataEncryption } = rule;
	requireAlgorithm(SSEAlgorithm);
	if (KMSMasterKeyID && SSEAlgorithm !== "KMS")
		throw invalidArgument(
			"KMSMasterKeyID",
			KMSMasterKeyID,
			"KMSMasterKeyID is not applicable if the default sse algorithm is not KMS.",
		);
	if (KMSDataEncryption && KMSDataEncryption !== "SM4")
		throw new OssError("InvalidDataEncryptionAlgorithmError");
	return {
		SSEAlgorithm,
		KMSMasterKeyID: KMSMasterKeyID || undefined,
		KMSDataEncryption:
			SSEAlgorithm === "KMS" ? KMSDataEncryption || undefined : undefined,
	};
}
