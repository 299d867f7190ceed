/** The requests that could delay others: the largest and the most expensive that the limits allow. */

import { once } from "node:events";
import { openSocket } from "../client.ts";
import type { StallRow } from "./row.ts";
import { bigRows } from "./rows-big.ts";
import { documentRows } from "./rows-documents.ts";
import { selectRows } from "./rows-select.ts";
import { uploadRows } from "./rows-uploads.ts";

const range = (count: number): readonly number[] => [...Array(count).keys()];

/** Sends requests on one connection without waiting for responses. */
async function pipeline(endpoint: string, count: number): Promise<void> {
	const socket = await openSocket(endpoint);
	const head = "GET /small HTTP/1.1\r\n";
	const last = "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
	socket.write(`${head}\r\n`.repeat(count) + last);
	socket.resume();
	await once(socket, "close");
}

const headRows: readonly StallRow[] = [
	{
		what: "2,400 requests sent together on one connection",
		send: ({ endpoint }) => pipeline(endpoint, 2400),
	},
	{
		what: "64 KB of headers, 20 times",
		send: async ({ oss }) => {
			const headers = Object.fromEntries(
				range(400).map((i) => [`x-oss-meta-${i}`, "v".repeat(140)]),
			);
			await Promise.all(range(20).map(() => oss.get("/small/k", { headers })));
		},
	},
	{
		what: "a Cookie of 60 KB",
		send: ({ oss }) =>
			oss.get("/small/k", { headers: { cookie: "a=1; ".repeat(12_000) } }),
	},
	{
		what: "a signed URL with 10,000 parameters",
		send: ({ oss }) =>
			oss.get(
				`/small/k?${range(10_000)
					.map((i) => `p${i}`)
					.join("&")}`,
			),
	},
	{
		what: "a refused signature over 10,000 parameters",
		send: ({ oss }) =>
			oss.get(
				`/small/k?${range(10_000)
					.map((i) => `p${i}`)
					.join("&")}`,
				{
					as: { id: "id", secret: "wrong" },
				},
			),
	},
	{
		what: "a refused signature, V1 in the URL, of 60 KB",
		send: ({ oss }) =>
			oss.get(
				`/small/k?OSSAccessKeyId=id&Expires=9999999999&Signature=x&${"a%2B+&".repeat(9000)}`,
				{ as: null },
			),
	},
];

const wildcardRows: readonly StallRow[] = [
	{
		what: "a policy of 16 KB of wildcards, 50 reads",
		prepare: async ({ oss }) => {
			const resource = `acs:oss:*:*:small/${"*a".repeat(60)}`;
			const statement = {
				...{ Effect: "Deny", Principal: ["*"], Action: ["oss:*"] },
				Resource: range(100).map((i) => `${resource}${i}`),
			};
			await oss.put(
				"/small?policy",
				JSON.stringify({ Version: "1", Statement: [statement] }),
			);
		},
		send: ({ oss }) =>
			Promise.all(range(50).map(() => oss.get(`/small/${"a".repeat(900)}`))),
		undo: ({ oss }) => oss.delete("/small?policy"),
	},
	{
		what: "referers of 20 KB of wildcards, 50 reads",
		prepare: ({ oss }) =>
			oss.put(
				"/small?referer",
				`<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer><RefererList>${range(
					90,
				)
					.map((i) => `<Referer>http://${"*a".repeat(80)}${i}</Referer>`)
					.join("")}</RefererList></RefererConfiguration>`,
			),
		send: ({ oss }) =>
			Promise.all(
				range(50).map(() =>
					oss.get("/small/k", { headers: { referer: "a".repeat(30_000) } }),
				),
			),
		undo: ({ oss }) =>
			oss.put(
				"/small?referer",
				"<RefererConfiguration><AllowEmptyReferer>true</AllowEmptyReferer><RefererList/></RefererConfiguration>",
			),
	},
	{
		what: "CORS rules of 16 KB, 20 preflights with 200 headers",
		prepare: ({ oss }) =>
			oss.put(
				"/small?cors",
				`<CORSConfiguration>${range(10)
					.map(
						(i) =>
							`<CORSRule><AllowedOrigin>http://${"a".repeat(500)}*${i}</AllowedOrigin><AllowedMethod>GET</AllowedMethod>${range(
								9,
							)
								.map(
									(j) =>
										`<AllowedHeader>*${"b".repeat(60)}${j}</AllowedHeader>`,
								)
								.join("")}</CORSRule>`,
					)
					.join("")}</CORSConfiguration>`,
			),
		send: ({ oss }) =>
			Promise.all(
				range(20).map(() =>
					oss.send("OPTIONS", "/small/k", {
						as: null,
						headers: {
							origin: `http://${"a".repeat(20_000)}`,
							"access-control-request-method": "GET",
							"access-control-request-headers": range(200)
								.map((i) => `${"b".repeat(150)}${i}`)
								.join(","),
						},
					}),
				),
			),
	},
];

const imageRows: readonly StallRow[] = [
	{
		what: "20 blurs of 64 megapixels, while another image is requested",
		prepare: async ({ oss }) => {
			const { default: sharp } = await import("sharp");
			const of = (side: number): Promise<Buffer> =>
				sharp({
					create: {
						width: side,
						height: side,
						channels: 3,
						background: "#123",
					},
				})
					.png()
					.toBuffer();
			await oss.put("/small/large.png", await of(8000));
			await oss.put("/small/icon.png", await of(16));
			await oss.get("/small/icon.png?x-oss-process=image/resize,w_8");
		},
		send: async ({ oss }) => {
			const images = [
				...range(20).map(() => "large.png?x-oss-process=image/blur,r_50,s_50"),
				"icon.png?x-oss-process=image/resize,w_8",
			];
			const answers = images.map((image) => oss.get(`/small/${image}`));
			for (const { status, text } of await Promise.all(answers))
				if (status !== 200) throw new Error(text);
		},
	},
];

export const rows: readonly StallRow[] = [
	{
		what: "only a read (baseline)",
		send: ({ oss }) => oss.get("/small/k"),
	},
	...headRows,
	...wildcardRows,
	...uploadRows,
	...documentRows,
	...selectRows,
	...imageRows,
	...bigRows,
];
