/**
 * GetCallerIdentity: the identity that signed the request.
 *
 * Source: docs «GetCallerIdentity»; php's StsTest. The Arn of an account or a RAM user has RAM's usual form.
 */
import type { Caller } from "../oss/request.ts";
import type { StsElement } from "./answer.ts";
import { assumedRoleId, sessionArn } from "./arn.ts";
import type { StsBackend } from "./backend.ts";

export function callerIdentity(
	{ uid, identity }: Caller,
	backend: StsBackend,
): StsElement {
	switch (identity?.kind) {
		case undefined:
			return {
				AccountId: uid,
				UserId: uid,
				PrincipalId: uid,
				IdentityType: "Account",
				Arn: `acs:ram::${uid}:root`,
			};
		case "SubUser":
			return {
				AccountId: uid,
				UserId: identity.id,
				PrincipalId: identity.id,
				IdentityType: "RAMUser",
				Arn: `acs:ram::${uid}:user/${identity.name}`,
			};
		case "AssumedRoleUser": {
			const { role: name, session } = identity;
			const roleId = backend.roleId(uid, name);
			return {
				AccountId: uid,
				RoleId: roleId,
				PrincipalId: assumedRoleId(roleId, session),
				IdentityType: "AssumedRoleUser",
				Arn: sessionArn({ account: uid, name }, session),
			};
		}
	}
}
