import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { startEmulator } from "../../emulator/index.ts";
import type { Row } from "../../emulator/operations/row.ts";
import { table } from "../../emulator/operations/table.ts";
import { type Answer, Client, refusal } from "../client.ts";
import { type Presigning, presignV1, presignV4 } from "../presign.ts";

const KEY = { id: "oss-emulator", secret: "oss-emulator-secret" };
const VERSIONS = [
	["V1", presignV1],
	["V4", presignV4],
] as const;

/** One emulator for all tests, and a bucket in the same state for each operation and signature. */
const running = startEmulator({ flags: ["--log-level", "error"] });
const client = running.then(({ endpoint }) => new Client(endpoint, KEY));
after(async () => {
	(await client).close();
	await (await running).close();
});

async function makeBucket(
	bucket: string,
	{ name, target }: Row,
): Promise<void> {
	if (target === "service") return;
	const oss = await client;
	await oss.put(`/${bucket}`, "");
	// GetObjectMeta by GET announces the object's length and sends no body, so the object is empty.
	const content = name === "GetObjectMetaByGet" ? "" : "meow";
	if (target === "object")
		await oss.put(encodeURI(`/${bucket}/a b/猫`), content);
}

/** The request that the table's row requires; the values are arbitrary, but the same for all callers. */
function requestOf(
	{ method, target, query, header }: Row,
	bucket: string,
): Presigning {
	const pairs = query.map((one) => one.split("="));
	return {
		method,
		resource:
			target === "service"
				? "/"
				: target === "bucket"
					? `/${bucket}/`
					: `/${bucket}/a b/猫`,
		query: Object.fromEntries(
			pairs.map(([name = "", value]) => [
				name,
				value ?? VALUES.get(name) ?? "",
			]),
		),
		...(header === "" ? {} : { headers: { [header]: `/${bucket}/cat` } }),
	};
}

const VALUES: ReadonlyMap<string, string> = new Map([
	["partNumber", "1"],
	["uploadId", "0004B9895DBBB6EC98E36"],
	["x-oss-process", "image/info"],
	["styleName", "small"],
	["inventoryId", "all"],
]);

const send = async (
	{ method, resource, headers = {} }: Presigning,
	query: string,
	ignoreBody = false,
): Promise<Answer> => {
	const path = encodeURI(resource);
	const target = query === "" ? path : `${path}?${query}`;
	const sending = { as: null, headers, ignoreBody };
	return (await client).send(method, target, sending);
};

/** Sends the request with a signature in the headers instead of the URL. */
const sendByHeader = async (
	{ method, resource, query, headers = {} }: Presigning,
	ignoreBody: boolean,
): Promise<Answer> => {
	const text = Object.entries(query).map(([name, value]) =>
		value === "" ? name : `${name}=${encodeURIComponent(value)}`,
	);
	const target = encodeURI(resource) + (text.length > 0 ? "?" : "");
	const sending = { headers, ignoreBody };
	return (await client).send(method, target + text.join("&"), sending);
};

const codeOf = (answer: Answer): string =>
	answer.status < 300
		? String(answer.status)
		: refusal(answer).split(":", 1).join();

/** Preflight requests are not signed. */
const signed = table.filter(({ method }) => method !== "OPTIONS");

suite("A signed URL", () => {
	for (const [index, row] of signed.entries())
		for (const [version, presign] of VERSIONS)
			test(`of ${version} performs ${row.name}: ${row.requestLine}`, async () => {
				const [byUrl, byHeader] = ["url", "header"].map(
					(way) => `${way}-${version.toLowerCase()}-${index}`,
				);
				assert.ok(byUrl && byHeader);
				for (const bucket of [byUrl, byHeader]) await makeBucket(bucket, row);
				const request = requestOf(row, byUrl);

				const whole = presign(KEY, request);
				const forged = whole.replace(/([Ss]ignature=)/, "$1x");
				assert.match(
					codeOf(await send(request, forged)),
					/^403 SignatureDoesNotMatch /,
				);
				const expired = { ...request, now: new Date(Date.now() - 700_000) };
				assert.match(
					refusal(await send(request, presign(KEY, expired))),
					/^403 AccessDenied 0002-00000(069|236): Request has expired\.$/,
				);
				// The response has the object's length, but no body that could be read.
				const ignoreBody = row.name === "GetObjectMetaByGet";
				assert.equal(
					codeOf(await send(request, whole, ignoreBody)),
					codeOf(await sendByHeader(requestOf(row, byHeader), ignoreBody)),
				);
			});
});
