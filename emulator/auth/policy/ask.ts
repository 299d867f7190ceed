/**
 * What is asked of policies: may this be done to that, under these circumstances?
 *
 * Pure. Source: docs «Authorization syntax and elements» of OSS.
 */

/** `acs:oss:<region>:<owner uid>:<name>`. */
export type Resource = {
	/** `oss`; `ram` for roles. */
	readonly service: string;
	/** All the ways to write it; '' for what has none. */
	readonly regions: readonly string[];
	/** The account it belongs to. */
	readonly owner: string;
	/** `bucket`, `bucket/key`; `*` for the service itself. */
	readonly name: string;
};

/**
 * What a condition's key is in this request. Names are as documented, case included.
 *
 * @returns undefined for a key the request has not
 */
export type Circumstances = (key: string) => readonly string[] | undefined;

export type Ask = {
	/** `oss:PutObject`. */
	readonly action: string;
	readonly resource: Resource;
	readonly circumstances: Circumstances;
};

export const writeResource = ({
	service,
	regions,
	owner,
	name,
}: Resource): string => `acs:${service}:${regions[0] ?? ""}:${owner}:${name}`;
