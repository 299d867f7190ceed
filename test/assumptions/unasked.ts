/** Assumptions that one account cannot probe, or not without harm, with the reasons. Pure. */
export type Unasked = {
	/** The assumption, a sentence. */
	readonly assumes: string;
	/** The reason why no probe exists. */
	readonly why: string;
};

const TIME = "It shows after days.";
const TLS =
	"It needs an application server with a certificate of its own making.";
const SECOND = "It needs a second account, user or role.";
const RETAINED = "It needs objects that cannot be deleted for a day.";
const LARGE = "It needs more data than a run may send.";
const OWN = "It is the emulator's own doing, not OSS's.";
const DOMAIN = "It needs a domain of one's own.";
const QUERY = "An open meta query costs more than a run may.";
const FROZEN = "It needs an archived object to be restored, which takes hours.";

export const unasked: Readonly<Record<string, Unasked>> = {
	"A-202": {
		assumes:
			"A callback over TLS accepts any certificate: OSS does not send the server's name by default, so it cannot insist on one.",
		why: TLS,
	},
	"A-226": {
		assumes:
			"When the resolver cannot be asked, the upload is stored and the callback fails afterwards.",
		why: "It needs a resolver of OSS that fails.",
	},
	"A-244": {
		assumes: "callbackSNI sends the name in the callbackUrl, not callbackHost.",
		why: TLS,
	},
	"A-245": {
		assumes:
			"A TLS handshake without end is reported as an answer that does not come in time.",
		why: TLS,
	},
	"A-415": {
		assumes: "Locking a retention policy that is locked is refused.",
		why: "A locked policy keeps the bucket for a day.",
	},
	"A-416": {
		assumes: "A replication rule that is deleted is closing for a minute.",
		why: "It needs a bucket in a second region.",
	},
	"A-421": {
		assumes: "A second access point of a name is InvalidArgument.",
		why: "An access point takes minutes to be made and keeps the bucket meanwhile.",
	},
	"A-501": {
		assumes: "An address of IPv4 written as IPv6, ::ffff:10.0.0.1, is IPv4.",
		why: "It needs a client with such an address.",
	},
	"A-507": {
		assumes:
			"The uid of an account as a principal is the account's own key, not its users and sessions.",
		why: SECOND,
	},
	"A-509": {
		assumes:
			"A session that its policy does not allow gets the EC that says whether the policy denied or was silent.",
		why: SECOND,
	},
	"A-510": {
		assumes: "The case of the names of users and roles does not count.",
		why: SECOND,
	},
	"A-511": {
		assumes:
			"A permanent key with the token of a session is AccessKeyIdAndSecurityTokenNotMatch.",
		why: SECOND,
	},
	"A-525": {
		assumes: "An empty Policy of AssumeRole counts as absent.",
		why: SECOND,
	},
	"A-530": {
		assumes: "An account's own key can assume roles, which a real one cannot.",
		why: OWN,
	},
	"A-541": {
		assumes:
			"A condition on the tags of an existing object does not look at an object that is being written.",
		why: SECOND,
	},
	"A-542": {
		assumes:
			"A bucket's owner may always read, put and delete the bucket's policy.",
		why: "If it does not hold, the bucket is locked for good.",
	},
	"A-543": {
		assumes:
			"Where the requester pays, other refusals come before the one for a missing x-oss-request-payer.",
		why: SECOND,
	},
	"A-544": {
		assumes:
			"DeleteMultipleObjects is refused as a whole when one of its keys is refused.",
		why: SECOND,
	},
	"A-600": {
		assumes:
			"A restoration takes seconds, in the order of the documented hours.",
		why: OWN,
	},
	"A-601": {
		assumes: "A restoration that runs can be made faster, not slower.",
		why: FROZEN,
	},
	"A-602": {
		assumes:
			"x-oss-restore of a restored object that is deleted early remains only for classes that are copied to be read.",
		why: FROZEN,
	},
	"A-611": {
		assumes:
			"AppendObject to more than 5 GB has the error of a body of more than 5 GB.",
		why: LARGE,
	},
	"A-615": {
		assumes: "CopyObject copies up to 5 GB; older pages say 1 GB.",
		why: LARGE,
	},
	"A-621": {
		assumes: "A mode or date of retention that is not one is InvalidArgument.",
		why: RETAINED,
	},
	"A-622": {
		assumes: "Appendable objects cannot be retained.",
		why: RETAINED,
	},
	"A-623": {
		assumes:
			"GetObjectRetention of an object without retention is an error: the page has an empty answer.",
		why: RETAINED,
	},
	"A-624": {
		assumes: "GetObjectLegalHold of an object without a hold is an error.",
		why: RETAINED,
	},
	"A-625": {
		assumes:
			"DeleteMultipleObjects ends at the first object that is retained, after those before it.",
		why: RETAINED,
	},
	"A-632": {
		assumes:
			"A callback whose body would have more than 2 MiB is not sent, and the uploader gets 203 CallbackFailed.",
		why: LARGE,
	},
	"A-641": {
		assumes:
			"A lifecycle rule with Date deletes objects that are older than that day, from that day on.",
		why: TIME,
	},
	"A-642": {
		assumes:
			"Lifecycle rules by the time of the last access are stored and not carried out.",
		why: OWN,
	},
	"A-651": {
		assumes:
			"A client that can make a domain lead to the emulator can bind it: the address takes the place of the DNS record.",
		why: OWN,
	},
	"A-652": {
		assumes:
			"A domain that is bound to another bucket moves when its owner binds it.",
		why: DOMAIN,
	},
	"A-671": {
		assumes: "A meta query that was opened runs after a few seconds.",
		why: QUERY,
	},
	"A-674": {
		assumes:
			"PassQueryString of a website's mirror counts where MirrorPassQueryString is not given.",
		why: "It needs an origin that the cloud fetches from.",
	},
	"A-677": {
		assumes:
			"An asynchronous fetch is QpsLimitExceeded when too many have not ended.",
		why: "It needs thousands of fetches.",
	},
	"A-678": {
		assumes: "An asynchronous fetch does not follow redirects.",
		why: "It needs an origin that the cloud fetches from.",
	},
	"A-700": {
		assumes:
			"A page may read every header of an answer, x-oss-meta-… too, where the emulator's own CORS rule applies.",
		why: OWN,
	},
	"A-802": {
		assumes:
			"A row of JSON that needs more than 256 MiB of memory is InvalidJsonData.",
		why: LARGE,
	},
	"A-855": {
		assumes:
			"Images of more pixels than the emulator's memory allows are too large; OSS takes 250 million.",
		why: OWN,
	},
	"A-861": {
		assumes:
			"The font of a watermark is the machine's own, and an image as a watermark is not there.",
		why: OWN,
	},
	"A-863": {
		assumes:
			"Saving a processed image needs the right to put the new object besides the right to read the old one.",
		why: SECOND,
	},
	"A-310": {
		assumes:
			"Where the S3-compatible protocol is switched off, its requests are AccessDenied.",
		why: OWN,
	},
	"A-324": {
		assumes:
			"A LocationConstraint that is not a region of OSS is ignored over S3: us-east-1, and a missing one.",
		why: "It needs a bucket for each location.",
	},
	"A-332": {
		assumes:
			"The hosts of the S3-compatible endpoint include that of overseas acceleration.",
		why: "It needs transfer acceleration, which costs more than a run may.",
	},
	"A-885": {
		assumes:
			"The template of a callback body has limits of length and of variables.",
		why: OWN,
	},
	"A-886": {
		assumes:
			"The head of an application server's answer has a limit of lines, besides OSS's own of bytes.",
		why: OWN,
	},
	"A-898": {
		assumes:
			"An object that was not read since it was written has the last access time of that write.",
		why: TIME,
	},
	"A-899": {
		assumes:
			"A caller without rights gets AccessDenied even if the body is wrong in itself.",
		why: SECOND,
	},
	"A-931": {
		assumes:
			"Where new buckets block public access, PutBucket with a public ACL is AccessDenied.",
		why: "It needs a second bucket.",
	},
	"A-935": {
		assumes:
			"Without Sort the files of DoMetaQuery are in the order of their names, and an answer with aggregations has none.",
		why: QUERY,
	},
	"A-936": {
		assumes:
			"FileModifiedTime of DoMetaQuery is written as the manual's example is.",
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
		assumes: "A preflight with more than 200 headers is allowed by no rule.",
		why: OWN,
	},
	"A-942": {
		assumes: "LIKE has limits of patterns and of lengths.",
		why: OWN,
	},
	"A-943": {
		assumes: "The work of one x-oss-process is limited by its pixels.",
		why: OWN,
	},
	"A-946": {
		assumes:
			"The shadow of a text lies a twentieth of its size below and to the right.",
		why: "The fonts of OSS and of this machine differ.",
	},
	"A-947": {
		assumes: "The caller must be allowed to read the image of a watermark.",
		why: SECOND,
	},
	"A-960": {
		assumes: "SelectObject has limits of texts, members, nesting and columns.",
		why: OWN,
	},
	"A-961": {
		assumes:
			"A row of JSON that finds no memory beside other requests is QpsLimitExceeded.",
		why: OWN,
	},
	"A-962": {
		assumes:
			"One document more than a bucket can keep of a kind is InvalidArgument.",
		why: LARGE,
	},
	"A-905": {
		assumes:
			"A form that would need more memory than unfinished forms may share is QpsLimitExceeded.",
		why: OWN,
	},
};
