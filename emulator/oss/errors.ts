/**
 * The errors OSS answers with, one row each: code, HTTP status, usual message, usual EC.
 *
 * What goes wrong in a way OSS has a name for is thrown as an `OssError`, from any depth;
 * `server/handle.ts` alone turns one into an answer. Anything else thrown is a bug of ours: 500.
 *
 * Pure. Source: docs «Error responses», «HTTP 4xx status code», the EC pages.
 */

// biome-ignore format: a table
const table = {
  //                                    status  message, EC
  AccessDenied:                         [403, "AccessDenied"],
  AccessForbidden:                      [403, "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec."],
  AccessKeyIdAndSecurityTokenNotMatch:  [403, "The OSS access key id and security token you provided does not match."],
  BadRequest:                           [400, "Bad Request."],
  BucketAlreadyExists:                  [409, "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.", "0015-00000104"],
  BucketNotEmpty:                       [409, "The bucket has objects. Please delete them first.", "0015-00000301"],
  CallbackFailed:                       [203, "Callback to application server failed, please check your callbackUrl.", "0007-00000203"],
  EntityTooLarge:                       [400, "Your proposed upload exceeds the maximum allowed size."],
  EntityTooSmall:                       [400, "Your proposed upload smaller than the minimum allowed size.", "0042-00000213"],
  FieldItemTooLong:                     [400, "Your name of form field is too long."],
  FileAlreadyExists:                    [409, "The object you specified already exists and can not be overwritten.", "0026-00000002"],
  IncompleteBody:                       [400, "You did not provide the number of bytes specified by the Content-Length HTTP header."],
  IncorrectNumberOfFilesInPOSTRequest:  [400, "POST requires exactly one file upload per request."],
  InternalError:                        [500, "We encountered an internal error. Please try again."],
  InvalidAccessKeyId:                   [403, "The OSS Access Key Id you provided does not exist in our records.", "0002-00000902"],
  InvalidArgument:                      [400, "The argument is invalid."],
  InvalidBucketName:                    [400, "The specified bucket is not valid.", "0015-00000001"],
  InvalidCRC64:                         [400, "The x-oss-hash-crc64ecma you specified does not match what we calculated."],
  InvalidDigest:                        [400, "The Content-MD5 you specified was invalid."],
  InvalidEncryptionAlgorithmError:      [400, "The Encryption request you specified is not valid. Supported value: AES256/SM4/KMS."],
  InvalidLocationConstraint:            [400, "The specified location-constraint is not valid"],
  InvalidObjectName:                    [400, "The specified object is not valid.", "0016-00000005"],
  InvalidPart:                          [400, "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag."],
  InvalidPartOrder:                     [400, "The list of parts was not in ascending order. Parts list must specified in order by part number.", "0042-00000209"],
  InvalidPolicyDocument:                [400, "Invalid Policy.", "0006-00000201"],
  InvalidRange:                         [416, "The requested range cannot be satisfied"],
  InvalidRequest:                       [400, "The request is invalid."],
  InvalidSecurityToken:                 [403, "The security token you provided is invalid."],
  InvalidTargetType:                    [400, "The symbolic's target file type is invalid", "0026-00000011"],
  MalformedPOSTRequest:                 [400, "The body of your POST request is not well-formed multipart/form-data.", "0006-00000104"],
  MalformedXML:                         [400, "The XML you provided was not well-formed or did not validate against our published schema.", "0031-00000001"],
  MaxPOSTPreDataLengthExceededError:    [400, "Your POST request fields preceding the upload file were too large."],
  MethodNotAllowed:                     [405, "The specified method is not allowed against this resource."],
  MissingArgument:                      [400, "Missing Some Required Arguments."],
  MissingContentLength:                 [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket:                         [404, "The specified bucket does not exist.", "0015-00000101"],
  NoSuchKey:                            [404, "The specified key does not exist.", "0026-00000001"],
  NoSuchUpload:                         [404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.", "0042-00000002"],
  NoSuchVersion:                        [404, "The specified version does not exist."],
  NotImplemented:                       [400, "The emulator does not implement this operation."],
  NotModified:                          [304, "Not Modified"],
  NotSymlink:                           [400, "The object is not symlink."],
  ObjectNotAppendable:                  [409, "The object is not appendable"],
  PartNotSequential:                    [400, "The part is not sequential."],
  PositionNotEqualToLength:             [409, "Position is not equal to file length", "0026-00000016"],
  PreconditionFailed:                   [412, "At least one of the pre-conditions you specified did not hold.", "0017-00001001"],
  RequestIsNotMultiPartContent:         [400, "Bucket POST must be of the enclosure-type multipart/form-data."],
  RequestTimeTooSkewed:                 [403, "The difference between the request time and the current time is too large.", "0002-00000504"],
  RequestTimeout:                       [400, "Your socket connection to the server was not read from or written to within the timeout period."],
  SecondLevelDomainForbidden:           [403, "The bucket you are attempting to access must be addressed using OSS third level domain."],
  SecurityTokenExpired:                 [403, "The security token you provided has expired.", "0002-00000007"],
  SignatureDoesNotMatch:                [403, "The request signature we calculated does not match the signature you provided. Check your key and signing method.", "0002-00000040"],
  SymlinkTargetNotExist:                [404, "The symlink target object does not exist."],
  TooManyBuckets:                       [400, "You have attempted to create more buckets than allowed."],
} as const satisfies Record<string, readonly [status: number, message: string, ec?: string]>;

export type ErrorCode = keyof typeof table;

/** What one occurrence of an error adds to its row. */
export type ErrorMore = {
	readonly message?: string;
	/** The number OSS gives to the cause, `NNNN-NNNNNNNN`; '' when none is known. */
	readonly ec?: string;
	/** Extra elements of the error document, in the order OSS writes them, e.g. `BucketName`. */
	readonly details?: Readonly<Record<string, string>>;
	/** `AccessDeniedDetail`, with its own elements: who was refused what, and by which kind of policy. */
	readonly accessDenied?: Readonly<Record<string, string>>;
	/** Headers the answer carries besides the usual ones, e.g. `Allow`. */
	readonly headers?: Readonly<Record<string, string>>;
	/** For the emulator's own record: the client is told what OSS tells. */
	readonly why?: Explanation;
};

/** Which rule refused access, and where it stands. */
export type Explanation = {
	readonly rule:
		| "session policy"
		| "identity policy"
		| "bucket policy"
		| "acl"
		| "block public access"
		| "requester pays";
	/** Whether the rule says no, or none says yes. */
	readonly verdict: "explicit deny" | "implicit deny";
	readonly action: string;
	/** `acs:oss:oss-cn-hangzhou:1000000000000001:photos/cat.jpg`. */
	readonly resource: string;
	/** For people: `account 1000000000000001`, `session job of role app`. */
	readonly caller: string;
	/** Of policies: what said no; statements count from 1. */
	readonly statements: readonly {
		readonly policy: string;
		readonly statement: number;
	}[];
	/** All of it in one. */
	readonly sentence: string;
};

export class OssError extends Error {
	readonly code: ErrorCode;
	readonly status: number;
	readonly ec: string;
	readonly details: Readonly<Record<string, string>>;
	readonly accessDenied: Readonly<Record<string, string>> | undefined;
	readonly headers: Readonly<Record<string, string>>;
	readonly why: Explanation | undefined;

	constructor(code: ErrorCode, more: ErrorMore = {}) {
		const [status, message, ec = ""]: readonly [number, string, string?] =
			table[code];
		super(more.message ?? message);
		this.name = code;
		this.code = code;
		this.status = status;
		this.ec = more.ec ?? ec;
		this.details = more.details ?? {};
		this.accessDenied = more.accessDenied;
		this.headers = more.headers ?? {};
		this.why = more.why;
	}
}

/** `InvalidArgument` as OSS words it most often: which argument, and the value it had. */
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
