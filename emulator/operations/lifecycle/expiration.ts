/**
 * `x-oss-expiration`: when a lifecycle rule will delete the current version, and the id of that rule.
 *
 * Source: docs «Lifecycle rules», «HeadObject». An id may contain any character, so it is percent-encoded.
 */
import type { Emulator } from "../../emulator.ts";
import { percentEncode } from "../../oss/encoding.ts";
import type { ReplyHeaders } from "../../oss/reply.ts";
import { httpTime } from "../../oss/times.ts";
import type { StoredObject } from "../../storage/types.ts";
import { findDocument } from "../configurations/kind.ts";
import { dueOf } from "./due.ts";
import { LIFECYCLE } from "./lifecycle-document.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";
import { appliesTo, isEnabled } from "./matching.ts";

export async function expirationHeader(
	emulator: Pick<Emulator, "store">,
	object: StoredObject,
): Promise<ReplyHeaders> {
	const found = await findDocument(emulator, LIFECYCLE, object.bucket);
	const next = found && object.isLatest && nextExpiration(found.Rule, object);
	return next ? { "x-oss-expiration": write(next) } : {};
}

type Expiration = { readonly due: Date; readonly rule: string };

function nextExpiration(
	rules: readonly LifecycleRule[],
	object: StoredObject,
): Expiration | undefined {
	return rules
		.filter((rule) => isEnabled(rule) && appliesTo(rule, object))
		.flatMap(({ ID: rule, Expiration }) => {
			const due = Expiration && dueOf(Expiration, object.modified);
			return due ? [{ due, rule }] : [];
		})
		.sort((a, b) => a.due.getTime() - b.due.getTime())
		.at(0);
}

const write = ({ due, rule }: Expiration): string =>
	`expiry-date="${httpTime(due)}", rule-id="${percentEncode(rule)}"`;
