/** Assumptions that cannot be probed with one account, or not without harm, with the reasons. Pure. */
export type Unprobed = {
	/** The assumption, a sentence. */
	readonly assumes: string;
	/** The reason why no probe exists. */
	readonly why: string;
};

const TIME = "The effect takes days.";
const TLS = "It needs an application server with a self-signed certificate.";
const SECOND = "It needs a second account, user or role.";
const RETAINED = "It needs objects that cannot be deleted for a day.";
const LARGE = "It needs more data than the limit of a run.";
const OWN = "It describes the emulator, not OSS.";
const DOMAIN = "It needs a registered domain.";
const QUERY = "A meta query costs more than the limit of a run.";
const FROZEN = "It needs a restored archived object, which takes hours.";

export const unprobed: Readonly<Record<string, Unprobed>> = {
	"A-202": {
		assumes:
			"A callback over TLS accepts any certificate: OSS does not send the server's name by default, so it cannot verify the name.",
		why: TLS,
	},
	"A-226": {
		assumes:
			"If the resolver fails, the upload is stored and the callback fails afterwards.",
		why: "OSS's resolver would have to fail.",
	},
	"A-244": {
		assumes: "callbackSNI sends the name in the callbackUrl, not callbackHost.",
		why: TLS,
	},
	"A-245": {
		assumes:
			"A TLS handshake that does not end is reported as a timeout of the answer.",
		why: TLS,
	},
	"A-415": {
		assumes: "Locking a locked retention policy is refused.",
		why: "With a locked policy the bucket cannot be deleted for a day.",
	},
	"A-416": {
		assumes: "A deleted replication rule has the status closing for a minute.",
		why: "It needs a bucket in a second region.",
	},
	"A-421": {
		assumes: "A second access point with the same name is InvalidArgument.",
		why: "The creation of an access point takes minutes, during which the bucket cannot be deleted.",
	},
	"A-501": {
		assumes:
			"An IPv4-mapped IPv6 address, ::ffff:10.0.0.1, is treated as IPv4.",
		why: "It needs a client with such an address.",
	},
	"A-507": {
		assumes:
			"An account's uid as a principal matches the account's own key, not its users and sessions.",
		why: SECOND,
	},
	"A-509": {
		assumes:
			"The EC of a request that a session policy refuses shows whether the denial is explicit or implicit.",
		why: SECOND,
	},
	"A-510": {
		assumes: "The names of users and roles are case-insensitive.",
		why: SECOND,
	},
	"A-511": {
		assumes:
			"A permanent key with a session's token is AccessKeyIdAndSecurityTokenNotMatch.",
		why: SECOND,
	},
	"A-525": {
		assumes: "An empty Policy of AssumeRole is treated as missing.",
		why: SECOND,
	},
	"A-530": {
		assumes: "An account's own key can assume roles, which OSS does not allow.",
		why: OWN,
	},
	"A-541": {
		assumes:
			"A condition on the tags of an existing object does not apply to the object that a request writes.",
		why: SECOND,
	},
	"A-542": {
		assumes:
			"A bucket's owner may always read, put and delete the bucket's policy.",
		why: "If it does not hold, the bucket cannot be deleted.",
	},
	"A-543": {
		assumes:
			"If the requester pays, other refusals precede the one for a missing x-oss-request-payer.",
		why: SECOND,
	},
	"A-544": {
		assumes:
			"DeleteMultipleObjects is refused as a whole if one of its keys is refused.",
		why: SECOND,
	},
	"A-600": {
		assumes:
			"A restoration takes seconds, in proportion to the documented hours.",
		why: OWN,
	},
	"A-601": {
		assumes: "A running restoration can be made faster, but not slower.",
		why: FROZEN,
	},
	"A-602": {
		assumes:
			"After an early deletion of the restored copy, x-oss-restore remains only for classes that are copied on restoration.",
		why: FROZEN,
	},
	"A-611": {
		assumes:
			"AppendObject that would exceed 5 GB has the error for a body of more than 5 GB.",
		why: LARGE,
	},
	"A-615": {
		assumes: "CopyObject copies up to 5 GB; older pages say 1 GB.",
		why: LARGE,
	},
	"A-621": {
		assumes: "An invalid mode or date of retention is InvalidArgument.",
		why: RETAINED,
	},
	"A-622": {
		assumes: "Appendable objects cannot be retained.",
		why: RETAINED,
	},
	"A-623": {
		assumes:
			"GetObjectRetention of an object without retention is an error, although the page has an empty response.",
		why: RETAINED,
	},
	"A-624": {
		assumes: "GetObjectLegalHold of an object without a hold is an error.",
		why: RETAINED,
	},
	"A-625": {
		assumes:
			"DeleteMultipleObjects stops at the first retained object; the objects before it are deleted.",
		why: RETAINED,
	},
	"A-632": {
		assumes:
			"A callback whose body would exceed 2 MiB is not sent, and the uploader receives 203 CallbackFailed.",
		why: LARGE,
	},
	"A-641": {
		assumes:
			"A lifecycle rule with Date deletes objects that are older than that day, from that day on.",
		why: TIME,
	},
	"A-642": {
		assumes:
			"Lifecycle rules based on the last access time are stored, but not applied.",
		why: OWN,
	},
	"A-651": {
		assumes:
			"A domain can be bound by a client that can resolve it to the emulator: this replaces the check of the DNS record.",
		why: OWN,
	},
	"A-652": {
		assumes:
			"A domain that is bound to another bucket is moved if the owner of the domain binds it.",
		why: DOMAIN,
	},
	"A-671": {
		assumes: "A meta query is running a few seconds after it was opened.",
		why: QUERY,
	},
	"A-674": {
		assumes:
			"PassQueryString of a website's mirror is used if MirrorPassQueryString is not given.",
		why: "It needs an origin that the cloud fetches from.",
	},
	"A-677": {
		assumes:
			"An asynchronous fetch is QpsLimitExceeded if too many are pending.",
		why: "It needs thousands of fetches.",
	},
	"A-678": {
		assumes: "An asynchronous fetch does not follow redirects.",
		why: "It needs an origin that the cloud fetches from.",
	},
	"A-700": {
		assumes:
			"Under the emulator's own CORS rule, a page can read every header of a response, including x-oss-meta-….",
		why: OWN,
	},
	"A-802": {
		assumes:
			"A row of JSON that needs more than 256 MiB of memory is InvalidJsonData.",
		why: LARGE,
	},
	"A-855": {
		assumes:
			"Images with more pixels than the emulator's memory allows are too large; OSS accepts 250 million pixels.",
		why: OWN,
	},
	"A-861": {
		assumes: "The font of a watermark is a font of the machine.",
		why: OWN,
	},
	"A-863": {
		assumes:
			"To save a processed image, the caller must be allowed to put the new object and to read the original.",
		why: SECOND,
	},
	"A-310": {
		assumes:
			"If the S3-compatible protocol is disabled, its requests are AccessDenied.",
		why: OWN,
	},
	"A-324": {
		assumes:
			"Over S3, a missing LocationConstraint and one that is not an OSS region, such as us-east-1, are ignored.",
		why: "It needs a bucket for each location.",
	},
	"A-332": {
		assumes:
			"The hosts of the S3-compatible endpoint include the one of overseas acceleration.",
		why: "It needs transfer acceleration, which costs more than the limit of a run.",
	},
	"A-885": {
		assumes:
			"The length and the number of variables of a callback body's template are limited.",
		why: OWN,
	},
	"A-886": {
		assumes:
			"The number of lines in the head of an application server's answer is limited, in addition to OSS's limit of bytes.",
		why: OWN,
	},
	"A-898": {
		assumes:
			"The last access time of an object that has not been read is the time at which it was written.",
		why: TIME,
	},
	"A-899": {
		assumes:
			"A caller without rights receives AccessDenied even if the body is invalid.",
		why: SECOND,
	},
	"A-931": {
		assumes:
			"If new buckets block public access, PutBucket with a public ACL is AccessDenied.",
		why: "It needs a second bucket.",
	},
	"A-935": {
		assumes:
			"Without Sort the files of DoMetaQuery are sorted by name, and a response with aggregations has no files.",
		why: QUERY,
	},
	"A-936": {
		assumes:
			"FileModifiedTime of DoMetaQuery has the format of the manual's example.",
		why: QUERY,
	},
	"A-937": {
		assumes:
			"DoMetaQuery addresses tags and metadata as OSSTagging.KEY and OSSUserMeta.NAME.",
		why: QUERY,
	},
	"A-938": {
		assumes: "DoMetaQuery compares texts by their UTF-8 bytes.",
		why: QUERY,
	},
	"A-939": {
		assumes: "Wildcards compare the first 4,096 characters of a text.",
		why: OWN,
	},
	"A-941": {
		assumes: "A preflight request for more than 200 headers is refused.",
		why: OWN,
	},
	"A-942": {
		assumes:
			"The number of wildcards and the length of LIKE patterns are limited.",
		why: OWN,
	},
	"A-943": {
		assumes:
			"The number of pixels that one x-oss-process may process is limited.",
		why: OWN,
	},
	"A-946": {
		assumes:
			"The shadow of a text is offset by a twentieth of its size, down and to the right.",
		why: "The fonts of OSS and of this machine differ.",
	},
	"A-947": {
		assumes:
			"The caller must be allowed to read an image that is used as a watermark.",
		why: SECOND,
	},
	"A-960": {
		assumes:
			"SelectObject limits the length of texts, and the number of members, levels and columns.",
		why: OWN,
	},
	"A-961": {
		assumes:
			"A row of JSON for which other requests leave no memory is QpsLimitExceeded.",
		why: OWN,
	},
	"A-962": {
		assumes:
			"A configuration document beyond the maximum number of its kind is InvalidArgument.",
		why: LARGE,
	},
	"A-964": {
		assumes:
			"A URL of S3's V2 may sign its security token as a header, or not at all.",
		why: SECOND,
	},
	"A-948": {
		assumes:
			"PutLiveChannel with a bucket for snapshots that does not exist, or belongs to another account, is InvalidArgument.",
		why: "It needs a live channel, which not every account may create.",
	},
	"A-905": {
		assumes:
			"A form is QpsLimitExceeded if the unfinished forms would use more memory than their limit.",
		why: OWN,
	},
};
