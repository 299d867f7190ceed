/**
 * The routes of buckets, objects and their content at a gateway: like the emulator's own routes, but read from the
 * cloud.
 */
import { findHeader, readWhole } from "../gateway/incoming.ts";
import { getObject, listBuckets, listObjects } from "./bucket-routes.ts";
import {
	type Cloud,
	listCloudObjects,
	type Page,
	send,
	toError,
	viewCloudBucket,
	viewCloudVersions,
	viewOtherCloudBuckets,
} from "./cloud-objects.ts";
import {
	dispositionOf,
	getContent,
	SAFE,
	wantsStoredBytes,
} from "./content-routes.ts";
import type { Routes } from "./context.ts";
import type { OfAccount } from "./route-schema.ts";

type OfBucket = { readonly bucket: string };

type Content = {
	readonly key: string;
	readonly versionId?: string;
	readonly download: boolean;
};

export const cloudRoutes =
	(upstream: Cloud["upstream"]): Routes =>
	(app, { emulator }) => {
		const cloud = { emulator, upstream };

		app.get<{ Querystring: OfAccount }>(
			"/api/buckets",
			{ schema: listBuckets },
			async ({ query: { account } }) => {
				const { uid } = emulator.accounts.default;
				if (account !== undefined && account !== uid) return { buckets: [] };
				const { local } = upstream.options.buckets;
				const named = local.map((name) => viewCloudBucket(cloud, name));
				const all = [...named, viewOtherCloudBuckets(cloud)];
				return { buckets: (await Promise.all(all)).flat() };
			},
		);

		app.get<{ Params: OfBucket; Querystring: Page }>(
			"/api/buckets/:bucket/objects",
			{ schema: listObjects },
			({ params, query }) => listCloudObjects(cloud, params.bucket, query),
		);

		app.get<{ Params: OfBucket; Querystring: { readonly key: string } }>(
			"/api/buckets/:bucket/object",
			{ schema: getObject },
			async ({ params: { bucket }, query: { key } }) => ({
				versions: await viewCloudVersions(cloud, bucket, key),
			}),
		);

		app.get<{ Params: OfBucket; Querystring: Content }>(
			"/api/buckets/:bucket/content",
			{ schema: getContent, exposeHeadRoute: false },
			async (
				{ params, query: { key, versionId, download }, headers },
				outgoing,
			) => {
				const { range } = headers;
				const answer = await send(cloud, {
					bucket: params.bucket,
					key,
					query: versionId === undefined ? {} : { versionId },
					headers: range === undefined ? {} : { range },
				});
				if (answer.status !== 200 && answer.status !== 206)
					throw await toError(
						cloud,
						await readWhole(answer.body),
						answer.status,
					);
				const isEncoded = !wantsStoredBytes(headers);
				return outgoing
					.code(answer.status)
					.headers({ ...passedHeaders(answer.headers, isEncoded), ...SAFE })
					.header("content-disposition", dispositionOf(key, download))
					.send(answer.body);
			},
		);
	};

const PASSED = [
	"accept-ranges",
	"content-encoding",
	"content-length",
	"content-range",
	"content-type",
	"etag",
	"last-modified",
];

const passedHeaders = (
	headers: Parameters<typeof findHeader>[0],
	isEncoded: boolean,
): Record<string, string> =>
	Object.fromEntries(
		PASSED.flatMap((name) => {
			if (name === "content-encoding" && !isEncoded) return [];
			const value = findHeader(headers, name);
			return value === undefined ? [] : [[name, value] as const];
		}),
	);
