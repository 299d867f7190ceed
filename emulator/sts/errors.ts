/**
 * The errors of STS, one row each: code, HTTP status, message. `NAME` is a placeholder.
 *
 * Pure. Source: docs «Error codes» of STS and «Common errors of AssumeRole»; suites of ossutil, php, ali-oss; the
 * clients' own tables. Statuses and messages without a page are guesses (A-520).
 */

// biome-ignore format: a table
const table = {
  //                                           status  message
  EntityNotExistRole:                          [404, "EntityNotExist.Role", "The specified Role not exists."],
  IncompleteSignature:                         [400, "IncompleteSignature", "The request signature does not conform to Aliyun standards. server string to sign is:NAME"],
  InvalidAccessKeyIdInactive:                  [403, "InvalidAccessKeyId.Inactive", "Specified access key is disabled."],
  InvalidAccessKeyIdNotFound:                  [404, "InvalidAccessKeyId.NotFound", "Specified access key is not found."],
  InvalidActionOrVersion:                      [400, "InvalidParameter", 'The specified parameter "Action or Version" is not valid.'],
  InvalidContentType:                          [400, "InvalidParameter.ContentType", 'The ContentType request header must be either "application/json" or "application/x-www-form-urlencoded".'],
  InvalidDurationSeconds:                      [400, "InvalidParameter.DurationSeconds", "The Min/Max value of DurationSeconds is 15min/1hr."],
  InvalidExternalId:                           [400, "InvalidParameter.ExternalId", "The parameter ExternalId is wrongly formed."],
  InvalidParameter:                            [400, "InvalidParameter", 'The specified parameter "NAME" is not valid.'],
  InvalidPolicyGrammar:                        [400, "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check."],
  InvalidPolicySize:                           [400, "InvalidParameter.PolicySize", "The size of Policy must be smaller than 2048 bytes."],
  InvalidRoleArn:                              [400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed."],
  InvalidRoleSessionName:                      [400, "InvalidParameter.RoleSessionName", "The parameter RoleSessionName is wrongly formed."],
  InvalidSecurityTokenExpired:                 [400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired."],
  InvalidSecurityTokenMalformed:               [400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed."],
  InvalidSecurityTokenMismatchWithAccessKey:   [400, "InvalidSecurityToken.MismatchWithAccessKey", "Specified SecurityToken mismatch with the AccessKey."],
  InvalidSourceIdentity:                       [400, "InvalidParameter.SourceIdentity", "The parameter SourceIdentity is wrongly formed."],
  InvalidTimeStampExpired:                     [400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."],
  InvalidTimeStampFormat:                      [400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted."],
  Missing:                                     [400, "MissingNAME", "NAME is mandatory for this action."],
  NoPermission:                                [403, "NoPermission", "You are not authorized to do this action. You should be authorized by RAM."],
  RequestTooLarge:                             [413, "RequestTooLarge", "The request is larger than NAME bytes."],
  InternalError:                               [500, "InternalError", "STS Server Internal Error happened."],
  SignatureDoesNotMatch:                       [400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation. server string to sign is:NAME"],
  SignatureNonceUsed:                          [400, "SignatureNonceUsed", "Specified signature nonce was used already."],
} as const satisfies Record<string, readonly [status: number, code: string, message: string]>;

export type StsErrorName = keyof typeof table;

export class StsError extends Error {
	readonly status: number;
	readonly code: string;
	/** The cause, for the emulator's own record; '' if it is not known. */
	readonly diagnosis: string;

	/** @param name the name of the row @param text replaces `NAME` */
	constructor(name: StsErrorName, text = "", diagnosis = "") {
		const [status, code, message] = table[name];
		super(message.replace("NAME", () => text));
		this.name = name;
		this.status = status;
		this.diagnosis = diagnosis;
		this.code = code.replace("NAME", () => text);
	}
}
