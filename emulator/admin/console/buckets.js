/**
 * Buckets: how much each holds; make, empty and delete them.
 */
import { changeForm, given, selectField, textField } from "./forms.js";
import {
	bytes,
	h,
	link,
	name,
	nothing,
	riskyButton,
	table,
	time,
} from "./page.js";
import { ask, bucketPath, put, remove } from "./server.js";

/** The sizes of more buckets than this are not read. */
const COUNTED_MAX = 100;

const HEADS = [
	"Bucket",
	"#Versions",
	"#Size",
	"ACL",
	"Versioning",
	"Storage class",
	"Owner",
	"Created",
	"Actions",
];

const PAGE = 200;

export async function buckets({ search = "", from = "0" }) {
	const { buckets: all } = await ask("/api/buckets");
	const found = all.filter((bucket) => bucket.name.includes(search));
	const start = Number(from) || 0;
	const shown = found.slice(start, start + PAGE);
	const stats = await Promise.all(
		shown.map((bucket, index) =>
			index < COUNTED_MAX
				? ask(`${bucketPath(bucket.name)}/stat`).catch(() => undefined)
				: undefined,
		),
	);
	const next = start + PAGE < found.length;
	return {
		title: "Buckets",
		tab: "buckets",
		follows: "requests",
		nodes: [
			h("h1", {}, "Buckets"),
			newBucket(),
			shown.length === 0
				? nothing(
						"There is no bucket yet. Make one here, with your SDK or with ossutil.",
					)
				: table(
						"Buckets",
						HEADS,
						shown.map((one, i) => row(one, stats[i])),
					),
			h(
				"p",
				{ class: "pages" },
				start > 0 ? link("buckets", { search }, "First page") : "",
				next
					? link("buckets", { search, from: String(start + PAGE) }, "Next page")
					: "",
			),
		],
	};
}

const row = (bucket, stat) => [
	link("bucket", { name: bucket.name }, name(bucket.name)),
	stat ? String(stat.objects) : "",
	stat ? bytes(stat.bytes) : "",
	bucket.acl,
	bucket.versioning || "never",
	bucket.storageClass,
	bucket.owner,
	time(bucket.createdAt),
	actions(bucket.name),
];

const actions = (bucket) =>
	h(
		"span",
		{ class: "actions" },
		link("documents", { name: bucket }, "Documents"),
		riskyButton(
			"Empty",
			`Delete everything in ${bucket}?`,
			() => remove(`${bucketPath(bucket)}/objects`),
			({ deleted }) => `${deleted} deleted.`,
			`Empty ${bucket}`,
		),
		riskyButton(
			"Delete",
			`Delete ${bucket} with everything in it?`,
			() => remove(bucketPath(bucket), { force: "true" }),
			`${bucket} was deleted.`,
			`Delete ${bucket}`,
		),
	);

const same = (values) => values.map((value) => [value, value]);

const newBucket = () =>
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
		({ name: bucket, ...options }) => put(bucketPath(bucket), given(options)),
		(made) => `${made.name} was created.`,
	);
