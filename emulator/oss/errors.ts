/**
 * The errors of OSS, one row each: code, HTTP status, usual message, usual EC.
 *
 * Failures that OSS has a name for are thrown as an `OssError`, from any layer; only `server/handle.ts` turns it into
 * an answer. Any other error is a bug in the emulator: 500.
 *
 * Pure. Source: docs «Error responses», «HTTP 4xx status code», the EC pages.
 */

// biome-ignore format: a table
const table = {
  //                                      status  message, EC
  AccessDenied:                           [403, "AccessDenied"],
  AccessForbidden:                        [403, "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec."],
  AccessKeyIdAndSecurityTokenNotMatch:    [403, "The OSS access key id and security token you provided does not match."],
  AccessMonitorDisableNotAllowed:         [400, "The access monitor can not be disabled, because there are lifecycle rules based on access time."],
  AppendSealedObjectNotAllowed:           [409, "The append object has been sealed."],
  ArchiveRestoreFileStale:                [409, "The archive file or restore info stale", "0016-00000718"],
  ArchiveRestoreNotFinished:              [409, "The archive file's restore is not finished.", "0016-00000719"],
  BadRequest:                             [400, "Bad Request."],
  BucketAlreadyExists:                    [409, "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.", "0015-00000104"],
  BucketCallbackPolicyNotExist:           [404, "The bucket callback policy does not exist."],
  BucketNotEmpty:                         [409, "The bucket has objects. Please delete them first.", "0015-00000301"],
  BucketReplicationAlreadyExist:          [400, "Bucket replication already exists."],
  CORSRuleBeyondLimit:                    [400, "The CORS Rules num is beyond limit."],
  CallbackFailed:                         [203, "Callback to application server failed, please check your callbackUrl.", "0007-00000203"],
  CnameTokenNotFound:                     [404, "The cname token does not exist."],
  EntityTooLarge:                         [400, "Your proposed upload exceeds the maximum allowed size."],
  EntityTooSmall:                         [400, "Your proposed upload smaller than the minimum allowed size.", "0042-00000213"],
  FieldItemTooLong:                       [400, "Your name of form field is too long."],
  FileAlreadyExists:                      [409, "The object you specified already exists and can not be overwritten.", "0026-00000002"],
  FileImmutable:                          [409, "The object you specified is immutable.", "0026-00000005"],
  ImageTooLarge:                          [400, "The image is too large."],
  "Imm Client":                           [404, "ResourceNotFound, The specified resource Attachment is not found."],
  IncompleteBody:                         [400, "You did not provide the number of bytes specified by the Content-Length HTTP header."],
  IncorrectNumberOfFilesInPOSTRequest:    [400, "POST requires exactly one file upload per request."],
  InternalError:                          [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId:                     [403, "The OSS Access Key Id you provided does not exist in our records.", "0002-00000902"],
  InvalidArgument:                        [400, "The argument is invalid."],
  InvalidBucketName:                      [400, "The specified bucket is not valid.", "0015-00000001"],
  InvalidCRC64:                           [400, "The x-oss-hash-crc64ecma you specified does not match what we calculated."],
  InvalidChannelName:                     [400, "The channel name is invalid."],
  InvalidCsvLine:                         [400, "The CSV line is invalid."],
  InvalidDataEncryptionAlgorithmError:    [400, "The KMS Data Encryption request you specified is not valid. Supported value:SM4"],
  InvalidDigest:                          [400, "The Content-MD5 you specified was invalid."],
  InvalidEncryptionAlgorithmError:        [400, "The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS."],
  InvalidEncryptionRequest:               [400, "Miss some necessary client encryption meta parameters."],
  InvalidJsonData:                        [400, "The JSON data is invalid."],
  InvalidLocationConstraint:              [400, "The specified location-constraint is not valid"],
  InvalidObjectName:                      [400, "The specified object is not valid.", "0016-00000005"],
  InvalidObjectState:                     [403, "The operation is not valid for the object's state.", "0016-00000404"],
  InvalidPart:                            [400, "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag."],
  InvalidPartOrder:                       [400, "The list of parts was not in ascending order. Parts list must specified in order by part number.", "0042-00000209"],
  InvalidPolicyDocument:                  [400, "Invalid Policy.", "0006-00000201"],
  InvalidRange:                           [416, "The requested range cannot be satisfied"],
  InvalidRequest:                         [400, "The request is invalid."],
  InvalidSecurityToken:                   [403, "The security token you provided is invalid."],
  InvalidSqlParameter:                    [400, "The SQL statement is invalid."],
  InvalidTag:                             [400, "The TagKey you have provided is invalid."],
  InvalidTargetBucketForLogging:          [400, "put bucket log requester is not target bucket owner."],
  InvalidTargetLocation:                  [400, "The target bucket you specified does not locate in the target location."],
  InvalidTargetType:                      [400, "The symbolic's target file type is invalid", "0026-00000011"],
  InvalidWORMConfiguration:               [400, "Invalid WORM Configuration."],
  InventoryExceedLimit:                   [400, "You are not allowed to create more inventory than limit."],
  MalformedPOSTRequest:                   [400, "The body of your POST request is not well-formed multipart/form-data.", "0006-00000104"],
  MalformedXML:                           [400, "The XML you provided was not well-formed or did not validate against our published schema.", "0031-00000001"],
  MaxPOSTPreDataLengthExceededError:      [400, "Your POST request fields preceding the upload file were too large."],
  MetaQueryAlreadyExist:                  [400, "The meta query already exists."],
  MetaQueryNotExist:                      [404, "The meta query does not exist."],
  MethodNotAllowed:                       [405, "The specified method is not allowed against this resource."],
  MissingArgument:                        [400, "Missing Some Required Arguments."],
  MissingContentLength:                   [411, "You must provide the Content-Length HTTP header."],
  NeedVerifyDomainOwnership:              [403, "The domain ownership is not verified: add the TXT record of the cname token first.", "0018-00000115"],
  NoReplicationRule:                      [400, "No replication rule specified."],
  NoSuchAccessPoint:                      [404, "Accesspoint not found"],
  NoSuchAccessPointForObjectProcess:      [404, "AccesspointForObjectProcess not found"],
  NoSuchAccessPointPolicy:                [404, "The specified access point policy does not exist."],
  NoSuchArchiveDirectReadConfiguration:   [404, "The bucket you specified does not have archive direct read configuration."],
  NoSuchBucket:                           [404, "The specified bucket does not exist.", "0015-00000101"],
  NoSuchBucketOverwriteConfig:            [404, "The bucket you specified does not have overwrite configuration."],
  NoSuchBucketPolicy:                     [404, "The specified bucket policy does not exist.", "0030-00000006"],
  NoSuchBucketQosInfo:                    [404, "The bucket you specified does not have qos configuration."],
  NoSuchBucketResponseHeader:             [404, "The bucket you specified does not have response header configuration."],
  NoSuchCORSConfiguration:                [404, "The CORS Configuration does not exist.", "0034-00000001"],
  NoSuchDataPipeline:                     [404, "The specified resource dataPipeline is not found."],
  NoSuchDataRedundancyTransition:         [404, "The specified data redundancy transition task does not exist."],
  NoSuchHttpsConfig:                      [404, "The bucket you specified does not have https configuration."],
  NoSuchInventory:                        [404, "No Row found in Inventory Table."],
  NoSuchKey:                              [404, "The specified key does not exist.", "0026-00000001"],
  NoSuchLifecycle:                        [404, "No Row found in Lifecycle Table."],
  NoSuchLiveChannel:                      [404, "The specified live channel does not exist."],
  NoSuchObjectLegalHoldConfiguration:     [404, "The specified object does not have a legal hold configuration."],
  NoSuchObjectRetention:                  [404, "The specified object does not have a retention configuration."],
  NoSuchObjectWormConfiguration:          [404, "The bucket you specified does not have object worm configuration."],
  NoSuchRegion:                           [404, "NoSuchRegion"],
  NoSuchReplicationConfiguration:         [404, "The bucket you specified does not have replication configuration."],
  NoSuchReplicationRule:                  [404, "The BucketReplicationRule you specified does not exist."],
  NoSuchRequesterQosInfo:                 [404, "The specified requester qos configuration does not exist."],
  NoSuchServerSideEncryptionRule:         [404, "The server side encryption configuration was not found."],
  NoSuchStyle:                            [404, "No Such Image Style."],
  NoSuchTransferAccelerationConfiguration:[404, "The bucket you specified does not have transfer acceleration configuration."],
  NoSuchUpload:                           [404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", "0042-00000002"],
  NoSuchUserDefinedLogFieldsConfig:       [404, "The bucket you specified does not have user defined log fields configuration."],
  NoSuchVersion:                          [404, "The specified version does not exist."],
  NoSuchWORMConfiguration:                [404, "The WORM Configuration does not exist."],
  NoSuchWebsiteConfiguration:             [404, "The specified bucket does not have a website configuration."],
  NotImplemented:                         [400, "The emulator does not implement this operation."],
  NotModified:                            [304, "Not Modified"],
  NotSymlink:                             [400, "The object is not symlink.", "0043-00000101"],
  ObjectAlreadyExists:                    [400, "The object already exists."],
  ObjectNotAppendable:                    [409, "The object is not appendable", "0026-00000017"],
  OperationNotSupported:                  [400, "The operation is not supported for this resource"],
  PartNotSequential:                      [400, "The part is not sequential."],
  PositionNotEqualToLength:               [409, "Position is not equal to file length", "0026-00000016"],
  PreconditionFailed:                     [412, "At least one of the pre-conditions you specified did not hold.", "0017-00001001"],
  QpsLimitExceeded:                       [503, "Please reduce your request rate."],
  QuotaExceeded:                          [403, "Bucket storage exceed max storage capacity."],
  RepeatedTags:                           [400, "Tag keys must be unique."],
  RequestIsNotMultiPartContent:           [400, "Bucket POST must be of the enclosure-type multipart/form-data."],
  RequestTimeTooSkewed:                   [403, "The difference between the request time and the current time is too large.", "0002-00000504"],
  RequestTimeout:                         [400, "Your socket connection to the server was not read from or written to within the timeout period."],
  ResourceGroupIdPreCheckError:           [400, "The resource group id precheck error", "0039-00000003"],
  RestoreAlreadyInProgress:               [409, "The restore operation is in progress.", "0016-00000701"],
  SecondLevelDomainForbidden:             [403, "The bucket you are attempting to access must be addressed using OSS third level domain."],
  SecurityTokenExpired:                   [403, "The security token you provided has expired.", "0002-00000007"],
  SignatureDoesNotMatch:                  [403, "The request signature we calculated does not match the signature you provided. Check your key and signing method.", "0002-00000040"],
  SymlinkTargetNotExist:                  [404, "The symlink target object does not exist", "0026-00000012"],
  TooManyBuckets:                         [400, "You have attempted to create more buckets than allowed."],
  TooManyReplicationRules:                [400, "OSS only support one replication rule now."],
  TooManyTags:                            [400, "The bucket tags num is beyond limit."],
  // Errors of the gateway: OSS does not have these codes; SDKs recognise them by their status.
  UpstreamClockSkewed:                    [503, "The clocks of the gateway and of the OSS behind it differ; the gateway has corrected for it: send the request again."],
  UpstreamRefused:                        [403, "The OSS behind the gateway refused the gateway itself."],
  UpstreamTimeout:                        [504, "The OSS behind the gateway did not answer in time."],
  UpstreamUnreachable:                    [502, "The gateway could not reach the OSS behind it."],
  UserKeyMustBeSpecified:                 [400, "User key must be specified."],
  WORMConfigurationAlreadyExists:         [409, "The WORM Configuration already exists."],
  WORMConfigurationLocked:                [403, "The WORM Configuration is locked."],
  WatermarkError:                         [400, "The watermark cannot be drawn."],
} as const satisfies Record<string, readonly [status: number, message: string, ec?: string]>;

export type ErrorCode = keyof typeof table;

/** The details of one occurrence of an error. */
export type ErrorDetails = {
	readonly message?: string;
	/** OSS's number for the cause, `NNNN-NNNNNNNN`; '' if unknown. */
	readonly ec?: string;
	/** Additional elements of the error document, in OSS's order, e.g. `BucketName`. */
	readonly details?: Readonly<Record<string, string>>;
	/**
	 * The elements of `AccessDeniedDetail`: the caller, the refused action, and the kind of policy.
	 */
	readonly accessDenied?: Readonly<Record<string, string>>;
	/** Headers of the answer in addition to the usual ones, e.g. `Allow`. */
	readonly headers?: Readonly<Record<string, string>>;
	/** For the emulator's own record; the client gets OSS's answer. */
	readonly why?: Explanation;
};

/** The rule that refused access, and its place. */
export type Explanation = {
	readonly rule:
		| "session policy"
		| "identity policy"
		| "bucket policy"
		| "acl"
		| "block public access"
		| "requester pays";
	/** Whether a rule denies, or no rule allows. */
	readonly verdict: "explicit deny" | "implicit deny";
	readonly action: string;
	/** `acs:oss:oss-cn-hangzhou:1000000000000001:photos/cat.jpg`. */
	readonly resource: string;
	/** Display name: `account 1000000000000001`, `session job of role app`. */
	readonly caller: string;
	/** For policies: the denying policy and its statement, counted from 1. */
	readonly statements: readonly {
		readonly policy: string;
		readonly statement: number;
	}[];
	/** The explanation in one sentence. */
	readonly sentence: string;
};

/** An injected error, which may have any code. */
export type InjectedError = {
	readonly status: number;
	readonly code: string;
	/** Default: ''. */
	readonly message?: string | undefined;
	readonly ec?: string | undefined;
};

export class OssError extends Error {
	readonly code: string;
	readonly status: number;
	readonly ec: string;
	readonly details: Readonly<Record<string, string>>;
	readonly accessDenied: Readonly<Record<string, string>> | undefined;
	readonly headers: Readonly<Record<string, string>>;
	readonly why: Explanation | undefined;
	/** For the emulator's own record: the mistake in a signature, found after the error; '' when it is not known. */
	diagnosis = "";

	constructor(code: ErrorCode | InjectedError, more: ErrorDetails = {}) {
		const row = typeof code === "string" ? rowOf(code) : code;
		const { status, message = "", ec = "" } = row;
		super(more.message ?? message);
		this.name = row.code;
		this.code = row.code;
		this.status = status;
		this.ec = more.ec ?? ec;
		this.details = more.details ?? {};
		this.accessDenied = more.accessDenied;
		this.headers = more.headers ?? {};
		this.why = more.why;
	}
}

function rowOf(code: ErrorCode): InjectedError {
	const [status, message, ec]: readonly [number, string, string?] = table[code];
	return { status, code, message, ec };
}

/** OSS's usual message for a code of the table. */
export const messageOf = (code: string): string | undefined =>
	Object.entries(table).find(([name]) => name === code)?.[1][1];

/** `InvalidArgument` in OSS's usual form: the name and the value of the argument. */
export function invalidArgument(
	name: string,
	value: string,
	message?: string,
	ec?: string,
): OssError {
	return new OssError("InvalidArgument", {
		...(message === undefined ? {} : { message }),
		...(ec === undefined ? {} : { ec }),
		details: { ArgumentName: name, ArgumentValue: value },
	});
}

/**
 * For `catch`: the documentation has different ECs for the same error, depending on the operation.
 *
 * @throws `error`, with this EC if its code is `code`
 */
export const underEc =
	(code: ErrorCode, ec: string) =>
	(error: unknown): never => {
		if (!(error instanceof OssError) || error.code !== code) throw error;
		const { message, details } = error;
		throw new OssError(code, { message, ec, details });
	};
