/**
 * Inventories: lists of a bucket's objects that would be written every day or week.
 *
 * An inventory with an existing id is replaced, as in the suites, although a page documents a 409.
 *
 * Source: docs «PutBucketInventory», «ListBucketInventory»; EC 0020-00000031; go1's suite (a destination of another
 * owner; no encryption, or two); py2's for the incremental inventory, which is written at an interval in seconds.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { firstPage } from "../../oss/page.ts";
import { type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { malformed } from "../../xml/read.ts";
import { writeXml } from "../../xml/write.ts";
import {
	type DocumentRequest,
	kind,
	parseDocument,
	refused,
} from "../configurations/kind.ts";
import { requireParameter } from "../configurations/parameters.ts";
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
} from "../configurations/shape.ts";

const INVENTORIES_MAX = 1000;
const PAGE_MAX = 100;

const DESTINATION = element({
	Format: one(oneOf("CSV", "Parquet", "ORC")),
	AccountId: one(word),
	RoleArn: one(word),
	Bucket: one(word),
	Prefix: or(text, ""),
	Encryption: maybe(
		element({
			"SSE-OSS": maybe(text),
			"SSE-KMS": maybe(element({ KeyId: maybe(word) })),
		}),
	),
});

const FIELDS = maybe(element({ Field: many(word) }));

export const INVENTORY = kind(
	element({
		Id: one(word),
		IsEnabled: one(flag),
		Filter: maybe(
			element({
				Prefix: maybe(text),
				LastModifyBeginTimeStamp: maybe(integer(0)),
				LastModifyEndTimeStamp: maybe(integer(0)),
				LowerSizeBound: maybe(integer(0)),
				UpperSizeBound: maybe(integer(0)),
				StorageClass: maybe(word),
			}),
		),
		Destination: one(element({ OSSBucketDestination: one(DESTINATION) })),
		Schedule: one(element({ Frequency: one(oneOf("Daily", "Weekly")) })),
		IncludedObjectVersions: one(oneOf("All", "Current")),
		OptionalFields: FIELDS,
		IncrementalInventory: maybe(
			element({
				IsEnabled: one(flag),
				Schedule: maybe(element({ Frequency: one(integer(1)) })),
				OptionalFields: FIELDS,
			}),
		),
	}),
	{
		name: "inventory",
		root: "InventoryConfiguration",
		absent: refused("NoSuchInventory"),
		idOf: ({ query }) => requireParameter(query, "inventoryId"),
		accept: async (document, context) => {
			const id = context.request.query.get("inventoryId") ?? "";
			// No page states the error for two different ids.
			if (document.Id !== id) throw invalidArgument("inventoryId", id);
			const { Bucket, Encryption } = document.Destination.OSSBucketDestination;
			const keys = Object.values(Encryption ?? {}).filter(
				(key) => key !== undefined,
			);
			if (keys.length > 1)
				throw malformed("Encryption must be one of SSE-OSS, SSE-KMS.");
			await requireDestination(Bucket, context);
			await requireFreeEntry(id, context);
			const { Filter } = document;
			return Filter
				? {
						...document,
						Filter: { ...Filter, ...inOrder(Filter.StorageClass) },
					}
				: document;
		},
	},
);

/** py1's and java1's suites get «IA,Standard» for «Standard,IA»; the order of more classes is a guess. */
const inOrder = (
	classes: string | undefined,
): { StorageClass?: string | undefined } =>
	classes === undefined
		? {}
		: { StorageClass: classes.split(",").sort().join(",") };

async function requireDestination(
	arn: string,
	{ emulator, request }: DocumentRequest,
): Promise<void> {
	const [, name = ""] = /^acs:oss:::(.*)$/.exec(arn) ?? [];
	const bucket = await emulator.store.buckets.find(name);
	if (bucket?.owner !== request.caller.uid)
		throw invalidArgument("Bucket", arn, undefined, "0020-00000031");
}

async function requireFreeEntry(
	id: string,
	{ emulator, request }: DocumentRequest,
): Promise<void> {
	const { configurations } = emulator.store;
	const stored = await configurations.list(request.bucket, INVENTORY.name);
	if (
		stored.length >= INVENTORIES_MAX &&
		!stored.some((document) => document.id === id)
	)
		throw new OssError("InventoryExceedLimit");
}

/** The token is the id after which the page begins. */
export async function listBucketInventory(
	{ store }: Emulator,
	{ bucket, query }: OssRequest,
): Promise<Reply> {
	const after = query.get("continuation-token") ?? "";
	const stored = await store.configurations.list(bucket, INVENTORY.name);
	if (stored.length === 0) throw new OssError("NoSuchInventory");
	const left = stored.filter(({ id }) => id > after);
	const { entries, isTruncated } = firstPage(left, PAGE_MAX);
	return xml(
		writeXml("ListInventoryConfigurationsResult", {
			InventoryConfiguration: entries.map(({ document }) =>
				parseDocument(INVENTORY, document),
			),
			ContinuationToken: after || undefined,
			IsTruncated: isTruncated,
			NextContinuationToken: isTruncated ? entries.at(-1)?.id : undefined,
		}),
	);
}
