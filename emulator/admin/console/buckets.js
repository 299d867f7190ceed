/**
 * Buckets: their sizes; creating, emptying and deleting them.
 */

import { riskyButton } from "./actions.js";
import {
	changeForm,
	given,
	searchField,
	searchForm,
	selectField,
	textField,
} from "./forms.js";
import {
	addressOf,
	bytes,
	h,
	link,
	name,
	nothing,
	table,
	time,
} from "./page.js";
import { bucketPath, fetchJson, isGateway, put, remove } from "./server.js";

const HEADS = [
	"Bucket",
	"#Versions",
	"#Size",
	"ACL",
	"Versioning",
	"Created",
	"Actions",
];

const PAGE = 100;

export async function buckets({ search = "", from = "0" }) {
	const [{ buckets: all }, isInCloud] = await Promise.all([
		fetchJson("/api/buckets"),
		isGateway(),
	]);
	const found = all.filter((bucket) => bucket.name.includes(search));
	const start = Number(from) || 0;
	const shown = found.slice(start, start + PAGE);
	const rows = shown.map((bucket) => row(bucket, isInCloud));
	if (!isInCloud) countAll(rows);
	return {
		title: "Buckets",
		tab: "buckets",
		follows: "requests",
		nodes: [
			h("h1", {}, "Buckets"),
			isInCloud
				? h("p", {}, "They are in the cloud: use an SDK to change them.")
				: newBucket(all),
			all.length > PAGE || search
				? searchForm([searchField("Part of a name", "search", search)], (to) =>
						addressOf("buckets", to),
					)
				: "",
			shown.length > 0
				? table(
						"Buckets",
						HEADS,
						rows.map(({ cells }) => cells),
					)
				: nothing(
						search
							? "No bucket matches."
							: "There are no buckets yet. Create one here, with your SDK or with ossutil.",
					),
			h(
				"p",
				{ class: "pages" },
				start > 0 && link("buckets", { search }, "First page"),
				start + PAGE < found.length &&
					link("buckets", { search, from: String(start + PAGE) }, "Next page"),
			),
		],
	};
}

function row(bucket, isInCloud) {
	const count = h("span", {});
	const size = h("span", {});
	const cells = [
		h(
			"span",
			{ class: "long" },
			link("bucket", { name: bucket.name }, name(bucket.name)),
			h("small", {}, `${bucket.storageClass}, of ${bucket.owner}`),
		),
		count,
		size,
		h("span", { class: "nowrap" }, bucket.acl),
		bucket.versioning || "never",
		time(bucket.createdAt),
		isInCloud ? "" : actions(bucket.name),
	];
	return { bucket: bucket.name, count, size, cells };
}

/** The previous counts, which are shown until new ones arrive, because counting takes a while. */
const counted = new Map();

/** The pause before a bucket is counted again, as a multiple of the time that counting takes. */
const PAUSE_FACTOR = 20;

/** Counts one bucket after another, as long as the page is shown. */
async function countAll(rows) {
	for (const row of rows) show(row);
	await new Promise(requestAnimationFrame); // the rows are on the page then
	for (const row of rows) {
		if (!row.count.isConnected) return;
		const known = counted.get(row.bucket);
		if (known && performance.now() < known.until) continue;
		const startMs = performance.now();
		const stat = await fetchJson(`${bucketPath(row.bucket)}/stat`).catch(
			() => {},
		);
		const took = performance.now() - startMs;
		counted.set(row.bucket, {
			stat,
			until: startMs + took * (1 + PAUSE_FACTOR),
		});
		show(row);
	}
}

function show({ bucket, count, size }) {
	const { stat } = counted.get(bucket) ?? {};
	count.textContent = stat ? String(stat.objects) : "…";
	size.textContent = stat ? bytes(stat.bytes) : "…";
}

const actions = (bucket) =>
	h(
		"span",
		{ class: "actions" },
		link("documents", { name: bucket }, "Documents"),
		riskyButton(
			"Empty",
			`Delete everything in ${bucket}?`,
			() => {
				counted.delete(bucket);
				return remove(`${bucketPath(bucket)}/objects`);
			},
			({ deleted }) => `${deleted} deleted.`,
			`Empty ${bucket}`,
		),
		riskyButton(
			"Delete",
			`Delete ${bucket} and everything in it?`,
			() => remove(bucketPath(bucket), { force: "true" }),
			`${bucket} was deleted.`,
			`Delete ${bucket}`,
		),
	);

const same = (values) => values.map((value) => [value, value]);

/** An existing bucket would be changed, as at OSS. */
const newBucket = (all) =>
	changeForm(
		"New bucket",
		[
			textField("Name", "name", { required: true, placeholder: "my-bucket" }),
			selectField(
				"ACL",
				"acl",
				same(["private", "public-read", "public-read-write"]),
			),
			selectField("Versioning", "versioning", [
				["", "never"],
				...same(["Enabled", "Suspended"]),
			]),
		],
		"Create bucket",
		async ({ name: bucket, ...options }) => {
			if (all.some((existing) => existing.name === bucket))
				throw new Error(`Name: there is already a bucket ${bucket}.`);
			return put(bucketPath(bucket), given(options)).catch(({ message }) => {
				throw new Error(`Name: ${message}`);
			});
		},
		(made) => `${made.name} was created.`,
	);
