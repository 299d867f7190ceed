/**
 * One object: its properties, its versions, and a preview of its content.
 */
import { breadcrumbs } from "./bucket.js";
import { statusBadge } from "./callbacks.js";
import { selectField, textField } from "./forms.js";
import {
	act,
	addressOf,
	badge,
	bytes,
	code,
	copyButton,
	duration,
	facts,
	h,
	link,
	name,
	nothing,
	riskyButton,
	table,
	time,
} from "./page.js";
import { requestBadge } from "./requests.js";
import { ask, bucketPath, contentUrl, post, remove, send } from "./server.js";

/** How many callbacks and requests are shown. */
const LISTED = "20";

const TEXT_BYTES_SHOWN = 64 * 1024;

export async function object({ bucket = "", key = "" }) {
	const [{ versions }, { callbacks }, { requests }] = await Promise.all([
		ask(`${bucketPath(bucket)}/object`, { key }),
		ask("/api/callbacks", { bucket, key, limit: LISTED, summary: "true" }),
		ask("/api/requests", { bucket, key, limit: LISTED }),
	]);
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
			versions.length > 1 || latest.versionId !== "null"
				? allVersions(versions)
				: undefined,
			presign(bucket, key),
			...(await content(latest)),
			...history(callbacks, requests),
		].filter(Boolean),
	};
}

const actions = ({ bucket, key, type }) =>
	h(
		"p",
		{ class: "actions" },
		type === "DeleteMarker" ? [] : contentLinks(bucket, key),
		copyButton("Copy key", key),
		type === "DeleteMarker"
			? ""
			: riskyButton(
					"Delete",
					"Delete this object?",
					async () => {
						await remove(`${bucketPath(bucket)}/object`, { key });
						await leaveIfGone(bucket, key);
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

const allVersions = (versions) =>
	h(
		"section",
		{},
		h("h2", {}, "Versions"),
		table(
			"Versions",
			["Version", "State", "#Size", "ETag", "Modified", "Actions"],
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
					h(
						"span",
						{ class: "actions" },
						type === "DeleteMarker" ? [] : contentLinks(bucket, key, versionId),
						deleteVersion(bucket, key, versionId),
					),
				],
			),
		),
	);

const deleteVersion = (bucket, key, versionId) =>
	riskyButton(
		"Delete",
		"Delete this version for good?",
		async () => {
			await remove(`${bucketPath(bucket)}/object`, { key, versionId });
			await leaveIfGone(bucket, key);
		},
		"The version was deleted.",
		`Delete version ${versionId}`,
	);

/** Without any version there is no page of the object any more. */
async function leaveIfGone(bucket, key) {
	const { objects } = await ask(`${bucketPath(bucket)}/objects`, {
		...{ prefix: key, limit: "1" },
	});
	if (objects[0]?.key === key) return;
	const { versioning } = await bucketNamed(bucket);
	if (versioning) return;
	location.hash = addressOf("bucket", { name: bucket });
}

async function bucketNamed(bucket) {
	const { buckets } = await ask("/api/buckets");
	return buckets.find(({ name: one }) => one === bucket) ?? {};
}

function presign(bucket, key) {
	const result = h("div", { role: "status" });
	const submit = async (event) => {
		event.preventDefault();
		const { method, seconds } = event.target.elements;
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
		h(
			"form",
			{
				class: "fields",
				"aria-label": "Presigned URL",
				onsubmit: (event) => act(() => submit(event), "Signed.", false),
			},
			selectField(
				"Method",
				"method",
				methods.map((one) => [one, one]),
			),
			textField("Seconds", "seconds", {
				...{ type: "number", min: "1", max: "604800", value: "3600" },
			}),
			h("button", { type: "submit" }, "Sign"),
		),
		result,
	);
}

const history = (callbacks, requests) => [
	h("h2", {}, "Callbacks"),
	callbacks.length === 0
		? nothing("No callback of this object is on record.")
		: table(
				"Callbacks",
				["Status", "Upload", "Why", "#Took", "Sent"],
				callbacks.map((one) => [
					statusBadge(one.status),
					link("callback", { id: one.id }, one.operation),
					one.why,
					duration(one.durationMs),
					time(one.startedAt),
				]),
			),
	h("h2", {}, "Requests"),
	requests.length === 0
		? nothing("No request for this object is on record.")
		: table(
				"Requests",
				["Status", "Operation", "#Took", "Received"],
				requests.map((one) => [
					requestBadge(one.status),
					link("request", { id: one.id }, one.operation || "unknown"),
					duration(one.durationMs),
					time(one.receivedAt),
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
