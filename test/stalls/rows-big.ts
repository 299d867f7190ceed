/** Requests to an account with very many objects and callbacks. */
import type { Answer } from "../client.ts";
import type { Probed } from "./probed-emulator.ts";
import type { StallRow } from "./row.ts";

const api = (
	{ admin }: Probed,
	method: string,
	path: string,
	body?: object,
): Promise<Answer> =>
	admin.send(method, `/api/${path}`, {
		as: null,
		...(body && {
			headers: { "content-type": "application/json" },
			body: JSON.stringify(body),
		}),
	});

const get = (what: string, target: string): StallRow => ({
	what,
	send: ({ oss }) => oss.get(target),
});

const query = (text: string, more = ""): string =>
	`<MetaQuery><MaxResults>100</MaxResults><Query>${text}</Query>${more}</MetaQuery>`;

const LIFECYCLE =
	"<LifecycleConfiguration><Rule><ID>a</ID><Prefix/><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>";

const rows: readonly StallRow[] = [
	get("GetBucketStat", "/big?stat"),
	get("a listing of 1,000 keys", "/big?max-keys=1000"),
	get(
		"a listing of 1,000 prefixes with delimiter",
		"/big?max-keys=1000&delimiter=%2F&prefix=p",
	),
	get(
		"a listing V2 of 1,000 with owner, encoded",
		"/big?list-type=2&max-keys=1000&fetch-owner=true&encoding-type=url&delimiter=0",
	),
	get("GetBucketVersions of 1,000", "/big?versions&max-keys=1000"),
	get(
		"GetBucketVersions of 1,000 prefixes",
		"/big?versions&max-keys=1000&delimiter=%2F&prefix=p",
	),
	{
		what: "opening the meta query",
		send: ({ oss }) => oss.post("/big?metaQuery&comp=add"),
	},
	{
		what: "DoMetaQuery that finds nothing",
		send: ({ oss }) =>
			oss.post(
				"/big?metaQuery&comp=query",
				query('{"Field":"Filename","Value":"zzz","Operation":"match"}'),
			),
	},
	{
		what: "DoMetaQuery, sorted, with aggregations",
		send: ({ oss }) =>
			oss.post(
				"/big?metaQuery&comp=query",
				query(
					'{"Field":"Size","Value":"0","Operation":"gt"}',
					"<Sort>Filename</Sort><Order>desc</Order>",
				),
			),
	},
	{
		what: "DoMetaQuery with a group for each file",
		send: ({ oss }) =>
			oss.post(
				"/big?metaQuery&comp=query",
				query(
					'{"Field":"Size","Value":"0","Operation":"gt"}',
					"<Aggregations><Aggregation><Field>Filename</Field><Operation>group</Operation></Aggregation><Aggregation><Field>Size</Field><Operation>sum</Operation></Aggregation></Aggregations>",
				),
			),
	},
	{
		what: "lists of the admin API: objects, statistics, overview",
		send: async (emulator) => {
			for (const path of ["buckets", "buckets/big", "buckets/big/stat"])
				await api(emulator, "GET", path);
			await api(emulator, "GET", "buckets/big/objects?limit=1000");
			await api(emulator, "GET", "buckets/big/objects?limit=1000&delimiter=/");
		},
	},
	{
		what: "an export of a bucket of 100,000 objects: its listings",
		send: async ({ oss }) => {
			let marker = "";
			for (;;) {
				const { text } = await oss.get(
					`/export?max-keys=1000&marker=${encodeURIComponent(marker)}`,
				);
				const [, next] = /<NextMarker>([^<]*)</.exec(text) ?? [];
				if (next === undefined) return;
				marker = next;
			}
		},
	},
	{
		what: "the lists of 10,000 callbacks",
		prepare: async ({ oss }) => {
			const callback = Buffer.from(
				'{"callbackUrl":"http://127.0.0.1:9/","callbackBody":"a=1"}',
			).toString("base64");
			for (let first = 0; first < 10_000; first += 50)
				await Promise.all(
					Array.from({ length: 50 }, (_, i) =>
						oss.put(`/small/c${first + i}`, "x", {
							"x-oss-callback": callback,
						}),
					),
				);
		},
		send: async (emulator) => {
			await api(emulator, "GET", "callbacks");
			await api(emulator, "GET", "callbacks?limit=1000");
			await api(emulator, "GET", "callbacks?key=none&limit=1000");
			await api(emulator, "GET", "requests?limit=1000");
			await api(emulator, "GET", "requests?key=none");
			await api(emulator, "DELETE", "callbacks");
		},
	},
	{
		what: "a lifecycle run that deletes nothing",
		prepare: ({ oss }) => oss.put("/big?lifecycle", LIFECYCLE),
		send: (emulator) =>
			api(emulator, "POST", "lifecycle/run", { bucket: "big" }),
	},
	{
		what: "100 uploads to a bucket with a capacity",
		prepare: ({ oss }) =>
			oss.put(
				"/big?qos",
				"<BucketUserQos><StorageCapacity>1000</StorageCapacity></BucketUserQos>",
			),
		send: async ({ oss }) => {
			for (let i = 0; i < 100; i++) await oss.put(`/big/new${i}`, "x");
		},
	},
	{
		what: "a snapshot",
		isRequested: true,
		send: (emulator) => api(emulator, "PUT", "snapshots/one"),
	},
	{
		what: "a lifecycle run that deletes everything, with a snapshot",
		send: async (emulator) => {
			await api(emulator, "PUT", "clock", { now: "2099-01-01T00:00:00Z" });
			await api(emulator, "POST", "lifecycle/run", { bucket: "big" });
		},
	},
	{
		what: "the snapshot restored",
		isRequested: true,
		send: (emulator) => api(emulator, "POST", "snapshots/one/restore"),
	},
	{
		what: "a reset of one account, with a snapshot",
		isRequested: true,
		prepare: async (emulator) => {
			const { text } = await api(emulator, "POST", "accounts", {});
			const { accessKeyId: id, accessKeySecret: secret } = JSON.parse(text);
			await emulator.oss.send("PUT", "/others", { as: { id, secret } });
		},
		send: (emulator) =>
			api(emulator, "POST", "reset", { account: "1000000000000001" }),
	},
	{
		what: "a seed of 10,000 objects",
		isRequested: true,
		send: (emulator) =>
			api(emulator, "PUT", "seed", {
				buckets: [
					{
						name: "seeded",
						objects: Array.from({ length: 10_000 }, (_, i) => ({
							...{ key: `k${i}`, content: "x" },
						})),
					},
				],
			}),
	},
	{
		what: "a bucket deleted with all its objects, by the admin API",
		isRequested: true,
		prepare: (emulator) => api(emulator, "POST", "snapshots/one/restore"),
		send: (emulator) => api(emulator, "DELETE", "buckets/export?force=true"),
	},
	{
		what: "a reset, with a snapshot",
		isRequested: true,
		send: (emulator) => api(emulator, "POST", "reset"),
	},
	{
		what: "the snapshot deleted, after all its rows have changed",
		isRequested: true,
		send: (emulator) => api(emulator, "DELETE", "snapshots/one"),
	},
];

export const bigRows: readonly StallRow[] = rows.map((row) => ({
	...row,
	isBig: true,
}));
