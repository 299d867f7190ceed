/** Documents of 2 MB: XML of each kind, policies, and documents of the admin API. */
import type { StallRow } from "./row.ts";

const BYTES = 2 * 1024 ** 2 - 1024;

/** The targets of the documents, and their root elements. */
const KINDS = [
	["PUT", "?acl", "AccessControlPolicy", "x"],
	["PUT", "?versioning", "VersioningConfiguration", "Status"],
	["PUT", "?cors", "CORSConfiguration", "CORSRule"],
	["PUT", "?lifecycle", "LifecycleConfiguration", "Rule"],
	["PUT", "?website", "WebsiteConfiguration", "RoutingRules"],
	["PUT", "?referer", "RefererConfiguration", "RefererList"],
	["PUT", "?logging", "BucketLoggingStatus", "LoggingEnabled"],
	["PUT", "?tagging", "Tagging", "TagSet"],
	["PUT", "?encryption", "ServerSideEncryptionRule", "x"],
	["PUT", "?inventory&inventoryId=a", "InventoryConfiguration", "Id"],
	["POST", "?replication&comp=add", "ReplicationConfiguration", "Rule"],
	["POST", "?worm", "InitiateWormConfiguration", "x"],
	["PUT", "?style&styleName=a", "Style", "Content"],
	["POST", "?cname&comp=add", "BucketCnameConfiguration", "Cname"],
	["PUT", "?callback", "BucketCallbackPolicy", "PolicyItem"],
	["POST", "?delete", "Delete", "Object"],
	["POST", "?metaQuery&comp=query", "MetaQuery", "Query"],
	["PUT", "?accessPoint", "CreateAccessPointConfiguration", "x"],
	["PUT", "/k?tagging", "Tagging", "Tag"],
	["POST", "/k?restore", "RestoreRequest", "Days"],
	["PUT", "/k?live", "LiveChannelConfiguration", "Target"],
	["POST", "/k?uploadId=A", "CompleteMultipartUpload", "Part"],
	["POST", "/k?x-oss-process=csv%2Fselect", "SelectRequest", "Expression"],
] as const;

const filled = (root: string, piece: string): string =>
	`<${root}>${piece.repeat(Math.floor(BYTES / piece.length))}</${root}>`;

/** Few elements with much text, many elements, many references, and nested elements. */
const fillings = (root: string, child: string): readonly string[] => [
	filled(root, `<${child}>${"t".repeat(1000)}</${child}>`),
	filled(root, `<${child}>text of an element</${child}>`),
	filled(root, `<${child}>&amp;&#65;&lt;</${child}>`),
	`<${root}><${child}>${"&lt;".repeat(BYTES / 4 - 50)}</${child}></${root}>`,
	`<${root}>${"<a>".repeat(30)}${"t".repeat(BYTES - 500)}${"</a>".repeat(30)}</${root}>`,
];

const VERSIONING =
	"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

const deep = (levels: number): string =>
	`${'{"a":['.repeat(levels)}1${"]}".repeat(levels)}`;

export const documentRows: readonly StallRow[] = [
	...KINDS.map(
		([method, target, root, child]): StallRow => ({
			what: `2 MB of ${root} at ${method} ${target}`,
			prepare: ({ oss }) => oss.put("/small?tagging", "<Tagging/>"),
			send: async ({ oss }) => {
				for (const body of fillings(root, child))
					await oss.send(method, `/small${target}`, { body });
			},
		}),
	),
	{
		what: "lifecycle of 1,000 rules",
		prepare: ({ oss }) => oss.put("/small?tagging", "<Tagging/>"),
		send: async ({ oss }) => {
			const rules = Array.from(
				{ length: 1000 },
				(_, i) =>
					`<Rule><ID>r${i}</ID><Prefix>p${i}</Prefix><Status>Enabled</Status><Tag><Key>k</Key><Value>v</Value></Tag><Expiration><Days>${i + 1}</Days></Expiration></Rule>`,
			);
			await oss.put(
				"/small?lifecycle",
				`<LifecycleConfiguration>${rules.join("")}</LifecycleConfiguration>`,
			);
			await oss.get("/small?lifecycle");
			await oss.get("/small/k");
		},
	},
	{
		what: "a lifecycle run of 1,000 rules with 20 exceptions each, over 2,000 versions",
		prepare: async ({ oss }) => {
			await oss.put("/small?versioning", VERSIONING);
			for (let i = 0; i < 2000; i++) await oss.put("/small/key", "");
			const exceptions = Array.from(
				{ length: 20 },
				(_, i) => `<Not><Prefix>key${i}</Prefix></Not>`,
			);
			const rules = Array.from(
				{ length: 1000 },
				(_, i) =>
					`<Rule><ID>r${i}</ID><Prefix/><Status>Enabled</Status><Expiration><Days>9999</Days></Expiration><Filter>${exceptions.join("")}</Filter></Rule>`,
			);
			await oss.put(
				"/small?lifecycle",
				`<LifecycleConfiguration>${rules.join("")}</LifecycleConfiguration>`,
				{ "x-oss-allow-same-action-overlap": "true" },
			);
		},
		send: async ({ admin }) => {
			const path = "/api/lifecycle/run";
			const { status } = await admin.send("POST", path, { as: null });
			if (status !== 200) throw new Error(`status ${status}`);
		},
	},
	{
		what: "a bucket policy of 2 MB",
		send: ({ oss }) =>
			oss.put(
				"/small?policy",
				JSON.stringify({
					Version: "1",
					Statement: Array(15_000).fill({
						...{ Effect: "Allow", Principal: ["*"], Action: ["oss:*"] },
						Resource: ["acs:oss:*:*:small/*"],
					}),
				}),
			),
	},
	{
		what: "a bucket policy of 16 KB of brackets",
		send: ({ oss }) => oss.put("/small?policy", deep(2000)),
	},
	...["seed", "accounts", "faults", "settings", "lifecycle/run"].map(
		(name): StallRow => ({
			what: `deep and long JSON at /api/${name} of the admin port`,
			isRequested: name === "seed",
			send: async ({ admin }) => {
				const headers = { "content-type": "application/json" };
				const method = name === "seed" ? "PUT" : "POST";
				for (const body of [
					deep(100_000),
					`{"buckets":${deep(150_000)}}`,
					`{"a":[${"1,".repeat(400_000)}1]}`,
					`{${Array.from({ length: 60_000 }, (_, i) => `"k${i}":{}`).join(",")}}`,
				])
					await admin.send(method, `/api/${name}`, { as: null, headers, body });
			},
		}),
	),
	{
		what: "a seed of 60 MB, refused for its last bucket",
		isRequested: true,
		send: async ({ admin }) => {
			const object = JSON.stringify({ key: "k", base64: "eA==".repeat(40) });
			const headers = { "content-type": "application/json" };
			const objects = Array(300_000).fill(object).join(",");
			const body = `{"buckets":[{"name":"a","objects":[${objects}]},{"nam":"b"}]}`;
			await admin.send("PUT", "/api/seed", { as: null, headers, body });
		},
	},
	{
		what: "a seed of 240 MB, objects of 4 MB",
		isRequested: true,
		send: async ({ admin }) => {
			const object = JSON.stringify({ base64: "eHh4".repeat(1_000_000) });
			const objects = Array.from({ length: 60 }, (_, i) =>
				object.replace("{", `{"key":"k${i}",`),
			);
			const headers = { "content-type": "application/json" };
			const body = `{"buckets":[{"name":"large","objects":[${objects.join(",")}]}]}`;
			await admin.send("PUT", "/api/seed", { as: null, headers, body });
		},
	},
];
