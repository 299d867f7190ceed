/**
 * Access points: additional names of a bucket, each with its own policy. They are stored, but cannot be used in
 * requests.
 *
 * Source: docs «CreateAccessPoint», «GetAccessPoint», «ListAccessPoints», «DeleteAccessPoint»; py1's and go2's suites.
 * The rules for names are from the first page; the error for a duplicate name is a guess (A-421).
 */
import { hash } from "node:crypto";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { wholeSeconds } from "../../oss/times.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import { PUBLIC_ACCESS_BLOCK } from "../access/public-access-block.ts";
import { readXmlBody } from "../body.ts";
import { requireDocumentCapacity } from "../configurations/documents-max.ts";
import { findDocument } from "../configurations/kind.ts";
import { requireHeader } from "../configurations/parameters.ts";
import {
	element,
	maybe,
	one,
	oneOf,
	or,
	word,
} from "../configurations/shape.ts";
import type { Operation } from "../row.ts";

const NAME = "accessPoint";
const ACCESS_POINT_NAME = "x-oss-access-point-name";

const CONFIGURATION = element({
	AccessPointName: one(word),
	NetworkOrigin: one(oneOf("internet", "vpc")),
	VpcConfiguration: maybe(element({ VpcId: or(word, "") })),
});

type AccessPoint = ReturnType<typeof CONFIGURATION> & {
	readonly Alias: string;
	readonly createdSeconds: number;
};

export async function createAccessPoint(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const body = await readXmlBody(request, "CreateAccessPointConfiguration");
	const given = CONFIGURATION(body);
	const name = requireName("AccessPointName", given.AccessPointName);
	const { bucket, receivedAt } = request;
	const point: AccessPoint = {
		...given,
		Alias: aliasOf(bucket, name, "ossalias"),
		createdSeconds: wholeSeconds(receivedAt),
	};
	await requireDocumentCapacity(emulator, bucket, NAME, name);
	await emulator.store.configurations.change(bucket, NAME, name, (present) => {
		if (present !== undefined) throw invalidArgument("AccessPointName", name);
		return JSON.stringify(point);
	});
	return xml(
		writeXml("CreateAccessPointResult", {
			AccessPointArn: arnOf(emulator, request, name),
			Alias: point.Alias,
		}),
	);
}

/** @throws OssError InvalidArgument */
export function requireName(argument: string, name: string): string {
	if (!/^[a-z][a-z\d-]{1,17}[a-z\d]$/.test(name))
		throw invalidArgument(argument, name);
	return name;
}

export const aliasOf = (bucket: string, name: string, end: string): string =>
	`${name}-${hash("md5", `${bucket}/${name}`)}-${end}`;

const arnOf = (
	{ region }: Emulator,
	{ caller }: OssRequest,
	name: string,
): string => `acs:oss:${region}:${caller.uid}:accesspoint/${name}`;

/** A request without a name is ListAccessPoints for this bucket. */
export async function getAccessPoint(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { bucket, headers, caller } = request;
	if (!headers[ACCESS_POINT_NAME]) return listAccessPoints(emulator, request);
	const point = await requireAccessPoint(emulator, request);
	const { AccessPointName: name } = point;
	const block = await findDocument(emulator, PUBLIC_ACCESS_BLOCK, bucket, name);
	const host = (suffix: string): string =>
		`${name}.oss-${emulator.region}${suffix}.oss-accesspoint.aliyuncs.com`;
	return xml(
		writeXml("GetAccessPointResult", {
			AccessPointName: name,
			Bucket: bucket,
			AccountId: caller.uid,
			NetworkOrigin: point.NetworkOrigin,
			VpcConfiguration: point.VpcConfiguration ?? { VpcId: "" },
			AccessPointArn: arnOf(emulator, request, name),
			CreationDate: point.createdSeconds,
			Alias: point.Alias,
			Status: "enable",
			Endpoints: {
				PublicEndpoint: host(""),
				InternalEndpoint: host("-internal"),
			},
			PublicAccessBlockConfiguration: block ?? { BlockPublicAccess: false },
		}),
	);
}

/** @throws OssError NoSuchAccessPoint */
async function requireAccessPoint(
	{ store }: Emulator,
	request: OssRequest,
): Promise<AccessPoint> {
	const name = requireHeader(request, ACCESS_POINT_NAME);
	const stored = await store.configurations.find(request.bucket, NAME, name);
	if (stored === undefined) throw new OssError("NoSuchAccessPoint");
	return JSON.parse(stored);
}

/** For the requested bucket, or for all buckets of the caller. */
export async function listAccessPoints(
	emulator: Emulator,
	{ bucket, query, caller }: OssRequest,
): Promise<Reply> {
	const { store } = emulator;
	const all = await store.buckets.list(caller.uid, "", "");
	const points: XmlElement[] = [];
	for (const { name } of bucket === "" ? all : [{ name: bucket }])
		points.push(...(await pointsOf(emulator, name)));
	return xml(
		writeXml("ListAccessPointsResult", {
			IsTruncated: false,
			NextContinuationToken: "",
			AccountId: caller.uid,
			MaxKeys: query.get("max-keys") || "100",
			AccessPoints: { AccessPoint: points },
		}),
	);
}

async function pointsOf(
	{ store }: Emulator,
	bucket: string,
): Promise<XmlElement[]> {
	const stored = await store.configurations.list(bucket, NAME);
	return stored.map(({ document }) => {
		const point: AccessPoint = JSON.parse(document);
		return {
			Bucket: bucket,
			AccessPointName: point.AccessPointName,
			Alias: point.Alias,
			NetworkOrigin: point.NetworkOrigin,
			VpcConfiguration: point.VpcConfiguration ?? { VpcId: "" },
			Status: "enable",
		};
	});
}

/** Also deletes its policy and its public access block. */
export async function deleteAccessPoint(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { AccessPointName: id } = await requireAccessPoint(emulator, request);
	for (const name of [NAME, ACCESS_POINT_POLICY.name, PUBLIC_ACCESS_BLOCK.name])
		await emulator.store.configurations.remove(request.bucket, name, id);
	return empty(204);
}

export const ACCESS_POINT_POLICY = {
	name: "accessPointPolicy",
	absent: "NoSuchAccessPointPolicy",
	idOf: async (emulator: Emulator, request: OssRequest): Promise<string> =>
		(await requireAccessPoint(emulator, request)).AccessPointName,
} as const;

/** Runs an operation on a bucket, or on one of its access points if the request names one. */
export const withAccessPoint =
	(run: Operation): Operation =>
	async (emulator, request, bucket) => {
		if (request.query.has(ACCESS_POINT_NAME))
			await requireAccessPoint(emulator, request);
		return run(emulator, request, bucket);
	};
