/**
 * The query parameters that V1 signs; V2 and V4 sign all parameters.
 *
 * Pure. Source: the union of the lists of all official SDKs (py1 `_subresource_key_set`, go1 conn.go, java1
 * SignParameters, go2 and py2 signers with their operations, php SignerV1). No list contains `regions`: py1's suite
 * signs a DescribeRegions with it as `/`.
 */

// biome-ignore format: a list
export const SUB_RESOURCES: ReadonlySet<string> = new Set([
  "accessPoint", "accessPointConfigForObjectProcess", "accessPointForObjectProcess", "accessPointPolicy",
  "accessPointPolicyForObjectProcess", "acl", "append", "asyncFetch", "bucketArchiveDirectRead", "bucketInfo",
  "callback", "callback-var", "cleanRestoredObject", "cloudboxes", "cname", "comp", "continuation-token", "cors",
  "dataPipeline", "delete", "encryption", "endTime", "group", "httpsConfig", "img", "inventory", "inventoryId",
  "legalHold", "lifecycle", "link", "live", "location", "logging", "metaQuery", "objectInfo", "objectMeta",
  "objectWorm", "overwriteConfig", "partNumber", "policy", "policyStatus", "position", "processConfiguration",
  "publicAccessBlock", "qos", "qosInfo", "qosRequester", "redundancyTransition", "referer", "regionList",
  "replication", "replicationLocation", "replicationProgress", "requestPayment", "requesterQosInfo",
  "resourceGroup", "resourcePool", "resourcePoolBuckets", "resourcePoolInfo", "response-cache-control",
  "response-content-disposition", "response-content-encoding", "response-content-language",
  "response-content-type", "response-expires", "responseHeader", "restore", "retention", "rtc", "seal",
  "security-token", "sequential", "startTime", "stat", "status", "style", "styleName", "symlink", "tagging",
  "transferAcceleration", "udf", "udfApplication", "udfApplicationLog", "udfId", "udfImage", "udfImageDesc",
  "udfName", "uploadId", "uploads", "userDefinedLogFieldsConfig", "versionId", "versioning", "versions", "vip",
  "vod", "vpcip", "website", "withHashContext", "worm", "wormExtend", "wormId", "x-oss-ac-forward-allow",
  "x-oss-ac-source-ip", "x-oss-ac-subnet-mask", "x-oss-ac-vpc-id", "x-oss-access-point-name",
  "x-oss-async-process", "x-oss-delete", "x-oss-dir", "x-oss-enable-md5", "x-oss-enable-sha1",
  "x-oss-enable-sha256", "x-oss-hash-ctx", "x-oss-md5-ctx", "x-oss-process",
  "x-oss-redundancy-transition-taskid", "x-oss-rename", "x-oss-request-payer", "x-oss-security-token",
  "x-oss-target-redundancy-type", "x-oss-traffic-limit", "x-oss-write-get-object-response",
]);
