/**
 * AssumeRole: temporary keys with the permissions of a role, or with fewer.
 *
 * Parameters are checked in the order of the documentation, then the role.
 *
 * Source: docs «AssumeRole» and its table of errors; suites of php, ossutil and ali-oss.
 */
import { readDecimal } from "../oss/decimal.ts";
import type { Caller, Query } from "../oss/request.ts";
import { expiration, type StsElement } from "./answer.ts";
import {
	assumedRoleId,
	type RoleName,
	readRoleArn,
	sessionArn,
} from "./arn.ts";
import type { StsBackend, StsRole } from "./backend.ts";
import { StsError, type StsErrorName } from "./errors.ts";
import { required } from "./rpc.ts";

export type Assuming = {
	readonly backend: StsBackend;
	readonly caller: Caller;
	readonly parameters: Query;
	readonly now: Date;
};

/** @throws StsError */
export function assumeRole(assuming: Assuming): StsElement {
	const { backend, caller, parameters, now } = assuming;
	const roleName = readRole(parameters);
	const session = readSessionName(parameters);
	const found = backend.findRole(roleName.account, roleName.name);
	const seconds = readDuration(parameters, found);
	const policy = readPolicy(parameters, backend);
	requireLength(parameters, "ExternalId", 2, 1224, "InvalidExternalId");
	requireLength(parameters, "SourceIdentity", 2, 64, "InvalidSourceIdentity");

	if (!found) throw new StsError("EntityNotExistRole");
	const refusal = backend.findRefusal(caller, found, now);
	if (refusal !== "") throw new StsError("NoPermission", "", refusal);

	const expires = new Date(now.getTime() + seconds * 1000);
	const made = { role: found, session, policy, expires };
	const credentials = backend.makeCredentials(made);
	return {
		AssumedRoleUser: {
			Arn: sessionArn(found, session),
			AssumedRoleId: assumedRoleId(found.id, session),
		},
		Credentials: {
			AccessKeyId: credentials.accessKeyId,
			AccessKeySecret: credentials.accessKeySecret,
			SecurityToken: credentials.securityToken,
			Expiration: expiration(expires),
		},
		SourceIdentity: parameters.get("SourceIdentity") || undefined,
	};
}

function readRole(parameters: Query): RoleName {
	const role = readRoleArn(required(parameters, "RoleArn"));
	if (!role) throw new StsError("InvalidRoleArn");
	return role;
}

function readSessionName(parameters: Query): string {
	const name = required(parameters, "RoleSessionName");
	if (!/^[A-Za-z0-9.@_-]{2,64}$/.test(name))
		throw new StsError("InvalidRoleSessionName");
	return name;
}

const SECONDS_MIN = 900;
const SECONDS_DEFAULT = 3600;

function readDuration(parameters: Query, role: StsRole | undefined): number {
	const text = parameters.get("DurationSeconds");
	if (!text) return SECONDS_DEFAULT;
	const max = role?.sessionSecondsMax;
	const seconds = readDecimal(text, SECONDS_MIN, max);
	if (seconds === undefined) throw new StsError("InvalidDurationSeconds");
	return seconds;
}

const POLICY_CHARACTERS_MAX = 2048;

/** An empty policy counts as absent, because some clients always send the parameter. */
function readPolicy(parameters: Query, backend: StsBackend): string {
	const policy = parameters.get("Policy") ?? "";
	if (policy.length > POLICY_CHARACTERS_MAX)
		throw new StsError("InvalidPolicySize");
	if (policy !== "" && !backend.isPolicy(policy))
		throw new StsError("InvalidPolicyGrammar");
	return policy;
}

function requireLength(
	parameters: Query,
	name: string,
	min: number,
	max: number,
	error: StsErrorName,
): void {
	const { length } = parameters.get(name) ?? "";
	if (length > 0 && (length < min || length > max)) throw new StsError(error);
}
