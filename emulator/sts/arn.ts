/**
 * Names of roles and of their sessions.
 *
 * Pure. Source: docs «AssumeRole», «GetCallerIdentity».
 */

export type RoleName = { readonly account: string; readonly name: string };

/** The ARN of a role, `acs:ram::1234567890123:role/app`. */
export function readRoleArn(arn: string): RoleName | undefined {
	const parts = /^acs:ram::(\d+):role\/([A-Za-z0-9._-]{1,64})$/.exec(arn);
	const [, account, name] = parts ?? [];
	return account && name ? { account, name } : undefined;
}

export const sessionArn = (
	{ account, name }: RoleName,
	session: string,
): string => `acs:ram::${account}:role/${name}/${session}`;

export const assumedRoleId = (roleId: string, session: string): string =>
	`${roleId}:${session}`;
