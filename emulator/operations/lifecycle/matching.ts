/**
 * Decides which objects a lifecycle rule applies to.
 *
 * Pure. Source: docs «Lifecycle rules», «Configuration elements»: prefix, tags, sizes, Not.
 */
import type { StoredObject } from "../../storage/types.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";

type Described = Pick<StoredObject, "key" | "size" | "type" | "properties">;

export const isEnabled = ({ Status }: LifecycleRule): boolean =>
	Status === "Enabled";

/** A delete marker has neither tags nor a size, so a rule with such conditions does not apply to it. */
export function appliesTo(rule: LifecycleRule, object: Described): boolean {
	const { Prefix, Tag, Filter } = rule;
	if (!object.key.startsWith(Prefix)) return false;
	if (!Tag.every((tag) => hasTag(object, tag))) return false;
	if (!Filter) return true;
	const { ObjectSizeGreaterThan: min, ObjectSizeLessThan: max, Not } = Filter;
	if (min !== undefined || max !== undefined) {
		if (object.type === "DeleteMarker") return false;
		if (min !== undefined && object.size <= min) return false;
		if (max !== undefined && object.size >= max) return false;
	}
	return !Not.some(
		(excluded) =>
			object.key.startsWith(excluded.Prefix) &&
			(!excluded.Tag || hasTag(object, excluded.Tag)),
	);
}

/** Parts have no tags, and an upload has no size yet: only the key matters. */
export const appliesToUpload = (
	{ Prefix, Tag, Filter }: LifecycleRule,
	key: string,
): boolean =>
	key.startsWith(Prefix) &&
	Tag.length === 0 &&
	!Filter?.Not.some(
		(excluded) => !excluded.Tag && key.startsWith(excluded.Prefix),
	);

const hasTag = (
	{ properties: { tags } }: Described,
	{ Key, Value }: LifecycleRule["Tag"][number],
): boolean => Object.hasOwn(tags, Key) && tags[Key] === Value;
