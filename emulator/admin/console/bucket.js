/**
 * A bucket, folder by folder: search by prefix, upload, and paging.
 */
import { searchField, searchForm } from "./forms.js";
import {
	addressOf,
	badge,
	bytes,
	choices,
	h,
	link,
	name,
	nothing,
	oneLine,
	table,
	time,
} from "./page.js";
import { bucketPath, fetchJson, isGateway } from "./server.js";
import { uploadForm } from "./upload.js";

const PAGE = "200";

export async function bucket(query) {
	const { name: bucketName = "", prefix = "" } = query;
	const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
	const isOfVersions = query.versions === "all";
	const isInCloud = await isGateway();
	const { rows, next } = isOfVersions
		? await versionPage(query, folder)
		: await objectPage(query, folder);
	return {
		title: bucketName,
		tab: "buckets",
		follows: "requests",
		nodes: [
			breadcrumbs(bucketName, prefix),
			heading(bucketName, folder, isInCloud),
			h(
				"div",
				{ class: "filters" },
				isInCloud
					? h("p", { class: "note" }, "In the cloud: use an SDK to change it.")
					: versionChoices(query),
				prefixFilter(query),
			),
			!isInCloud && uploadForm(bucketName, folder),
			rows.length === 0
				? none(query)
				: table(
						isOfVersions ? "Versions" : "Objects",
						isOfVersions ? VERSION_HEADS : OBJECT_HEADS,
						rows,
					),
			pages(query, next),
		].filter(Boolean),
	};
}

const heading = (bucketName, folder, isInCloud) =>
	h(
		"div",
		{ class: "heading" },
		h("h1", {}, name(folder ? folder.split("/").at(-2) : bucketName)),
		!isInCloud &&
			h(
				"p",
				{ class: "actions" },
				link("documents", { name: bucketName }, "Documents"),
			),
	);

const versionChoices = ({ name: bucketName, prefix, versions }) =>
	choices(
		"Versions",
		"bucket",
		{ name: bucketName, prefix, versions },
		"versions",
		[
			["", "Current objects"],
			["all", "All versions"],
		],
	);

const prefixFilter = ({ name: bucketName, prefix, versions }) =>
	searchForm([searchField("Prefix", "prefix", prefix)], (values) =>
		addressOf("bucket", {
			...{ name: bucketName, versions },
			prefix: values.prefix,
		}),
	);

const none = ({ prefix, marker, versions }) =>
	nothing(
		prefix || marker
			? `Nothing${versions === "all" ? "" : " current"} begins with this prefix.`
			: "This bucket is empty.",
	);

const OBJECT_HEADS = ["Name", "#Size", "Type", "Storage class", "Modified"];
const VERSION_HEADS = ["Name", "Version", "State", "#Size", "Modified"];

const inOrder = (rows) =>
	rows.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));

/** A row for each folder and each object, and the query of the next page. */
async function objectPage({ name: bucketName, prefix, marker }, folder) {
	const page = await fetchJson(`${bucketPath(bucketName)}/objects`, {
		...{ prefix, marker, delimiter: "/", limit: PAGE },
	});
	const rows = page.objects.map((object) => ({
		key: object.key,
		cells: [
			objectLink(object, folder),
			bytes(object.size),
			name(object.contentType),
			object.storageClass,
			time(object.modifiedAt),
		],
	}));
	return {
		rows: inOrder([
			...page.prefixes.map((key) =>
				folderRow({ name: bucketName }, key, folder),
			),
			...rows,
		]).map(({ cells }) => cells),
		next: page.isTruncated && { marker: page.nextMarker },
	};
}

/** As `objectPage`, for versions and delete markers. */
async function versionPage(query, folder) {
	const { name: bucketName, prefix, marker, versionMarker } = query;
	const page = await fetchJson(`${bucketPath(bucketName)}/versions`, {
		...{ prefix, marker, versionMarker, delimiter: "/", limit: PAGE },
	});
	const rows = page.versions.map((version) => ({
		key: version.key,
		cells: [
			objectLink(version, folder),
			h("code", {}, oneLine(version.versionId)),
			stateOf(version),
			version.type === "DeleteMarker" ? "" : bytes(version.size),
			time(version.modifiedAt),
		],
	}));
	const viewQuery = { name: bucketName, versions: "all" };
	return {
		rows: inOrder([
			...page.prefixes.map((key) => folderRow(viewQuery, key, folder)),
			...rows,
		]).map(({ cells }) => cells),
		next: page.isTruncated && {
			...{ marker: page.nextMarker, versionMarker: page.nextVersionMarker },
		},
	};
}

/** Badges: whether it is the latest version, and whether it is a delete marker. */
export const stateOf = ({ isLatest, type }) => [
	isLatest && [badge("good", "latest"), " "],
	type === "DeleteMarker" && badge("plain", "delete marker"),
];

function folderRow(query, key, folder) {
	const to = link(
		"bucket",
		{ ...query, prefix: key },
		name(key.slice(folder.length)),
	);
	return { key, cells: [h("span", { class: "folder" }, to), "", "", "", ""] };
}

const objectLink = ({ bucket: bucketName, key }, folder) =>
	link(
		"object",
		{ bucket: bucketName, key },
		name(key.slice(folder.length) || key),
	);

/** Links: Buckets / photos / a / b. */
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
			shown.map((element) => h("li", {}, element)),
		),
	);
}

function pages({ name: bucketName, prefix, versions, marker }, next) {
	const query = { name: bucketName, prefix, versions };
	return h(
		"p",
		{ class: "pages" },
		marker && link("bucket", query, "First page"),
		next && link("bucket", { ...query, ...next }, "Next page"),
	);
}
