/**
 * Retention policies: InitiateBucketWorm, CompleteBucketWorm, ExtendBucketWorm, AbortBucketWorm, GetBucketWorm.
 *
 * A policy that is not locked within a day is void; a locked policy can only be extended.
 *
 * Source: docs of these names, «Retention policy»; «HTTP 400 / 403 / 404 / 409 status code»; py1's suite.
 */
import { randomBytes } from "node:crypto";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { requireParameter } from "../configurations/parameters.ts";
import { element, integer, one } from "../configurations/shape.ts";
import { findWorm, parseWorm, WORM, type Worm } from "./retention.ts";

/** 70 years; more is MalformedXML. */
const DAYS_MAX = 25_550;

const DAYS = element({ RetentionPeriodInDays: one(integer(1, DAYS_MAX)) });

export async function initiateBucketWorm(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const body = await readXmlBody(request, "InitiateWormConfiguration");
	const worm: Worm = {
		id: randomBytes(16).toString("hex").toUpperCase(),
		isLocked: false,
		days: DAYS(body).RetentionPeriodInDays,
		created: isoTime(expiryTimeOf(request)),
	};
	await change(emulator, request, (present) => {
		if (present) throw new OssError("WORMConfigurationAlreadyExists");
		return worm;
	});
	return empty(200, { "x-oss-worm-id": worm.id });
}

/** The response for a policy that is already locked is a guess. */
export async function completeBucketWorm(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const id = requireParameter(request.query, "wormId");
	await change(emulator, request, (present) => {
		const worm = requireWorm(present, id);
		if (worm.isLocked) throw new OssError("WORMConfigurationLocked");
		return { ...worm, isLocked: true };
	});
	return empty(200);
}

export async function extendBucketWorm(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const id = requireParameter(request.query, "wormId");
	const body = await readXmlBody(request, "ExtendWormConfiguration");
	const { RetentionPeriodInDays: days } = DAYS(body);
	await change(emulator, request, (present) => {
		const worm = requireWorm(present, id);
		if (!worm.isLocked) throw new OssError("InvalidWORMConfiguration");
		if (days <= worm.days)
			throw invalidArgument("RetentionPeriodInDays", String(days));
		return { ...worm, days };
	});
	return empty(200);
}

export async function abortBucketWorm(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	await change(emulator, request, (present) => {
		if (requireWorm(present).isLocked)
			throw new OssError("WORMConfigurationLocked");
		return undefined;
	});
	return empty(204);
}

export async function getBucketWorm(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const now = expiryTimeOf(request);
	const worm = requireWorm(await findWorm(store, request.bucket, now));
	return xml(
		writeXml("WormConfiguration", {
			WormId: worm.id,
			State: worm.isLocked ? "Locked" : "InProgress",
			RetentionPeriodInDays: worm.days,
			CreationDate: worm.created,
		}),
	);
}

/** @throws OssError NoSuchWORMConfiguration */
function requireWorm(worm: Worm | undefined, id?: string): Worm {
	if (!worm) throw new OssError("NoSuchWORMConfiguration");
	if (id !== undefined && worm.id !== id)
		throw new OssError("NoSuchWORMConfiguration", {
			message: "The specified WORM ID does not exist.",
		});
	return worm;
}

async function change(
	{ store }: Emulator,
	request: OssRequest,
	next: (present: Worm | undefined) => Worm | undefined,
): Promise<void> {
	const now = expiryTimeOf(request);
	await store.configurations.change(request.bucket, WORM, "", (stored) => {
		const worm = next(parseWorm(stored, now));
		return worm && JSON.stringify(worm);
	});
}
