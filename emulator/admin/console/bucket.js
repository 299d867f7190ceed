/**
 * A bucket as folders show it: search by prefix, upload, page through it.
 */
import { searchField, searchForm } from "./forms.js";
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
import { ask, bucketPath } from "./server.js";
import { uploadForm } from "./upload.js";

const PAGE = "200";

export async function bucket({
	name: bucketName = "",
	prefix = "",
	marker = "",
}) {
	const page = await ask(`${bucketPath(bucketName)}/objects`, {
		...{ prefix, marker, delimiter: "/", limit: PAGE },
	});
	const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
	const rows = [...page.prefixes.map(folderRow), ...page.objects.map(objectRow)]
		.toSorted((a, b) => (a.key < b.key ? -1 : 1))
		.map(({ cells }) => cells);
	return {
		title: bucketName,
		tab: "buckets",
		follows: "requests",
		nodes: [
			breadcrumbs(bucketName, folder),
			h("h1", {}, name(folder.split("/").at(-2) ?? bucketName)),
			h(
				"div",
				{ class: "filters" },
				searchForm([searchField("Prefix", "prefix", prefix)], (values) =>
					addressOf("bucket", { name: bucketName, prefix: values.prefix }),
				),
				link("documents", { name: bucketName }, "Documents"),
			),
			uploadForm(bucketName, folder),
			rows.length === 0
				? nothing(prefix || marker ? "Nothing here." : "This bucket is empty.")
				: table(
						"Objects",
						["Name", "#Size", "Type", "Storage class", "Modified"],
						rows,
					),
			pages(bucketName, prefix, marker, page),
		],
	};

	function folderRow(key) {
		const shown = name(key.slice(folder.length));
		const to = link("bucket", { name: bucketName, prefix: key }, shown);
		return { key, cells: [h("span", { class: "folder" }, to), "", "", "", ""] };
	}

	function objectRow({ key, size, contentType, storageClass, modifiedAt }) {
		const shown = name(key.slice(folder.length) || key);
		const to = link("object", { bucket: bucketName, key }, shown);
		return {
			key,
			cells: [
				to,
				bytes(size),
				name(contentType),
				storageClass,
				time(modifiedAt),
			],
		};
	}
}

/** Buckets / photos / a / b: each leads there. */
export function breadcrumbs(bucketName, prefix, last) {
	const folders = prefix.split("/").slice(0, -1);
	const links = folders.map((folder, index) => {
		const to = `${folders.slice(0, index + 1).join("/")}/`;
		return link(
			"bucket",
			{ name: bucketName, prefix: to },
			name(folder || "/"),
		);
	});
	const all = [
		link("buckets", {}, "Buckets"),
		link("bucket", { name: bucketName }, name(bucketName)),
		...links,
	];
	const shown = last === undefined ? all.slice(0, -1) : all;
	return h(
		"nav",
		{ class: "breadcrumbs", "aria-label": "Where this is" },
		h(
			"ol",
			{},
			shown.map((one) => h("li", {}, one)),
		),
	);
}

function pages(bucketName, prefix, marker, { isTruncated, nextMarker }) {
	const query = { name: bucketName, prefix };
	const first =
		marker && h("a", { href: addressOf("bucket", query) }, "First page");
	const next =
		isTruncated &&
		h(
			"a",
			{ href: addressOf("bucket", { ...query, marker: nextMarker }) },
			"Next page",
		);
	return h("p", { class: "pages" }, [first, next].filter(Boolean));
}
