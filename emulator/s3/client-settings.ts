/**
 * The setting of each client that avoids a refusal of OSS, one row per client. README.md in this folder is made from
 * it.
 *
 * Pure. Source: docs «Use AWS SDKs to access OSS»; the clients' own manuals.
 */

/** Features of S3 that OSS refuses. */
export const REFUSED_FEATURES = [
	"trailers",
	"streaming",
	"path style",
	"no MD5",
] as const;

export type RefusedFeature = (typeof REFUSED_FEATURES)[number];

type Client = {
	readonly name: string;
	readonly userAgent: RegExp;
	/** The setting as it is written in that client. */
	readonly settings: Readonly<Record<RefusedFeature, string>>;
};

const NO_SETTING = "it has no setting for it";

// biome-ignore format: a table
export const CLIENTS: readonly Client[] = [
  {
    name: "AWS CLI", userAgent: /\baws-cli\//,
    settings: {
      trailers: "request_checksum_calculation = when_required in the profile, or AWS_REQUEST_CHECKSUM_CALCULATION=when_required",
      streaming: "request_checksum_calculation = when_required in the profile",
      "path style": "aws configure set default.s3.addressing_style virtual",
      "no MD5": "request_checksum_calculation = when_required in the profile, and aws s3 rm, which deletes one by one",
    },
  },
  {
    name: "boto3", userAgent: /\b[Bb]oto(?:3|core)\b|\baiobotocore\//,
    settings: {
      trailers: 'Config(request_checksum_calculation="when_required", response_checksum_validation="when_required"), or Config(signature_version="s3")',
      streaming: 'Config(request_checksum_calculation="when_required")',
      "path style": 'Config(s3={"addressing_style": "virtual"})',
      "no MD5": 'client.meta.events.register("before-sign.s3.DeleteObjects", …) with a handler that adds Content-MD5',
    },
  },
  {
    name: "Hadoop S3A", userAgent: /\bHadoop\b/,
    settings: {
      trailers: "fs.s3a.checksum.generation=false, which is the default, and fs.s3a.create.checksum.algorithm unset",
      streaming: "fs.s3a.checksum.generation=false",
      "path style": "fs.s3a.path.style.access=false",
      "no MD5": "fs.s3a.request.md5.header=true, which is the default; or fs.s3a.multiobjectdelete.enable=false",
    },
  },
  {
    name: "AWS SDK for Java 2", userAgent: /\baws-sdk-java\/2\./,
    settings: {
      trailers: ".requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED) with S3Configuration.builder().chunkedEncodingEnabled(false)",
      streaming: "S3Configuration.builder().chunkedEncodingEnabled(false)",
      "path style": ".forcePathStyle(false)",
      "no MD5": ".addPlugin(LegacyMd5Plugin.create())",
    },
  },
  {
    name: "AWS SDK for Java 1", userAgent: /\baws-sdk-java\/1\./,
    settings: {
      trailers: "withChunkedEncodingDisabled(true)",
      streaming: "withChunkedEncodingDisabled(true)",
      "path style": "withPathStyleAccessEnabled(false)",
      "no MD5": "not needed: it sends a Content-MD5 by itself",
    },
  },
  {
    name: "rclone", userAgent: /\brclone\//,
    settings: {
      trailers: "provider = Alibaba",
      streaming: "provider = Alibaba",
      "path style": "provider = Alibaba, or force_path_style = false",
      "no MD5": "not needed: it deletes one by one",
    },
  },
  {
    name: "AWS SDK for Go v2", userAgent: /\baws-sdk-go-v2\//,
    settings: {
      trailers: "o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired",
      streaming: "o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired",
      "path style": "o.UsePathStyle = false",
      "no MD5": "a middleware that computes Content-MD5: smithyhttp.AddContentChecksumMiddleware",
    },
  },
  {
    name: "AWS SDK for Go v1", userAgent: /\baws-sdk-go\//,
    settings: {
      trailers: "not needed: it sends no trailers", streaming: "not needed: it signs no chunks",
      "path style": "S3ForcePathStyle: aws.Bool(false)",
      "no MD5": "not needed: it sends a Content-MD5 by itself",
    },
  },
  {
    name: "AWS SDK for JavaScript v3", userAgent: /\baws-sdk-js\/3\./,
    settings: {
      trailers: 'requestChecksumCalculation: "WHEN_REQUIRED"',
      streaming: 'requestChecksumCalculation: "WHEN_REQUIRED"',
      "path style": "forcePathStyle: false",
      "no MD5": "a middleware of the step build that sets Content-MD5",
    },
  },
  {
    name: "AWS SDK for .NET", userAgent: /\baws-sdk-dotnet/,
    settings: {
      trailers: "RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED with DisablePayloadSigning = true",
      streaming: "DisablePayloadSigning = true on the request, over https; or UseChunkEncoding = false",
      "path style": "ForcePathStyle = false",
      "no MD5": "CalculateContentMD5Header = true on the request",
    },
  },
  {
    name: "AWS SDK for C++", userAgent: /\baws-sdk-cpp\//,
    settings: {
      trailers: "checksumConfig.requestChecksumCalculation = RequestChecksumCalculation::WHEN_REQUIRED",
      streaming: "PayloadSigningPolicy::Never",
      "path style": "useVirtualAddressing = true",
      "no MD5": "SetAdditionalCustomHeaderValue(\"Content-MD5\", …)",
    },
  },
  {
    name: "MinIO client", userAgent: /\bminio-go\/|\bMinIO \(/i,
    settings: {
      trailers: "TrailingHeaders: false, which is its default",
      streaming: "https: minio-go signs chunks over http only; or PutObjectOptions{DisableContentSha256: true}",
      "path style": "BucketLookup: minio.BucketLookupDNS",
      "no MD5": "not needed: it sends a Content-MD5 by itself",
    },
  },
  {
    name: "object_store of Rust", userAgent: /\bobject_store\//,
    settings: {
      trailers: "not needed: it sends no trailers", streaming: "not needed: it signs no chunks",
      "path style": "aws_virtual_hosted_style_request = true",
      "no MD5": NO_SETTING,
    },
  },
];

const ANY: Client = {
	name: "the client",
	userAgent: /(?:)/,
	settings: {
		trailers:
			"AWS_REQUEST_CHECKSUM_CALCULATION=when_required in its environment, which all current AWS SDKs read",
		streaming: "its setting that disables chunked encoding or payload signing",
		"path style":
			"its setting for virtual-hosted style, or that disables path style",
		"no MD5": "a Content-MD5 header, or deleting one by one",
	},
};

/** @param userAgent of a request; '' if it has no User-Agent */
export function findSetting(
	userAgent: string,
	feature: RefusedFeature,
): { readonly client: string; readonly setting: string } {
	const client =
		CLIENTS.find((known) => known.userAgent.test(userAgent)) ?? ANY;
	return { client: client.name, setting: client.settings[feature] };
}
