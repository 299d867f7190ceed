/**
 * RestoreObject restores an archived object; CleanRestoredObject freezes it again.
 *
 * Source: docs of these names; EC 0016-00000701 … -719; ali-oss's and oss2's suites for the errors of invalid
 * documents.
 */

import type { Emulator } from "../../emulator.ts";
import { readDecimal } from "../../oss/decimal.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import type {
	Restoration,
	StoredBucket,
	StoredObject,
} from "../../storage/types.ts";
import { childText, malformed, onlyChild, readXml } from "../../xml/read.ts";
import { readDocument } from "../body.ts";
import { changeObject, findObject } from "../object/find-object.ts";
import { versionHeader } from "../object/object-headers.ts";
import {
	beginRestoration,
	extendRestoration,
	stageOf,
	type Terms,
	TIERS,
	termsOf,
} from "./restoration.ts";

/** The requested restoration; the tier is '' for classes without tiers. */
type RequestedRestoration = Pick<Restoration, "tier"> & {
	readonly days: number;
};

export async function restoreObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const now = expiryTimeOf(request);
	const { storageClass, versionId } = await findObject(
		emulator,
		request,
		bucket,
	);
	const terms = termsOf(storageClass);
	if (!terms) throw notArchived();
	const requested = await readRequested(request, terms);
	const object = await emulator.store.objects.change(
		bucket.name,
		request.key,
		versionId,
		(present) => {
			requireClass(present, storageClass);
			const { state } = present;
			const restoration = restore(state.restoration, requested, terms, now);
			return { state: { ...state, restoration } };
		},
	);
	const stage = stageOf(object.state.restoration, now);
	return empty(stage === "restored" ? 200 : 202, {
		"x-oss-object-restore-priority": requested.tier || undefined,
		...versionHeader(object),
	});
}

/** @throws OssError RestoreAlreadyInProgress */
function restore(
	present: Restoration | undefined,
	{ tier, days }: RequestedRestoration,
	terms: Terms,
	now: Date,
): Restoration {
	const begun = beginRestoration(terms, tier, days, now);
	const stage = stageOf(present, now);
	if (!present || stage === "frozen") return begun;
	if (stage === "restored") return extendRestoration(present, terms, days);
	const faster = urgency(present.tier) - urgency(tier);
	if (faster > 0) return begun;
	// The page of the EC does not state the code for requesting a slower tier.
	throw faster < 0
		? new OssError("RestoreAlreadyInProgress", { ec: "0016-00000715" })
		: new OssError("RestoreAlreadyInProgress");
}

const urgency = (tier: Restoration["tier"]): number => TIERS.indexOf(tier);

/** Documented only for classes that are copied in order to be read; an Archive object is frozen again too. */
export async function cleanRestoredObject(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const now = expiryTimeOf(request);
	const object = await changeObject(
		emulator,
		request,
		bucket,
		({ storageClass, state: { restoration, ...rest } }) => {
			if (!termsOf(storageClass)) throw notArchived();
			const stage = stageOf(restoration, now);
			if (stage === "frozen") throw new OssError("ArchiveRestoreFileStale");
			if (stage === "restoring")
				throw new OssError("ArchiveRestoreNotFinished");
			return { state: rest };
		},
	);
	return empty(200, versionHeader(object));
}

function requireClass(
	{ storageClass }: StoredObject,
	expected: StoredObject["storageClass"],
): void {
	if (storageClass !== expected) throw new OssError("ArchiveRestoreFileStale");
}

const notArchived = (): OssError =>
	new OssError("OperationNotSupported", {
		ec: "0016-00000702",
		details: {
			Detail:
				"RestoreObject operation does not support this object storage class",
		},
	});

const DAYS_DEFAULT = 1;

/** @throws OssError MalformedXML, InvalidArgument */
async function readRequested(
	request: OssRequest,
	terms: Terms,
): Promise<RequestedRestoration> {
	const hasTiers = !("" in terms.seconds);
	const byDefault = hasTiers ? "Standard" : "";
	const document = await readDocument(request);
	if (document.length === 0) return { days: DAYS_DEFAULT, tier: byDefault };
	const root = await readXml(document, "RestoreRequest");
	const parameters = onlyChild(root, "JobParameters");
	if (parameters && !hasTiers)
		throw malformed("JobParameters are not for Archive objects.");
	const tier = parameters && childText(parameters, "Tier");
	return {
		days: readDays(childText(root, "Days"), terms),
		tier: tier === undefined ? byDefault : readTier(tier, terms),
	};
}

/** The page of the EC states no code. */
function readDays(text: string | undefined, { daysMax }: Terms): number {
	if (text === undefined) return DAYS_DEFAULT;
	const days = readDecimal(text, 1, daysMax);
	if (days === undefined)
		throw invalidArgument("Days", text, undefined, "0016-00000704");
	return days;
}

function readTier(text: string, { seconds }: Terms): Restoration["tier"] {
	const tier = TIERS.find((allowed) => allowed === text);
	if (tier === undefined || seconds[tier] === undefined)
		throw invalidArgument("Tier", text, undefined, "0016-00000703");
	return tier;
}
