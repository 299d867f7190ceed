/**
 * The headers of GET and HEAD about changes to an object since it was written.
 *
 * Pure. Source: docs «HeadObject», «SealAppendObject»; go2's results for the formats. A legal hold has a header only
 * while it is on: observed at OSS by multicloudj's tests.
 */
import type { ReplyHeaders } from "../../oss/reply.ts";
import { httpTime, isoTime } from "../../oss/times.ts";
import type { StoredObject } from "../../storage/types.ts";
import { restoreInfo } from "../restore/restoration.ts";

export function stateHeaders(object: StoredObject, now: Date): ReplyHeaders {
	if (Object.keys(object.state).length === 0) return {}; // as for most objects
	const { sealed, transitioned, retention, legalHold } = object.state;
	return {
		"x-oss-restore": restoreInfo(object, now),
		"x-oss-sealed-time": timeOf(sealed),
		"x-oss-transition-time": timeOf(transitioned),
		"x-oss-object-worm-mode": retention?.mode,
		"x-oss-object-worm-retain-until-date":
			retention && isoTime(new Date(retention.until)),
		"x-oss-object-worm-legal-hold": legalHold === "ON" ? "ON" : undefined,
	};
}

const timeOf = (ms: number | undefined): string | undefined =>
	ms === undefined ? undefined : httpTime(new Date(ms));
