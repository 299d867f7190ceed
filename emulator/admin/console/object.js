/**
 * One object: its properties, its versions, and a preview of its content.
 */

import { act, copyButton, riskyButton } from "./actions.js";
import { breadcrumbs, stateOf } from "./bucket.js";
import { statusBadge } from "./callbacks.js";
import { formOf, selectField, textField } from "./forms.js";
import {
	addressOf,
	bytes,
	code,
	duration,
	facts,
	h,
	link,
	name,
	nothing,
	oneLine,
	table,
	time,
} from "./page.js";
import { requestBadge } from "./requests.js";
import {
	bucketPath,
	contentUrl,
	fetchJson,
	isGateway,
	post,
	remove,
	send,
} from "./server.js";

/** Maximum number of callbacks and requests shown. */
const LISTED = "20";

/** Maximum number of versions shown; the bucket's list of versions contains all of them. */
const VERSIONS_SHOWN = 100;

const TEXT_BYTES_SHOWN = 64 * 1024;

export async function object({ bucket = "", key = "" }) {
	const [isInCloud, { versions }, { callbacks }, { requests }] =
		await Promise.all([
			isGateway(),
			findVersions(bucket, key),
			fetchJson("/api/callbacks", {
				bucket,
				key,
				limit: LISTED,
				summary: "true",
			}),
			fetchJson("/api/requests", { bucket, key, limit: LISTED }),
		]);
	const [latest] = versions;
	const folder = folderOf(key);
	return {
		title: key,
		tab: "buckets",
		follows: "requests",
		nodes: [
			breadcrumbs(bucket, folder, key),
			h("h1", {}, name(key.slice(folder.length))),
			actions(latest, isInCloud),
			latest.type === "DeleteMarker"
				? h("p", {}, "Deleted: a delete marker is its latest version.")
				: known(latest),
			(versions.length > 1 || latest.versionId !== "null") &&
				allVersions(versions, isInCloud),
			!isInCloud && presign(bucket, key),
			...(await content(latest)),
			...history(callbacks, requests),
		].filter(Boolean),
	};
}

/** Up to one version more than is shown; behind a gateway, all versions that the cloud returns. */
async function findVersions(bucket, key) {
	const path = bucketPath(bucket);
	if (await isGateway()) return fetchJson(`${path}/object`, { key });
	const query = { prefix: key, limit: String(VERSIONS_SHOWN + 1) };
	const { versions: found } = await fetchJson(`${path}/versions`, query);
	// Of the keys that begin with it, the key itself comes first.
	const versions = found.filter((version) => version.key === key);
	if (versions.length > 0) return { versions };
	throw new Error("This object does not exist, or no longer exists.");
}

const folderOf = (key) =>
	key.slice(0, key.replace(/\/$/, "").lastIndexOf("/") + 1);

const actions = ({ bucket, key, type }, isInCloud) =>
	h(
		"p",
		{ class: "actions" },
		type === "DeleteMarker" ? [] : contentLinks(bucket, key),
		copyButton("Copy key", key),
		type === "DeleteMarker" || isInCloud
			? ""
			: riskyButton(
					"Delete",
					"Delete this object?",
					async () => {
						await remove(`${bucketPath(bucket)}/object`, { key });
						await leaveIfDeleted(bucket, key);
					},
					"Deleted.",
				),
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

const allVersions = (versions, isInCloud) =>
	h(
		"section",
		{},
		h("h2", {}, "Versions"),
		table(
			"Versions",
			["Version", "State", "#Size", "ETag", "Modified", "Actions"],
			versions
				.slice(0, VERSIONS_SHOWN)
				.map(
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
						stateOf({ isLatest, type }),
						type === "DeleteMarker" ? "" : bytes(size),
						h("code", {}, oneLine(etag)),
						time(modifiedAt),
						h(
							"span",
							{ class: "actions" },
							type === "DeleteMarker"
								? []
								: contentLinks(bucket, key, versionId),
							!isInCloud && deleteVersion(bucket, key, versionId),
						),
					],
				),
		),
		versions.length > VERSIONS_SHOWN &&
			h(
				"p",
				{ class: "pages" },
				link(
					"bucket",
					{
						...{ name: versions[0].bucket, prefix: versions[0].key },
						versions: "all",
					},
					"All versions",
				),
			),
	);

const deleteVersion = (bucket, key, versionId) =>
	riskyButton(
		"Delete",
		"Delete this version permanently?",
		async () => {
			await remove(`${bucketPath(bucket)}/object`, { key, versionId });
			await leaveIfDeleted(bucket, key);
		},
		"The version was deleted.",
		`Delete version ${versionId}`,
	);

/** An object without versions has no page. */
async function leaveIfDeleted(bucket, key) {
	const { versions } = await fetchJson(`${bucketPath(bucket)}/versions`, {
		...{ prefix: key, limit: "1" },
	});
	if (versions[0]?.key === key) return;
	location.hash = addressOf("bucket", { name: bucket, prefix: folderOf(key) });
}

function presign(bucket, key) {
	const result = h("div", { role: "status" });
	const sign = async ({ elements: { method, seconds } }) => {
		const { url } = await post("/api/presign", {
			...{ bucket, key, method: method.value, seconds: Number(seconds.value) },
		});
		result.replaceChildren(code(url), copyButton("Copy URL", url));
	};
	const methods = ["GET", "PUT", "HEAD", "DELETE"];
	return h(
		"section",
		{},
		h("h2", {}, "Presigned URL"),
		formOf(
			"Presigned URL",
			[
				selectField(
					"Method",
					"method",
					methods.map((method) => [method, method]),
				),
				textField("Seconds", "seconds", {
					...{ type: "number", min: "1", max: "604800", value: "3600" },
					required: true,
				}),
				h("button", { type: "submit" }, "Sign"),
			],
			(form, fail) =>
				act(() => sign(form), "Signed.", { redraws: false, fail }),
		),
		result,
	);
}

const history = (callbacks, requests) => [
	h("h2", {}, "Callbacks"),
	callbacks.length === 0
		? nothing("No callbacks are recorded for this object.")
		: table(
				"Callbacks",
				["Status", "Upload", "Why", "#Took", "Sent"],
				callbacks.map((callback) => [
					statusBadge(callback.status),
					link("callback", { id: callback.id }, callback.operation),
					callback.why,
					duration(callback.durationMs),
					time(callback.startedAt),
				]),
			),
	h("h2", {}, "Requests"),
	requests.length === 0
		? nothing("No requests are recorded for this object.")
		: table(
				"Requests",
				["Status", "Operation", "#Took", "Received"],
				requests.map((request) => [
					requestBadge(request.status),
					link(
						"request",
						{ id: request.id },
						request.operation || request.method,
					),
					duration(request.durationMs),
					time(request.receivedAt),
				]),
			),
];

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
