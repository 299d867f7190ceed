/**
 * The OSS API as this emulator knows it: one row per operation, in the order and under the names of the API reference.
 * A row without a function is known and not implemented.
 *
 * Source: docs «List of operations by function»; names and sub-resources of newer ones from go2's `api_op_*.go`.
 */
import { getBucketAcl, getObjectAcl, putObjectAcl } from "./acl.ts";
import { appendObject } from "./append-object.ts";
import { getAsyncFetchTask, putAsyncFetchTask } from "./async-fetch.ts";
import { getBucketInfo, getBucketStat, headBucket } from "./bucket-info.ts";
import {
	deleteBucket,
	getBucketLocation,
	putBucket,
	putBucketAcl,
} from "./buckets.ts";
import { completeMultipartUpload } from "./complete-multipart-upload.ts";
import { ACCESS_MONITOR } from "./configurations/access-monitor.ts";
import {
	ACCESS_POINT_POLICY,
	createAccessPoint,
	deleteAccessPoint,
	getAccessPoint,
	listAccessPoints,
	withAccessPoint,
} from "./configurations/access-points.ts";
import { CALLBACK_POLICY } from "./configurations/callback-policy.ts";
import {
	createCnameToken,
	deleteCname,
	getCnameToken,
	listCname,
	putCname,
} from "./configurations/cname.ts";
import { CORS } from "./configurations/cors.ts";
import {
	deleteDocument,
	getDocument,
	putDocument,
} from "./configurations/documents.ts";
import { ENCRYPTION } from "./configurations/encryption.ts";
import { INVENTORY, listBucketInventory } from "./configurations/inventory.ts";
import {
	LIFECYCLE,
	putBucketAccessMonitor,
} from "./configurations/lifecycle.ts";
import { listLiveChannel } from "./configurations/list-live-channel.ts";
import {
	deleteLiveChannel,
	getLiveChannelHistory,
	getLiveChannelInfo,
	getLiveChannelStat,
	putLiveChannel,
	putLiveChannelStatus,
	vodPlaylist,
} from "./configurations/live-channels.ts";
import { LOGGING, USER_DEFINED_LOG_FIELDS } from "./configurations/logging.ts";
import {
	closeMetaQuery,
	doMetaQuery,
	getMetaQueryStatus,
	openMetaQuery,
} from "./configurations/meta-query.ts";
import {
	createObjectProcessPoint,
	deleteObjectProcessPoint,
	getObjectProcessConfig,
	getObjectProcessPoint,
	listObjectProcessPoints,
	OBJECT_PROCESS_POLICY,
	putObjectProcessConfig,
} from "./configurations/object-process-points.ts";
import { optionObject } from "./configurations/option-object.ts";
import {
	deletePolicy,
	getBucketPolicyStatus,
	getPolicy,
	OF_BUCKET,
	putPolicy,
} from "./configurations/policy.ts";
import {
	deletePublicAccessBlock,
	getPublicAccessBlock,
	PUBLIC_ACCESS_BLOCK,
	putPublicAccessBlock,
} from "./configurations/public-access-block.ts";
import {
	getBucketRequesterQosInfo,
	getUserQosInfo,
	listBucketRequesterQosInfos,
	QOS_INFO,
	REQUESTER_QOS_INFO,
	STORAGE_CAPACITY,
} from "./configurations/qos.ts";
import {
	createRedundancyTransition,
	deleteRedundancyTransition,
	getRedundancyTransition,
	listBucketRedundancyTransition,
	listUserRedundancyTransition,
} from "./configurations/redundancy-transition.ts";
import { REFERER } from "./configurations/referer.ts";
import { describeRegions, listCloudBoxes } from "./configurations/regions.ts";
import {
	deleteBucketReplication,
	getBucketReplication,
	putBucketReplication,
	putBucketRtc,
} from "./configurations/replication.ts";
import {
	getBucketReplicationLocation,
	getBucketReplicationProgress,
} from "./configurations/replication-progress.ts";
import { RESPONSE_HEADER } from "./configurations/response-header.ts";
import { listStyle, putStyle, STYLE } from "./configurations/style.ts";
import {
	ARCHIVE_DIRECT_READ,
	HTTPS_CONFIG,
	OBJECT_WORM,
	OVERWRITE_CONFIG,
	REQUEST_PAYMENT,
	RESOURCE_GROUP_CONFIGURATION,
	TRANSFER_ACCELERATION,
} from "./configurations/switches.ts";
import { deleteBucketTags, TAGGING } from "./configurations/tagging.ts";
import {
	getBucketVersioning,
	putBucketVersioning,
} from "./configurations/versioning.ts";
import { WEBSITE } from "./configurations/website.ts";
import {
	abortBucketWorm,
	completeBucketWorm,
	extendBucketWorm,
	getBucketWorm,
	initiateBucketWorm,
} from "./configurations/worm.ts";
import { copyObject } from "./copy-object.ts";
import { deleteMultipleObjects } from "./delete-multiple-objects.ts";
import { deleteObject } from "./delete-object.ts";
import { getObject, getObjectMeta, headObject } from "./get-object.ts";
import { listBuckets } from "./list-buckets.ts";
import { listObjectVersions } from "./list-object-versions.ts";
import { listObjects, listObjectsV2 } from "./list-objects.ts";
import { listMultipartUploads, listParts } from "./list-uploads.ts";
import {
	abortMultipartUpload,
	initiateMultipartUpload,
	uploadPart,
	uploadPartCopy,
} from "./multipart.ts";
import {
	deleteObjectTagging,
	getObjectTagging,
	putObjectTagging,
} from "./object-tagging.ts";
import {
	getObjectLegalHold,
	getObjectRetention,
	putObjectLegalHold,
	putObjectRetention,
} from "./object-worm.ts";
import { postObject } from "./post-object.ts";
import { getProcessedObject, processObject } from "./process-object.ts";
import { putObject } from "./put-object.ts";
import { cleanRestoredObject, restoreObject } from "./restore-object.ts";
import { sealAppendObject } from "./seal-append-object.ts";
import { type Row, row, storedOnly } from "./select.ts";
import {
	createSelectCsvMeta,
	createSelectJsonMeta,
	selectCsvObject,
	selectJsonObject,
} from "./select-object.ts";
import { getSymlink, putSymlink } from "./symlink.ts";

// biome-ignore format: a table
export const table: readonly Row[] = [
  // Service
  row("ListBuckets",                           "GET     /",                                 listBuckets),
  row("ListBucketsByTag",                      "GET     /?tagging",                         listBuckets, "ListBuckets"),
  row("ListBucketsOfAllRegions",               "GET     /?regionList",                      listBuckets, "ListBuckets"),
  row("DescribeRegions",                       "GET     /?regions",                         describeRegions),
  storedOnly(row("ListUserDataRedundancyTransition", "GET     /?redundancyTransition",      listUserRedundancyTransition)),
  row("ListCloudBoxes",                        "GET     /?cloudboxes",                      listCloudBoxes),
  storedOnly(row("ListAccessPoints",           "GET     /?accessPoint",                     listAccessPoints)),
  row("PutPublicAccessBlock",                  "PUT     /?publicAccessBlock",               putPublicAccessBlock),
  row("GetPublicAccessBlock",                  "GET     /?publicAccessBlock",               getPublicAccessBlock),
  row("DeletePublicAccessBlock",               "DELETE  /?publicAccessBlock",               deletePublicAccessBlock),
  row("ListResourcePools",                     "GET     /?resourcePool"),
  row("GetResourcePoolInfo",                   "GET     /?resourcePoolInfo"),
  row("ListResourcePoolBuckets",               "GET     /?resourcePoolBuckets"),
  row("PutUserQosInfo",                        "PUT     /?qosInfo"),
  storedOnly(row("GetUserQosInfo",             "GET     /?qosInfo",                         getUserQosInfo)),
  row("ListRequesterQosInfos",                 "GET     /?requesterQosInfo"),
  row("PutUdf",                                "POST    /?udf"),
  row("GetUdf",                                "GET     /?udf"),
  storedOnly(row("ListAccessPointsForObjectProcess", "GET     /?accessPointForObjectProcess", listObjectProcessPoints)),

  // Bucket: basic
  row("PutBucket",                             "PUT     /bucket",                           putBucket),
  row("DeleteBucket",                          "DELETE  /bucket",                           deleteBucket),
  row("ListObjects",                           "GET     /bucket",                           listObjects),
  row("ListObjectsV2",                         "GET     /bucket?list-type=2",               listObjectsV2, "ListObjects"),
  row("GetBucketInfo",                         "GET     /bucket?bucketInfo",                getBucketInfo),
  row("GetBucketLocation",                     "GET     /bucket?location",                  getBucketLocation),
  row("GetBucketStat",                         "GET     /bucket?stat",                      getBucketStat),
  row("HeadBucket",                            "HEAD    /bucket",                           headBucket),

  // Bucket: ACL
  row("PutBucketAcl",                          "PUT     /bucket?acl",                       putBucketAcl),
  row("GetBucketAcl",                          "GET     /bucket?acl",                       getBucketAcl),

  // Bucket: versioning
  row("PutBucketVersioning",                   "PUT     /bucket?versioning",                putBucketVersioning),
  row("GetBucketVersioning",                   "GET     /bucket?versioning",                getBucketVersioning),
  row("ListObjectVersions",                    "GET     /bucket?versions",                  listObjectVersions),

  // Bucket: configuration
  storedOnly(row("PutBucketLifecycle",         "PUT     /bucket?lifecycle",                 putDocument(LIFECYCLE))),
  storedOnly(row("GetBucketLifecycle",         "GET     /bucket?lifecycle",                 getDocument(LIFECYCLE))),
  storedOnly(row("DeleteBucketLifecycle",      "DELETE  /bucket?lifecycle",                 deleteDocument(LIFECYCLE))),
  row("PutBucketCors",                         "PUT     /bucket?cors",                      putDocument(CORS)),
  row("GetBucketCors",                         "GET     /bucket?cors",                      getDocument(CORS)),
  row("DeleteBucketCors",                      "DELETE  /bucket?cors",                      deleteDocument(CORS)),
  row("OptionObject",                          "OPTIONS /bucket/object",                    optionObject),
  row("OptionBucket",                          "OPTIONS /bucket",                           optionObject, "OptionObject"),
  row("PutBucketPolicy",                       "PUT     /bucket?policy",                    putPolicy(OF_BUCKET)),
  row("GetBucketPolicy",                       "GET     /bucket?policy",                    getPolicy(OF_BUCKET)),
  row("DeleteBucketPolicy",                    "DELETE  /bucket?policy",                    deletePolicy(OF_BUCKET)),
  row("GetBucketPolicyStatus",                 "GET     /bucket?policyStatus",              getBucketPolicyStatus),
  row("PutBucketCallbackPolicy",               "PUT     /bucket?policy&comp=callback",      putDocument(CALLBACK_POLICY)),
  row("GetBucketCallbackPolicy",               "GET     /bucket?policy&comp=callback",      getDocument(CALLBACK_POLICY)),
  row("DeleteBucketCallbackPolicy",            "DELETE  /bucket?policy&comp=callback",      deleteDocument(CALLBACK_POLICY)),
  storedOnly(row("PutBucketLogging",           "PUT     /bucket?logging",                   putDocument(LOGGING))),
  storedOnly(row("GetBucketLogging",           "GET     /bucket?logging",                   getDocument(LOGGING))),
  storedOnly(row("DeleteBucketLogging",        "DELETE  /bucket?logging",                   deleteDocument(LOGGING))),
  storedOnly(row("PutUserDefinedLogFieldsConfig", "PUT     /bucket?userDefinedLogFieldsConfig", putDocument(USER_DEFINED_LOG_FIELDS))),
  storedOnly(row("GetUserDefinedLogFieldsConfig", "GET     /bucket?userDefinedLogFieldsConfig", getDocument(USER_DEFINED_LOG_FIELDS))),
  storedOnly(row("DeleteUserDefinedLogFieldsConfig", "DELETE  /bucket?userDefinedLogFieldsConfig", deleteDocument(USER_DEFINED_LOG_FIELDS))),
  row("PutBucketWebsite",                      "PUT     /bucket?website",                   putDocument(WEBSITE)),
  row("GetBucketWebsite",                      "GET     /bucket?website",                   getDocument(WEBSITE)),
  row("DeleteBucketWebsite",                   "DELETE  /bucket?website",                   deleteDocument(WEBSITE)),
  row("PutBucketReferer",                      "PUT     /bucket?referer",                   putDocument(REFERER)),
  row("GetBucketReferer",                      "GET     /bucket?referer",                   getDocument(REFERER)),
  row("PutBucketTags",                         "PUT     /bucket?tagging",                   putDocument(TAGGING), "PutBucketTagging"),
  row("GetBucketTags",                         "GET     /bucket?tagging",                   getDocument(TAGGING), "GetBucketTagging"),
  row("DeleteBucketTags",                      "DELETE  /bucket?tagging",                   deleteBucketTags, "DeleteBucketTagging"),
  storedOnly(row("PutBucketEncryption",        "PUT     /bucket?encryption",                putDocument(ENCRYPTION))),
  storedOnly(row("GetBucketEncryption",        "GET     /bucket?encryption",                getDocument(ENCRYPTION))),
  storedOnly(row("DeleteBucketEncryption",     "DELETE  /bucket?encryption",                deleteDocument(ENCRYPTION))),
  row("PutBucketRequestPayment",               "PUT     /bucket?requestPayment",            putDocument(REQUEST_PAYMENT)),
  row("GetBucketRequestPayment",               "GET     /bucket?requestPayment",            getDocument(REQUEST_PAYMENT)),
  storedOnly(row("PutBucketInventory",         "PUT     /bucket?inventory&inventoryId",                 putDocument(INVENTORY))),
  storedOnly(row("GetBucketInventory",         "GET     /bucket?inventory&inventoryId",     getDocument(INVENTORY))),
  storedOnly(row("ListBucketInventory",        "GET     /bucket?inventory",                 listBucketInventory)),
  storedOnly(row("DeleteBucketInventory",      "DELETE  /bucket?inventory&inventoryId",                 deleteDocument(INVENTORY))),
  storedOnly(row("InitiateBucketWorm",         "POST    /bucket?worm",                      initiateBucketWorm)),
  storedOnly(row("AbortBucketWorm",            "DELETE  /bucket?worm",                      abortBucketWorm)),
  storedOnly(row("CompleteBucketWorm",         "POST    /bucket?wormId",                    completeBucketWorm)),
  storedOnly(row("ExtendBucketWorm",           "POST    /bucket?wormId&wormExtend",         extendBucketWorm)),
  storedOnly(row("GetBucketWorm",              "GET     /bucket?worm",                      getBucketWorm)),
  storedOnly(row("PutBucketReplication",       "POST    /bucket?replication&comp=add",      putBucketReplication)),
  storedOnly(row("GetBucketReplication",       "GET     /bucket?replication",               getBucketReplication)),
  storedOnly(row("GetBucketReplicationLocation", "GET     /bucket?replicationLocation",     getBucketReplicationLocation)),
  storedOnly(row("GetBucketReplicationProgress", "GET     /bucket?replicationProgress",     getBucketReplicationProgress)),
  storedOnly(row("DeleteBucketReplication",    "POST    /bucket?replication&comp=delete",   deleteBucketReplication)),
  storedOnly(row("PutBucketRtc",               "PUT     /bucket?rtc",                       putBucketRtc)),
  storedOnly(row("PutBucketTransferAcceleration", "PUT     /bucket?transferAcceleration",   putDocument(TRANSFER_ACCELERATION))),
  storedOnly(row("GetBucketTransferAcceleration", "GET     /bucket?transferAcceleration",   getDocument(TRANSFER_ACCELERATION))),
  storedOnly(row("DeleteBucketTransferAcceleration", "DELETE  /bucket?transferAcceleration", deleteDocument(TRANSFER_ACCELERATION))),
  storedOnly(row("PutBucketAccessMonitor",     "PUT     /bucket?accessmonitor",             putBucketAccessMonitor)),
  storedOnly(row("GetBucketAccessMonitor",     "GET     /bucket?accessmonitor",             getDocument(ACCESS_MONITOR))),
  storedOnly(row("PutBucketResourceGroup",     "PUT     /bucket?resourceGroup",             putDocument(RESOURCE_GROUP_CONFIGURATION))),
  storedOnly(row("GetBucketResourceGroup",     "GET     /bucket?resourceGroup",             getDocument(RESOURCE_GROUP_CONFIGURATION))),
  row("PutStyle",                               "PUT     /bucket?style&styleName",                     putStyle),
  row("GetStyle",                               "GET     /bucket?style&styleName",           getDocument(STYLE)),
  row("ListStyle",                              "GET     /bucket?style",                     listStyle),
  row("DeleteStyle",                            "DELETE  /bucket?style&styleName",                     deleteDocument(STYLE)),
  storedOnly(row("PutBucketHttpsConfig",       "PUT     /bucket?httpsConfig",               putDocument(HTTPS_CONFIG))),
  storedOnly(row("GetBucketHttpsConfig",       "GET     /bucket?httpsConfig",               getDocument(HTTPS_CONFIG))),
  storedOnly(row("PutBucketArchiveDirectRead", "PUT     /bucket?bucketArchiveDirectRead",   putDocument(ARCHIVE_DIRECT_READ))),
  storedOnly(row("GetBucketArchiveDirectRead", "GET     /bucket?bucketArchiveDirectRead",   getDocument(ARCHIVE_DIRECT_READ))),
  storedOnly(row("PutBucketOverwriteConfig",   "PUT     /bucket?overwriteConfig",           putDocument(OVERWRITE_CONFIG))),
  storedOnly(row("GetBucketOverwriteConfig",   "GET     /bucket?overwriteConfig",           getDocument(OVERWRITE_CONFIG))),
  storedOnly(row("DeleteBucketOverwriteConfig", "DELETE  /bucket?overwriteConfig",          deleteDocument(OVERWRITE_CONFIG))),
  row("PutBucketPublicAccessBlock",            "PUT     /bucket?publicAccessBlock",         withAccessPoint(putDocument(PUBLIC_ACCESS_BLOCK))),
  row("GetBucketPublicAccessBlock",            "GET     /bucket?publicAccessBlock",         withAccessPoint(getDocument(PUBLIC_ACCESS_BLOCK))),
  row("DeleteBucketPublicAccessBlock",         "DELETE  /bucket?publicAccessBlock",         withAccessPoint(deleteDocument(PUBLIC_ACCESS_BLOCK))),
  storedOnly(row("PutBucketObjectWorm",        "PUT     /bucket?objectWorm",                putDocument(OBJECT_WORM))),
  storedOnly(row("GetBucketObjectWorm",        "GET     /bucket?objectWorm",                getDocument(OBJECT_WORM))),
  storedOnly(row("PutCname",                   "POST    /bucket?cname&comp=add",            putCname)),
  storedOnly(row("ListCname",                  "GET     /bucket?cname",                     listCname)),
  storedOnly(row("DeleteCname",                "POST    /bucket?cname&comp=delete",         deleteCname)),
  storedOnly(row("CreateCnameToken",           "POST    /bucket?cname&comp=token",          createCnameToken)),
  storedOnly(row("GetCnameToken",              "GET     /bucket?cname&comp=token",          getCnameToken)),
  storedOnly(row("OpenMetaQuery",              "POST    /bucket?metaQuery&comp=add",        openMetaQuery)),
  storedOnly(row("GetMetaQueryStatus",         "GET     /bucket?metaQuery",                 getMetaQueryStatus)),
  storedOnly(row("DoMetaQuery",                "POST    /bucket?metaQuery&comp=query",      doMetaQuery)),
  storedOnly(row("CloseMetaQuery",             "POST    /bucket?metaQuery&comp=delete",     closeMetaQuery)),
  storedOnly(row("CreateBucketDataRedundancyTransition", "POST    /bucket?redundancyTransition", createRedundancyTransition)),
  storedOnly(row("GetBucketDataRedundancyTransition", "GET     /bucket?redundancyTransition&x-oss-redundancy-transition-taskid", getRedundancyTransition)),
  storedOnly(row("ListBucketDataRedundancyTransition", "GET     /bucket?redundancyTransition", listBucketRedundancyTransition)),
  storedOnly(row("DeleteBucketDataRedundancyTransition", "DELETE  /bucket?redundancyTransition&x-oss-redundancy-transition-taskid", deleteRedundancyTransition)),
  storedOnly(row("CreateAccessPoint",          "PUT     /bucket?accessPoint",               createAccessPoint)),
  storedOnly(row("GetAccessPoint",             "GET     /bucket?accessPoint",               getAccessPoint)),
  storedOnly(row("DeleteAccessPoint",          "DELETE  /bucket?accessPoint",               deleteAccessPoint)),
  storedOnly(row("PutAccessPointPolicy",       "PUT     /bucket?accessPointPolicy",         putPolicy(ACCESS_POINT_POLICY))),
  storedOnly(row("GetAccessPointPolicy",       "GET     /bucket?accessPointPolicy",         getPolicy(ACCESS_POINT_POLICY))),
  storedOnly(row("DeleteAccessPointPolicy",    "DELETE  /bucket?accessPointPolicy",         deletePolicy(ACCESS_POINT_POLICY))),
  storedOnly(row("CreateAccessPointForObjectProcess", "PUT     /bucket?accessPointForObjectProcess", createObjectProcessPoint)),
  storedOnly(row("GetAccessPointForObjectProcess", "GET     /bucket?accessPointForObjectProcess", getObjectProcessPoint)),
  storedOnly(row("DeleteAccessPointForObjectProcess", "DELETE  /bucket?accessPointForObjectProcess", deleteObjectProcessPoint)),
  storedOnly(row("PutAccessPointConfigForObjectProcess", "PUT     /bucket?accessPointConfigForObjectProcess", putObjectProcessConfig)),
  storedOnly(row("GetAccessPointConfigForObjectProcess", "GET     /bucket?accessPointConfigForObjectProcess", getObjectProcessConfig)),
  storedOnly(row("PutAccessPointPolicyForObjectProcess", "PUT     /bucket?accessPointPolicyForObjectProcess", putPolicy(OBJECT_PROCESS_POLICY))),
  storedOnly(row("GetAccessPointPolicyForObjectProcess", "GET     /bucket?accessPointPolicyForObjectProcess", getPolicy(OBJECT_PROCESS_POLICY))),
  storedOnly(row("DeleteAccessPointPolicyForObjectProcess", "DELETE  /bucket?accessPointPolicyForObjectProcess", deletePolicy(OBJECT_PROCESS_POLICY))),
  storedOnly(row("PutBucketQosInfo",           "PUT     /bucket?qosInfo",                   putDocument(QOS_INFO))),
  storedOnly(row("GetBucketQosInfo",           "GET     /bucket?qosInfo",                   getDocument(QOS_INFO))),
  storedOnly(row("DeleteBucketQosInfo",        "DELETE  /bucket?qosInfo",                   deleteDocument(QOS_INFO))),
  storedOnly(row("SetBucketStorageCapacity",   "PUT     /bucket?qos",                       putDocument(STORAGE_CAPACITY))),
  storedOnly(row("GetBucketStorageCapacity",   "GET     /bucket?qos",                       getDocument(STORAGE_CAPACITY))),
  storedOnly(row("PutBucketRequesterQosInfo",  "PUT     /bucket?requesterQosInfo&qosRequester", putDocument(REQUESTER_QOS_INFO))),
  storedOnly(row("GetBucketRequesterQosInfo",  "GET     /bucket?requesterQosInfo&qosRequester", getBucketRequesterQosInfo)),
  storedOnly(row("ListBucketRequesterQosInfos", "GET     /bucket?requesterQosInfo",         listBucketRequesterQosInfos)),
  storedOnly(row("DeleteBucketRequesterQosInfo", "DELETE  /bucket?requesterQosInfo&qosRequester", deleteDocument(REQUESTER_QOS_INFO))),
  storedOnly(row("PutBucketResponseHeader",    "PUT     /bucket?responseHeader",            putDocument(RESPONSE_HEADER))),
  storedOnly(row("GetBucketResponseHeader",    "GET     /bucket?responseHeader",            getDocument(RESPONSE_HEADER))),
  storedOnly(row("DeleteBucketResponseHeader", "DELETE  /bucket?responseHeader",            deleteDocument(RESPONSE_HEADER))),
  row("PutProcessConfiguration",               "PUT     /bucket?processConfiguration"),
  row("GetProcessConfiguration",               "GET     /bucket?processConfiguration"),
  row("PutBucketVpcip",                        "POST    /bucket?vpcip&vip"),
  row("PutBucketImage",                        "PUT     /bucket?img"),
  row("GetBucketImage",                        "GET     /bucket?img"),
  row("PutUdfImage",                           "POST    /bucket?udfImage"),
  row("CreateDataPipeline",                    "PUT     /bucket?dataPipeline"),
  row("GetDataPipeline",                       "GET     /bucket?dataPipeline"),
  row("GetObjectGroup",                        "GET     /bucket?group"),

  // Object: basic
  row("PutObject",                             "PUT     /bucket/object",                    putObject),
  row("CopyObject",                            "PUT     /bucket/object  x-oss-copy-source:", copyObject, "PutObject"),
  row("PostObject",                            "POST    /bucket",                           postObject, "PutObject"),
  row("AppendObject",                          "POST    /bucket/object?append",             appendObject, "PutObject"),
  row("SealAppendObject",                      "POST    /bucket/object?seal",               sealAppendObject),
  row("GetObject",                             "GET     /bucket/object",                    getObject),
  row("HeadObject",                            "HEAD    /bucket/object",                    headObject, "GetObject"),
  row("GetObjectMeta",                         "HEAD    /bucket/object?objectMeta",         getObjectMeta, "GetObject"),
  row("GetObjectMetaByGet",                    "GET     /bucket/object?objectMeta",         getObjectMeta, "GetObject"),
  row("DeleteObject",                          "DELETE  /bucket/object",                    deleteObject),
  row("DeleteMultipleObjects",                 "POST    /bucket?delete",                    deleteMultipleObjects, "DeleteObject"),
  row("RestoreObject",                         "POST    /bucket/object?restore",            restoreObject),
  row("CleanRestoredObject",                   "POST    /bucket/object?cleanRestoredObject", cleanRestoredObject),
  row("SelectObject",                          "POST    /bucket/object?x-oss-process=csv/select", selectCsvObject, "GetObject"),
  row("SelectObjectOfJson",                    "POST    /bucket/object?x-oss-process=json/select", selectJsonObject, "GetObject"),
  row("CreateSelectObjectMeta",                "POST    /bucket/object?x-oss-process=csv/meta", createSelectCsvMeta, "GetObject"),
  row("CreateSelectObjectMetaOfJson",          "POST    /bucket/object?x-oss-process=json/meta", createSelectJsonMeta, "GetObject"),
  row("ProcessObject",                         "POST    /bucket/object?x-oss-process",      processObject, "GetObject"),
  row("ImageProcess",                          "GET     /bucket/object?x-oss-process",      getProcessedObject, "GetObject"),
  row("AsyncProcessObject",                    "POST    /bucket/object?x-oss-async-process"),
  row("PutAsyncFetchTask",                     "POST    /bucket?asyncFetch",                putAsyncFetchTask),
  row("GetAsyncFetchTask",                     "GET     /bucket?asyncFetch",                getAsyncFetchTask),
  row("WriteGetObjectResponse",                "POST    /?x-oss-write-get-object-response"),
  row("CreateDirectory",                       "POST    /bucket/object?x-oss-dir"),
  row("DeleteDirectory",                       "POST    /bucket/object?x-oss-dir&x-oss-delete"),
  row("RenameObject",                          "POST    /bucket/object?x-oss-rename"),

  // Object: multipart upload
  row("InitiateMultipartUpload",               "POST    /bucket/object?uploads",            initiateMultipartUpload, "PutObject"),
  row("UploadPart",                            "PUT     /bucket/object?partNumber&uploadId", uploadPart, "PutObject"),
  row("UploadPartCopy",                        "PUT     /bucket/object?partNumber&uploadId  x-oss-copy-source:", uploadPartCopy, "PutObject"),
  row("CompleteMultipartUpload",               "POST    /bucket/object?uploadId",           completeMultipartUpload, "PutObject"),
  row("AbortMultipartUpload",                  "DELETE  /bucket/object?uploadId",           abortMultipartUpload),
  row("ListMultipartUploads",                  "GET     /bucket?uploads",                   listMultipartUploads),
  row("ListParts",                             "GET     /bucket/object?uploadId",           listParts),

  // Object: ACL, tags, symlink, retention
  row("PutObjectACL",                          "PUT     /bucket/object?acl",                putObjectAcl, "PutObjectAcl"),
  row("GetObjectACL",                          "GET     /bucket/object?acl",                getObjectAcl, "GetObjectAcl"),
  row("PutObjectTagging",                      "PUT     /bucket/object?tagging",            putObjectTagging),
  row("GetObjectTagging",                      "GET     /bucket/object?tagging",            getObjectTagging),
  row("DeleteObjectTagging",                   "DELETE  /bucket/object?tagging",            deleteObjectTagging),
  row("PutSymlink",                            "PUT     /bucket/object?symlink",            putSymlink, "PutObject"),
  row("GetSymlink",                            "GET     /bucket/object?symlink",            getSymlink, "GetObject"),
  row("PutObjectRetention",                    "PUT     /bucket/object?retention",          putObjectRetention),
  row("GetObjectRetention",                    "GET     /bucket/object?retention",          getObjectRetention),
  row("PutObjectLegalHold",                    "PUT     /bucket/object?legalHold",          putObjectLegalHold),
  row("GetObjectLegalHold",                    "GET     /bucket/object?legalHold",          getObjectLegalHold),
  row("GetObjectInfo",                         "GET     /bucket/object?objectInfo"),
  row("GetObjectLink",                         "GET     /bucket/object?link"),

  // Live channel
  storedOnly(row("PutLiveChannel",             "PUT     /bucket/object?live",               putLiveChannel)),
  storedOnly(row("ListLiveChannel",            "GET     /bucket?live",                      listLiveChannel)),
  storedOnly(row("GetLiveChannelInfo",         "GET     /bucket/object?live",               getLiveChannelInfo)),
  storedOnly(row("GetLiveChannelStat",         "GET     /bucket/object?live&comp=stat",     getLiveChannelStat)),
  storedOnly(row("GetLiveChannelHistory",      "GET     /bucket/object?live&comp=history",  getLiveChannelHistory)),
  storedOnly(row("PutLiveChannelStatus",       "PUT     /bucket/object?live&status",        putLiveChannelStatus)),
  storedOnly(row("DeleteLiveChannel",          "DELETE  /bucket/object?live",               deleteLiveChannel)),
  storedOnly(row("PostVodPlaylist",            "POST    /bucket/object?vod",                vodPlaylist)),
  storedOnly(row("GetVodPlaylist",             "GET     /bucket/object?vod",                vodPlaylist)),
];
