/**
 * A question to policies: is this action allowed on this resource, given these condition values?
 *
 * Pure. Source: docs «Authorization syntax and elements» of OSS.
 */

/** `acs:oss:<region>:<owner uid>:<name>`. */
export type Resource = {
	/** `oss`; `ram` for roles. */
	readonly service: string;
	/** All spellings of the region; '' for resources without a region. */
	readonly regions: readonly string[];
	/** The uid of the account that owns the resource. */
	readonly owner: string;
	/** `bucket`, `bucket/key`; `*` for the service itself. */
	readonly name: string;
};

/**
 * The value of a condition key in this request. Names are case-sensitive and spelled as documented.
 *
 * @returns undefined for a key that the request does not have
 */
export type ConditionValues = (key: string) => readonly string[] | undefined;

export type AccessQuestion = {
	/** `oss:PutObject`. */
	readonly action: string;
	readonly resource: Resource;
	readonly conditionValues: ConditionValues;
};

export const writeResource = ({
	service,
	regions,
	owner,
	name,
}: Resource): string => `acs:${service}:${regions[0] ?? ""}:${owner}:${name}`;
