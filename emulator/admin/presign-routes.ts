/**
 * Creates presigned URLs, for users without an SDK at hand.
 */

import { hash } from "node:crypto";
import { EXPIRES_SECONDS_MAX } from "../auth/claim.ts";
import { ALGORITHM, UNSIGNED_PAYLOAD } from "../auth/v4.ts";
import { signV4, writeScope } from "../auth/v4-scope.ts";
import type { Emulator } from "../emulator.ts";
import { encodeKey, percentEncode } from "../oss/encoding.ts";
import { AdminError } from "./admin-error.ts";
import type { Routes } from "./context.ts";
import {
	answers,
	parameters,
	record,
	type Schema,
	uid,
} from "./route-schema.ts";

type PresignRequest = {
	readonly bucket: string;
	readonly key: string;
	readonly method: string;
	readonly seconds: number;
	readonly account?: string;
	readonly query?: Readonly<Record<string, string>>;
	readonly endpoint?: string;
};

export const presignRoutes: Routes = (app, { emulator, endpoint }) => {
	app.post<{ Body: PresignRequest }>(
		"/api/presign",
		{ schema: presign },
		async ({ body }) => ({
			url: await write(emulator, { endpoint, ...body }),
		}),
	);
};

/** Source: docs «Signature version 4», URLs. */
async function write(
	{ accounts, store, region, clock }: Emulator,
	{
		bucket,
		key,
		method,
		seconds,
		account,
		query = {},
		endpoint = "",
	}: PresignRequest,
): Promise<string> {
	const uid = account ?? (await store.buckets.find(bucket))?.owner;
	const owner =
		uid === undefined
			? accounts.default
			: accounts.list().find((candidate) => candidate.uid === uid);
	if (!owner)
		throw new AdminError(404, "NoSuchAccount", `there is no account ${uid}`);
	const date = clock
		.now()
		.toISOString()
		.replaceAll(/[-:]|\.\d+/g, "");
	const scope = { date: date.slice(0, 8), region, product: "oss" };
	const all = {
		...query,
		"x-oss-signature-version": ALGORITHM,
		"x-oss-credential": `${owner.accessKeyId}/${writeScope(scope)}`,
		"x-oss-date": date,
		"x-oss-expires": String(seconds),
	};
	const path = encodeKey(`/${bucket}/${key}`);
	const signed = Object.entries(all)
		.map((pair) => pair.map(percentEncode))
		.sort(([a = ""], [b = ""]) => (a < b ? -1 : 1))
		.map(([name, value]) => (value ? `${name}=${value}` : name))
		.join("&");
	const canonical = [method, path, signed, "", "", UNSIGNED_PAYLOAD].join("\n");
	const head = `${ALGORITHM}\n${date}\n${writeScope(scope)}\n`;
	const signature = signV4(
		owner.accessKeySecret,
		scope,
		head + hash("sha256", canonical),
	);
	return `${endpoint}${path}?${signed}&x-oss-signature=${signature}`;
}

const text: Schema = { type: "string" };

const presign = {
	operationId: "presign",
	tags: ["objects"],
	summary: "A URL signed with V4 for a limited time",
	body: parameters(
		{
			bucket: { ...text, minLength: 3, maxLength: 63 },
			key: { ...text, minLength: 1, maxLength: 1023 },
			method: {
				enum: ["GET", "HEAD", "PUT", "POST", "DELETE"],
				default: "GET",
			},
			seconds: {
				type: "integer",
				minimum: 1,
				maximum: EXPIRES_SECONDS_MAX,
				default: 3600,
			},
			account: uid(
				"uid of the account that signs; default: the bucket's owner.",
			),
			query: {
				type: "object",
				additionalProperties: text,
				description: "Further parameters: x-oss-process, response-…",
			},
			endpoint: {
				...text,
				pattern: "^https?://[^/?#]+$",
				description: "Default: the emulator's endpoint.",
			},
		},
		"bucket",
		"key",
	),
	response: answers("The URL.", record({ url: text })),
} as const;
