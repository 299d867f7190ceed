/**
 * Documents with one or two settings: the payer, acceleration, direct reading of archived objects, TLS versions, the
 * resource group, protection against overwriting, default retention.
 *
 * Source: docs «PutBucketRequestPayment», «PutBucketTransferAcceleration», «PutBucketArchiveDirectRead»,
 * «PutBucketHttpsConfig», «PutBucketResourceGroup»; go2 for the last two. The error codes for settings that were never
 * made are from java1's suite and the Terraform provider; the code of the last setting is a guess (A-408).
 */
import { OssError } from "../../oss/errors.ts";
import { malformed } from "../../xml/read.ts";
import { kind, refused } from "./kind.ts";
import {
	element,
	flag,
	integer,
	many,
	maybe,
	one,
	oneOf,
	or,
	text,
	word,
} from "./shape.ts";

export const REQUEST_PAYMENT = kind(
	element({ Payer: one(oneOf("BucketOwner", "Requester")) }),
	{
		name: "requestPayment",
		root: "RequestPaymentConfiguration",
		absent: () => ({ Payer: "BucketOwner" }),
	},
);

const ENABLED = element({ Enabled: one(flag) });

export const TRANSFER_ACCELERATION = kind(ENABLED, {
	name: "transferAcceleration",
	root: "TransferAccelerationConfiguration",
	absent: refused("NoSuchTransferAccelerationConfiguration"),
});

export const ARCHIVE_DIRECT_READ = kind(ENABLED, {
	name: "bucketArchiveDirectRead",
	root: "ArchiveDirectReadConfiguration",
	absent: refused("NoSuchArchiveDirectReadConfiguration"),
});

export const HTTPS_CONFIG = kind(
	element({
		TLS: one(
			element({
				Enable: one(flag),
				TLSVersion: many(oneOf("TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3")),
			}),
		),
		CipherSuite: maybe(
			element({
				Enable: one(flag),
				StrongCipherSuite: maybe(flag),
				CustomCipherSuite: many(word),
				TLS13CustomCipherSuite: many(word),
			}),
		),
	}),
	{
		name: "httpsConfig",
		root: "HttpsConfiguration",
		absent: refused("NoSuchHttpsConfig"),
		accept: ({ TLS, ...rest }) => {
			if (TLS.Enable && TLS.TLSVersion.length === 0)
				throw malformed("TLS must have a TLSVersion.");
			const versions = [...new Set(TLS.TLSVersion)];
			return { TLS: { ...TLS, TLSVersion: versions }, ...rest };
		},
	},
);

/** Real ids have this length; the emulator has no other groups to compare with. */
const RESOURCE_GROUP = /^rg-[a-z0-9]{15}$/;

/** The header that names the group of a new bucket, or the group whose buckets are listed. */
export const RESOURCE_GROUP_HEADER = "x-oss-resource-group-id";

/** The group of buckets that have no other group. */
export const DEFAULT_RESOURCE_GROUP = "rg-acfmossemulator";

export const isResourceGroup = (id: string): boolean => RESOURCE_GROUP.test(id);

/** @throws OssError ResourceGroupIdPreCheckError */
export function requireResourceGroup(id: string): string {
	if (!isResourceGroup(id)) throw new OssError("ResourceGroupIdPreCheckError");
	return id;
}

export const RESOURCE_GROUP_CONFIGURATION = kind(
	element({ ResourceGroupId: one(word) }),
	{
		name: "resourceGroup",
		root: "BucketResourceGroupConfiguration",
		absent: () => ({ ResourceGroupId: DEFAULT_RESOURCE_GROUP }),
		accept: ({ ResourceGroupId: id }) => ({
			ResourceGroupId:
				id === "" ? DEFAULT_RESOURCE_GROUP : requireResourceGroup(id),
		}),
	},
);

const RULES_MAX = 100;

export const OVERWRITE_CONFIG = kind(
	element({
		Rule: many(
			element({
				ID: one(text),
				Action: one(oneOf("forbid")),
				Prefix: or(text, ""),
				Suffix: or(text, ""),
				Principals: maybe(element({ Principal: many(word) })),
			}),
			1,
			RULES_MAX,
		),
	}),
	{
		name: "overwriteConfig",
		root: "OverwriteConfiguration",
		absent: refused("NoSuchBucketOverwriteConfig"),
	},
);

export const OBJECT_WORM = kind(
	element({
		ObjectWormEnabled: one(oneOf("Enabled")),
		Rule: maybe(
			element({
				DefaultRetention: one(
					element({
						Mode: one(oneOf("GOVERNANCE", "COMPLIANCE")),
						Days: maybe(integer(1)),
						Years: maybe(integer(1)),
					}),
				),
			}),
		),
	}),
	{
		name: "objectWorm",
		root: "ObjectWormConfiguration",
		absent: refused("NoSuchObjectWormConfiguration"),
		accept: (document) => {
			const { Days, Years } = document.Rule?.DefaultRetention ?? { Days: 1 };
			if ((Days === undefined) === (Years === undefined))
				throw malformed("DefaultRetention must have Days or Years.");
			return document;
		},
	},
);
