/**
 * One object: its properties, its versions, and a preview of its content.
 */
import { breadcrumbs } from "./buckets.js";
import {
	badge,
	bytes,
	code,
	copyButton,
	facts,
	h,
	name,
	table,
	time,
} from "./page.js";
import { ask, bucketPath, contentUrl, send } from "./server.js";

const TEXT_BYTES_SHOWN = 64 * 1024;

export async function object({ bucket = "", key = "" }) {
	const { versions } = await ask(`${bucketPath(bucket)}/object`, { key });
	const [latest] = versions;
	const folder = key.slice(0, key.replace(/\/$/, "").lastIndexOf("/") + 1);
	return {
		title: key,
		tab: "buckets",
		follows: "requests",
		nodes: [
			breadcrumbs(bucket, folder, key),
			h("h1", {}, name(key.slice(folder.length))),
			actions(latest),
			latest.type === "DeleteMarker"
				? h("p", {}, "Deleted: a delete marker is its latest version.")
				: known(latest),
			versions.length > 1 ? allVersions(versions) : undefined,
			...(await content(latest)),
		].filter(Boolean),
	};
}

const actions = ({ bucket, key, type }) =>
	h(
		"p",
		{ class: "actions" },
		type === "DeleteMarker" ? [] : contentLinks(bucket, key),
		copyButton("Copy key", key),
	);

const contentLinks = (bucket, key, versionId) => [
	h(
		"a",
		{
			href: contentUrl(bucket, { key, versionId }),
			target: "_blank",
			rel: "noopener",
		},
		"Open",
	),
	h(
		"a",
		{ href: contentUrl(bucket, { key, versionId, download: "true" }) },
		"Download",
	),
];

const named = (prefix, map) =>
	Object.entries(map).map(([term, value]) => [prefix + term, name(value)]);

const known = (object) =>
	facts([
		["Key", name(object.key)],
		[
			"Size",
			`${bytes(object.size)}${object.size < 1024 ? "" : ` (${object.size} B)`}`,
		],
		["Content-Type", name(object.contentType)],
		["Type", object.type],
		["ETag", object.etag],
		["CRC-64", object.crc64],
		["Content-MD5", object.contentMd5],
		["Modified", time(object.modifiedAt)],
		["ACL", object.acl],
		["Storage class", object.storageClass],
		["Version", object.versionId === "null" ? "" : name(object.versionId)],
		[
			"Links to",
			object.symlinkTarget === null ? "" : name(object.symlinkTarget),
		],
		...named("", object.headers),
		...named("x-oss-meta-", object.userMetadata),
		...named("Tag ", object.tags),
		...named("", object.encryption),
	]);

const allVersions = (versions) =>
	h(
		"section",
		{},
		h("h2", {}, "Versions"),
		table(
			"Versions",
			["Version", "", "#Size", "ETag", "Modified", ""],
			versions.map(
				({
					bucket,
					key,
					versionId,
					isLatest,
					type,
					size,
					etag,
					modifiedAt,
				}) => [
					h("code", {}, name(versionId)),
					isLatest ? badge("good", "latest") : "",
					type === "DeleteMarker" ? "delete marker" : bytes(size),
					etag,
					time(modifiedAt),
					type === "DeleteMarker"
						? ""
						: h(
								"span",
								{ class: "actions" },
								contentLinks(bucket, key, versionId),
							),
				],
			),
		),
	);

async function content({ bucket, key, type, contentType, size }) {
	if (type === "DeleteMarker" || size === 0) return [];
	const url = contentUrl(bucket, { key });
	const heading = h("h2", {}, "Content");
	if (/^image\/(png|jpeg|gif|webp|bmp|svg\+xml|avif)\b/.test(contentType)) {
		return [
			heading,
			h("img", { class: "preview", src: url, alt: `The image ${key}` }),
		];
	}
	if (
		!/^(text\/|application\/(json|xml|javascript|x-www-form-urlencoded)\b)/.test(
			contentType,
		)
	)
		return [];
	const answer = await send(
		`${bucketPath(bucket)}/content`,
		{ key },
		{
			headers: { Range: `bytes=0-${Math.min(size, TEXT_BYTES_SHOWN) - 1}` },
		},
	);
	const more =
		size > TEXT_BYTES_SHOWN
			? h("p", {}, `Only the first ${bytes(TEXT_BYTES_SHOWN)} are shown.`)
			: "";
	return [heading, code(await answer.text()), more];
}
