/**
 * Access points through which a function would process objects. They are stored; nothing is processed.
 *
 * Source: docs «CreateAccessPointForObjectProcess» and its companions; go2's suite.
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { wholeSeconds } from "../../oss/times.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { requireDocumentCapacity } from "../configurations/documents-max.ts";
import { requireHeader } from "../configurations/parameters.ts";
import { element, one, or, word } from "../configurations/shape.ts";
import { aliasOf, requireName } from "./access-points.ts";
import { PROCESS, PUBLIC_BLOCK } from "./object-process-shape.ts";

const NAME = "accessPointForObjectProcess";
const HEADER = "x-oss-access-point-for-object-process-name";

const CREATION = element({
	AccessPointName: one(word),
	AllowAnonymousAccessForObjectProcess: or(word, "false"),
	ObjectProcessConfiguration: one(PROCESS),
});

const CHANGE = element({
	AllowAnonymousAccessForObjectProcess: or(word, "false"),
	ObjectProcessConfiguration: one(PROCESS),
	PublicAccessBlockConfiguration: or(PUBLIC_BLOCK, {
		BlockPublicAccess: false,
	}),
});

type Point = ReturnType<typeof CREATION> &
	ReturnType<typeof CHANGE> & {
		readonly name: string;
		readonly alias: string;
		readonly createdSeconds: number;
	};

export async function createObjectProcessPoint(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { bucket, receivedAt } = request;
	const name = requireName(HEADER, requireHeader(request, HEADER));
	const body = await readXmlBody(
		request,
		"CreateAccessPointForObjectProcessConfiguration",
	);
	const point: Point = {
		...CREATION(body),
		PublicAccessBlockConfiguration: { BlockPublicAccess: false },
		name,
		alias: aliasOf(bucket, name, "opapalias"),
		createdSeconds: wholeSeconds(receivedAt),
	};
	await requireDocumentCapacity(emulator, bucket, NAME, name);
	await emulator.store.configurations.change(bucket, NAME, name, (present) => {
		if (present !== undefined) throw invalidArgument(HEADER, name);
		return JSON.stringify(point);
	});
	return xml(
		writeXml("CreateAccessPointForObjectProcessResult", {
			AccessPointForObjectProcessArn: arnOf(emulator, request, name),
			AccessPointForObjectProcessAlias: point.alias,
		}),
	);
}

const arnOf = (
	{ region }: Emulator,
	{ caller }: OssRequest,
	name: string,
): string =>
	`acs:oss:${region}:${caller.uid}:accesspointforobjectprocess/${name}`;

export async function getObjectProcessPoint(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const point = await requirePoint(emulator, request);
	const host = (suffix: string): string =>
		`${point.name}-${request.caller.uid}.oss-${emulator.region}${suffix}.oss-object-process.aliyuncs.com`;
	return xml(
		writeXml("GetAccessPointForObjectProcessResult", {
			AccessPointNameForObjectProcess: point.name,
			AccessPointForObjectProcessAlias: point.alias,
			AccessPointName: point.AccessPointName,
			AccountId: request.caller.uid,
			AccessPointForObjectProcessArn: arnOf(emulator, request, point.name),
			CreationDate: point.createdSeconds,
			Status: "enable",
			Endpoints: {
				PublicEndpoint: host(""),
				InternalEndpoint: host("-internal"),
			},
			AllowAnonymousAccessForObjectProcess:
				point.AllowAnonymousAccessForObjectProcess,
			PublicAccessBlockConfiguration: point.PublicAccessBlockConfiguration,
		}),
	);
}

/** @throws OssError NoSuchAccessPointForObjectProcess */
async function requirePoint(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Point> {
	const name = requireHeader(request, HEADER);
	return parse(await store.configurations.find(request.bucket, NAME, name));
}

function parse(stored: string | undefined): Point {
	if (stored === undefined)
		throw new OssError("NoSuchAccessPointForObjectProcess");
	return JSON.parse(stored);
}

export async function listObjectProcessPoints(
	{ store }: Emulator,
	{ caller }: OssRequest,
): Promise<Reply> {
	const points: XmlElement[] = [];
	for (const { name: bucket } of await store.buckets.list(caller.uid, "", "")) {
		for (const stored of await store.configurations.list(bucket, NAME)) {
			const point = parse(stored.document);
			points.push({
				AccessPointNameForObjectProcess: point.name,
				AccessPointForObjectProcessAlias: point.alias,
				AccessPointName: point.AccessPointName,
				Status: "enable",
				AllowAnonymousAccessForObjectProcess:
					point.AllowAnonymousAccessForObjectProcess,
			});
		}
	}
	return xml(
		writeXml("ListAccessPointsForObjectProcessResult", {
			IsTruncated: false,
			NextContinuationToken: "",
			AccountId: caller.uid,
			AccessPointsForObjectProcess: { AccessPointForObjectProcess: points },
		}),
	);
}

export async function deleteObjectProcessPoint(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { name: id } = await requirePoint(emulator, request);
	for (const name of [NAME, OBJECT_PROCESS_POLICY.name])
		await emulator.store.configurations.remove(request.bucket, name, id);
	return empty(204);
}

export async function putObjectProcessConfig(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const name = requireHeader(request, HEADER);
	const body = await readXmlBody(
		request,
		"PutAccessPointConfigForObjectProcessConfiguration",
	);
	const change = CHANGE(body);
	await store.configurations.change(request.bucket, NAME, name, (stored) =>
		JSON.stringify({ ...parse(stored), ...change }),
	);
	return empty(200);
}

export async function getObjectProcessConfig(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const point = await requirePoint(emulator, request);
	return xml(
		writeXml("GetAccessPointConfigForObjectProcessResult", {
			AllowAnonymousAccessForObjectProcess:
				point.AllowAnonymousAccessForObjectProcess,
			ObjectProcessConfiguration: point.ObjectProcessConfiguration,
			PublicAccessBlockConfiguration: point.PublicAccessBlockConfiguration,
		}),
	);
}

export const OBJECT_PROCESS_POLICY = {
	name: "accessPointPolicyForObjectProcess",
	absent: "NoSuchAccessPointPolicy",
	idOf: async (emulator: Emulator, request: OssRequest): Promise<string> =>
		(await requirePoint(emulator, request)).name,
} as const;
