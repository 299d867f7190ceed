/** Uploads: callbacks, forms, parts, keys to delete. */
import { createHmac } from "node:crypto";
import type { Answer } from "../client.ts";
import { textsOf } from "../client.ts";
import type { Probed } from "./probed-emulator.ts";
import type { StallRow } from "./row.ts";

const PARTS = 10_000;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A signed form with these fields before its file. */
export function sendForm(
	{ oss }: Probed,
	fields: readonly (readonly [string, string])[],
): Promise<Answer> {
	const policy = base64(
		JSON.stringify({
			expiration: "2099-01-01T00:00:00Z",
			conditions: [{ bucket: "small" }],
		}),
	);
	const signature = createHmac("sha1", "secret")
		.update(policy)
		.digest("base64");
	const all = [
		["key", "form"],
		["OSSAccessKeyId", "id"],
		["policy", policy],
		["Signature", signature],
		...fields,
	] as const;
	const parts = all.map(
		([name, value]) =>
			`--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
	);
	const file =
		'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n';
	return oss.send("POST", "/small", {
		as: null,
		headers: { "content-type": "multipart/form-data; boundary=b" },
		body: parts.join("") + file,
	});
}

const callback = (body: string): string =>
	base64(
		JSON.stringify({ callbackUrl: "http://127.0.0.1:9/x", callbackBody: body }),
	);

let uploadId = "";
let completion = "";

export const uploadRows: readonly StallRow[] = [
	{
		what: "a form with a callback of 1 MB of ${",
		send: (emulator) =>
			sendForm(emulator, [["callback", callback("${".repeat(500_000))]]),
	},
	{
		what: "a form with a callback of 1 MB of ${size}",
		send: (emulator) =>
			sendForm(emulator, [["callback", callback("${size}".repeat(140_000))]]),
	},
	{
		what: "a header with a callback of 40 KB of ${x:a}",
		send: ({ oss }) =>
			oss.put("/small/c", "x", {
				"x-oss-callback": callback("${x:a}".repeat(6000)),
			}),
	},
	{
		what: "a form of 10,000 fields",
		send: (emulator) =>
			sendForm(
				emulator,
				Array.from(
					{ length: 10_000 },
					(_, i) => [`x-oss-meta-${i}`, "v"] as const,
				),
			),
	},
	{
		what: "a form of fields of 4 MB",
		send: (emulator) =>
			sendForm(emulator, [
				["x:a", "v".repeat(1_900_000)],
				["x:b", "%41+".repeat(450_000)],
			]),
	},
	{
		what: "a form whose policy has 2 MB",
		send: ({ oss }) =>
			oss.send("POST", "/small", {
				as: null,
				headers: { "content-type": "multipart/form-data; boundary=b" },
				body: `--b\r\nContent-Disposition: form-data; name="policy"\r\n\r\n${base64(JSON.stringify({ expiration: "2099-01-01T00:00:00Z", conditions: Array(60_000).fill(["starts-with", "$key", ""]) }))}\r\n--b--\r\n`,
			}),
	},
	{
		what: "CompleteMultipartUpload of 10,000 parts",
		isRequested: true,
		prepare: async ({ oss }) => {
			[uploadId = ""] = textsOf(
				await oss.post("/small/parts?uploads"),
				"UploadId",
			);
			const etags: string[] = [];
			for (let first = 1; first <= PARTS; first += 100)
				etags.push(
					...(await Promise.all(
						Array.from({ length: 100 }, async (_, i) => {
							const { headers } = await oss.put(
								`/small/parts?partNumber=${first + i}&uploadId=${uploadId}`,
								"x",
							);
							return headers.etag ?? "";
						}),
					)),
				);
			const parts = etags.map(
				(etag, i) =>
					`<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
			);
			completion = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
			await oss.get(`/small/parts?uploadId=${uploadId}`);
		},
		send: ({ oss }) =>
			oss.post(`/small/parts?uploadId=${uploadId}`, completion),
	},
	{
		what: "ListParts of 1,000 of 10,000 parts",
		prepare: async (emulator) => {
			const complete = uploadRows.find(({ what }) =>
				what.startsWith("Complete"),
			);
			await complete?.prepare?.(emulator);
		},
		send: ({ oss }) =>
			oss.get(`/small/parts?uploadId=${uploadId}&part-number-marker=9000`),
	},
	{
		what: "DeleteMultipleObjects of 1,000 keys, 10 times",
		isRequested: true,
		send: ({ oss }) =>
			Promise.all(
				Array.from({ length: 10 }, (_, j) =>
					oss.post(
						"/small?delete",
						`<Delete>${Array.from({ length: 1000 }, (_, i) => `<Object><Key>${"k".repeat(900)}${j}-${i}</Key></Object>`).join("")}</Delete>`,
					),
				),
			),
	},
];
