/**
 * PutObjectRetention, GetObjectRetention, PutObjectLegalHold, GetObjectLegalHold.
 *
 * For an object without retention, the API page documents an empty answer, and the ossutil page an error, which
 * multicloudj's tests also got from OSS (A-623). The same applies to a legal hold (A-624).
 *
 * Source: docs of these names; py2's suite for the documents.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import { expiryTimeOf, type OssRequest } from "../../oss/request.ts";
import { isoTime } from "../../oss/times.ts";
import type {
	ObjectState,
	StoredBucket,
	StoredObject,
} from "../../storage/types.ts";
import { childText } from "../../xml/read.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { findDocument } from "../configurations/kind.ts";
import { OBJECT_WORM } from "../configurations/switches.ts";
import { findObject } from "../object/find-object.ts";
import { readBypass } from "../object/new-object.ts";
import { versionHeader } from "../object/object-headers.ts";
import { readLegalHold, readRetention, requireTighter } from "./retention.ts";

export async function putObjectRetention(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const now = expiryTimeOf(request);
	const root = await readXmlBody(request, "Retention");
	const mode = childText(root, "Mode") ?? "";
	const date = childText(root, "RetainUntilDate") ?? "";
	const retention = readRetention(mode, date, now);
	const bypass = await readBypass(emulator, request, bucket);
	return change(emulator, request, bucket, ({ type, state }) => {
		// The page excludes appendable objects but does not state the error.
		if (type === "Appendable") throw new OssError("OperationNotSupported");
		requireTighter(state.retention, retention, {
			now,
			bypass,
			days: undefined,
		});
		return { ...state, retention };
	});
}

export async function getObjectRetention(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const object = await findObject(emulator, request, bucket);
	const { retention } = object.state;
	if (!retention) throw new OssError("NoSuchObjectRetention");
	const document = writeXml("Retention", {
		Mode: retention.mode,
		RetainUntilDate: isoTime(new Date(retention.until)),
	});
	return xml(document, versionHeader(object));
}

export async function putObjectLegalHold(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const root = await readXmlBody(request, "LegalHold");
	const legalHold = readLegalHold(childText(root, "Status") ?? "");
	return change(emulator, request, bucket, ({ state }) => ({
		...state,
		legalHold,
	}));
}

export async function getObjectLegalHold(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
): Promise<Reply> {
	const object = await findObject(emulator, request, bucket);
	const { legalHold } = object.state;
	if (legalHold === undefined)
		throw new OssError("NoSuchObjectLegalHoldConfiguration");
	return xml(
		writeXml("LegalHold", { Status: legalHold }),
		versionHeader(object),
	);
}

/** @throws OssError NoSuchObjectWormConfiguration unless the bucket has object-level retention */
async function change(
	emulator: Emulator,
	request: OssRequest,
	bucket: StoredBucket,
	next: (object: StoredObject) => ObjectState,
): Promise<Reply> {
	const { versionId } = await findObject(emulator, request, bucket);
	if (!(await findDocument(emulator, OBJECT_WORM, bucket.name)))
		throw new OssError("NoSuchObjectWormConfiguration");
	const object = await emulator.store.objects.change(
		bucket.name,
		request.key,
		versionId,
		(present) => ({ state: next(present) }),
	);
	return empty(200, versionHeader(object));
}
