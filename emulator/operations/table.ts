/**
 * The OSS API of this emulator: one row per operation, in the order and with the names of the API reference. A row
 * without a function is recognised but not implemented.
 *
 * Source: docs «List of operations by function»; names and sub-resources of newer operations from go2's `api_op_*.go`.
 */
import { getBucketAcl, getObjectAcl, putObjectAcl } from "./access/acl.ts";
import {
	deletePolicy,
	getBucketPolicyStatus,
	getPolicy,
	OF_BUCKET,
	putPolicy,
} from "./access/policy.ts";
import {
	deletePublicAccessBlock,
	getPublicAccessBlock,
	PUBLIC_ACCESS_BLOCK,
	putPublicAccessBlock,
} from "./access/public-access-block.ts";
import { REFERER } from "./access/referer.ts";
import {
	deleteBucket,
	getBucketLocation,
	putBucket,
	putBucketAcl,
} from "./bucket/bucket.ts";
import {
	getBucketInfo,
	getBucketStat,
	headBucket,
} from "./bucket/bucket-info.ts";
import { listObjectVersions } from "./bucket/list-object-versions.ts";
import { listObjects, listObjectsV2 } from "./bucket/list-objects.ts";
import {
	getBucketVersioning,
	putBucketVersioning,
} from "./bucket/versioning.ts";
import { CALLBACK_POLICY } from "./configurations/callback-policy.ts";
import {
	deleteDocument,
	getDocument,
	putDocument,
} from "./configurations/documents.ts";
import { ENCRYPTION } from "./configurations/encryption.ts";
import {
	ARCHIVE_DIRECT_READ,
	HTTPS_CONFIG,
	OBJECT_WORM,
	OVERWRITE_CONFIG,
	REQUEST_PAYMENT,
	RESOURCE_GROUP_CONFIGURATION,
	TRANSFER_ACCELERATION,
} from "./configurations/switches.ts";
import { CORS } from "./cors/cors.ts";
import { optionObject } from "./cors/option-object.ts";
import { getAsyncFetchTask, putAsyncFetchTask } from "./fetch/async-fetch.ts";
import { ACCESS_MONITOR } from "./lifecycle/access-monitor.ts";
import {
	LIFECYCLE,
	putBucketAccessMonitor,
} from "./lifecycle/lifecycle-document.ts";
import { doMetaQuery } from "./meta-query/do-meta-query.ts";
import {
	closeMetaQuery,
	getMetaQueryStatus,
	openMetaQuery,
} from "./meta-query/index-switch.ts";
import { completeMultipartUpload } from "./multipart/complete-multipart-upload.ts";
import { listMultipartUploads, listParts } from "./multipart/list-uploads.ts";
import {
	abortMultipartUpload,
	initiateMultipartUpload,
	uploadPart,
	uploadPartCopy,
} from "./multipart/multipart.ts";
import { appendObject } from "./object/append-object.ts";
import { copyObject } from "./object/copy-object.ts";
import { deleteMultipleObjects } from "./object/delete-multiple-objects.ts";
import { deleteObject } from "./object/delete-object.ts";
import {
	findOverriddenType,
	getObject,
	getObjectMeta,
	headObject,
} from "./object/get-object.ts";
import { postObject } from "./object/post-object.ts";
import { putObject } from "./object/put-object.ts";
import { sealAppendObject } from "./object/seal-append-object.ts";
import { getSymlink, putSymlink } from "./object/symlink.ts";
import {
	createSelectCsvMeta,
	createSelectJsonMeta,
} from "./process/create-select-object-meta.ts";
import { getProcessedObject, processObject } from "./process/process-object.ts";
import { selectCsvObject, selectJsonObject } from "./process/select-object.ts";
import { listStyle, putStyle, STYLE } from "./process/style.ts";
import {
	cleanRestoredObject,
	restoreObject,
} from "./restore/restore-object.ts";
import { enforced, notImplemented, type Row, storedOnly } from "./row.ts";
import { listBuckets } from "./service/list-buckets.ts";
import { describeRegions, listCloudBoxes } from "./service/regions.ts";
import {
	ACCESS_POINT_POLICY,
	createAccessPoint,
	deleteAccessPoint,
	getAccessPoint,
	listAccessPoints,
	withAccessPoint,
} from "./stored-only/access-points.ts";
import { INVENTORY, listBucketInventory } from "./stored-only/inventory.ts";
import { listLiveChannel } from "./stored-only/list-live-channel.ts";
import {
	deleteLiveChannel,
	getLiveChannelHistory,
	getLiveChannelInfo,
	getLiveChannelStat,
	putLiveChannel,
	putLiveChannelStatus,
	vodPlaylist,
} from "./stored-only/live-channels.ts";
import { LOGGING, USER_DEFINED_LOG_FIELDS } from "./stored-only/logging.ts";
import {
	createObjectProcessPoint,
	deleteObjectProcessPoint,
	getObjectProcessConfig,
	getObjectProcessPoint,
	listObjectProcessPoints,
	OBJECT_PROCESS_POLICY,
	putObjectProcessConfig,
} from "./stored-only/object-process-points.ts";
import { PROCESS_CONFIGURATION } from "./stored-only/process-configuration.ts";
import {
	getBucketRequesterQosInfo,
	getUserQosInfo,
	listBucketRequesterQosInfos,
	QOS_INFO,
	REQUESTER_QOS_INFO,
	STORAGE_CAPACITY,
} from "./stored-only/qos.ts";
import {
	createRedundancyTransition,
	deleteRedundancyTransition,
	getRedundancyTransition,
	listBucketRedundancyTransition,
	listUserRedundancyTransition,
} from "./stored-only/redundancy-transition.ts";
import {
	deleteBucketReplication,
	getBucketReplication,
	putBucketReplication,
	putBucketRtc,
} from "./stored-only/replication.ts";
import {
	getBucketReplicationLocation,
	getBucketReplicationProgress,
} from "./stored-only/replication-progress.ts";
import { RESPONSE_HEADER } from "./stored-only/response-header.ts";
import {
	asyncProcessObject,
	doDataPipelineAction,
	doMetaQueryAction,
	getDataPipeline,
} from "./stored-only/unbound-services.ts";
import { deleteBucketTags, TAGGING } from "./tagging/bucket-tagging.ts";
import {
	deleteObjectTagging,
	getObjectTagging,
	putObjectTagging,
} from "./tagging/object-tagging.ts";
import {
	createCnameToken,
	deleteCname,
	getCnameToken,
	listCname,
	putCname,
} from "./website/cname.ts";
import { WEBSITE } from "./website/website.ts";
import {
	abortBucketWorm,
	completeBucketWorm,
	extendBucketWorm,
	getBucketWorm,
	initiateBucketWorm,
} from "./worm/bucket-worm.ts";
import {
	getObjectLegalHold,
	getObjectRetention,
	putObjectLegalHold,
	putObjectRetention,
} from "./worm/object-worm.ts";

// biome-ignore format: a table
const rows = [
  // Service
  enforced(      "ListBuckets",                      "GET     /",                             listBuckets),
  enforced(      "ListBucketsByTag",                 "GET     /?tagging",                     listBuckets, "ListBuckets"),
  enforced(      "ListBucketsOfAllRegions",          "GET     /?regionList",                  listBuckets, "ListBuckets"),
  enforced(      "DescribeRegions",                  "GET     /?regions",                     describeRegions),
  storedOnly(    "ListUserDataRedundancyTransition", "GET     /?redundancyTransition",        listUserRedundancyTransition),
  enforced(      "ListCloudBoxes",                   "GET     /?cloudboxes",                  listCloudBoxes),
  storedOnly(    "ListAccessPoints",                 "GET     /?accessPoint",                 listAccessPoints),
  enforced(      "PutPublicAccessBlock",             "PUT     /?publicAccessBlock",           putPublicAccessBlock),
  enforced(      "GetPublicAccessBlock",             "GET     /?publicAccessBlock",           getPublicAccessBlock),
  enforced(      "DeletePublicAccessBlock",          "DELETE  /?publicAccessBlock",           deletePublicAccessBlock),
  notImplemented("ListResourcePools",                "GET     /?resourcePool"),
  notImplemented("GetResourcePoolInfo",              "GET     /?resourcePoolInfo"),
  notImplemented("ListResourcePoolBuckets",          "GET     /?resourcePoolBuckets"),
  notImplemented("PutUserQosInfo",                   "PUT     /?qosInfo"),
  storedOnly(    "GetUserQosInfo",                   "GET     /?qosInfo",                     getUserQosInfo),
  notImplemented("ListRequesterQosInfos",            "GET     /?requesterQosInfo"),
  storedOnly(    "DoDataPipelineAction",             "POST    /?dataPipeline",                doDataPipelineAction),
  notImplemented("CreateUdf",                        "POST    /?udf"),
  notImplemented("GetUdf",                           "GET     /?udf"),
  notImplemented("DeleteUdf",                        "DELETE  /?udf"),
  notImplemented("UploadUdfImage",                   "POST    /?udfImage"),
  notImplemented("GetUdfImage",                      "GET     /?udfImage"),
  notImplemented("DeleteUdfImage",                   "DELETE  /?udfImage"),
  notImplemented("CreateUdfApplication",             "POST    /?udfApplication"),
  notImplemented("GetUdfApplication",                "GET     /?udfApplication"),
  notImplemented("UpgradeUdfApplication",            "PUT     /?udfApplication"),
  notImplemented("DeleteUdfApplication",             "DELETE  /?udfApplication"),
  notImplemented("GetUdfApplicationLog",             "GET     /?udfApplicationLog"),
  storedOnly(    "ListAccessPointsForObjectProcess", "GET     /?accessPointForObjectProcess", listObjectProcessPoints),

  // Bucket: basic
  enforced("PutBucket",         "PUT     /bucket",             putBucket,     { access: "account" }),
  enforced("DeleteBucket",      "DELETE  /bucket",             deleteBucket,  { reachesFurther: true }),
  enforced("ListObjects",       "GET     /bucket",             listObjects),
  enforced("ListObjectsV2",     "GET     /bucket?list-type=2", listObjectsV2, "ListObjects"),
  enforced("GetBucketInfo",     "GET     /bucket?bucketInfo",  getBucketInfo),
  enforced("GetBucketLocation", "GET     /bucket?location",    getBucketLocation),
  enforced("GetBucketStat",     "GET     /bucket?stat",        getBucketStat),
  enforced("HeadBucket",        "HEAD    /bucket",             headBucket,    "GetBucketInfo"),

  // Bucket: ACL
  enforced("PutBucketAcl", "PUT     /bucket?acl", putBucketAcl, { access: "account for a new bucket" }),
  enforced("GetBucketAcl", "GET     /bucket?acl", getBucketAcl),

  // Bucket: versioning
  enforced("PutBucketVersioning", "PUT     /bucket?versioning", putBucketVersioning),
  enforced("GetBucketVersioning", "GET     /bucket?versioning", getBucketVersioning),
  enforced("ListObjectVersions",  "GET     /bucket?versions",   listObjectVersions),

  // Bucket: access
  enforced(  "PutBucketCors",                 "PUT     /bucket?cors",                 putDocument(CORS)),
  enforced(  "GetBucketCors",                 "GET     /bucket?cors",                 getDocument(CORS)),
  enforced(  "DeleteBucketCors",              "DELETE  /bucket?cors",                 deleteDocument(CORS)),
  enforced(  "OptionObject",                  "OPTIONS /bucket/object",               optionObject, { access: "none" }),
  enforced(  "OptionBucket",                  "OPTIONS /bucket",                      optionObject, { action: "OptionObject", access: "none" }),
  enforced(  "PutBucketPolicy",               "PUT     /bucket?policy",               putPolicy(OF_BUCKET)),
  enforced(  "GetBucketPolicy",               "GET     /bucket?policy",               getPolicy(OF_BUCKET)),
  enforced(  "DeleteBucketPolicy",            "DELETE  /bucket?policy",               deletePolicy(OF_BUCKET)),
  enforced(  "GetBucketPolicyStatus",         "GET     /bucket?policyStatus",         getBucketPolicyStatus),
  enforced(  "PutBucketCallbackPolicy",       "PUT     /bucket?policy&comp=callback", putDocument(CALLBACK_POLICY)),
  enforced(  "GetBucketCallbackPolicy",       "GET     /bucket?policy&comp=callback", getDocument(CALLBACK_POLICY)),
  enforced(  "DeleteBucketCallbackPolicy",    "DELETE  /bucket?policy&comp=callback", deleteDocument(CALLBACK_POLICY)),
  enforced(  "PutBucketReferer",              "PUT     /bucket?referer",              putDocument(REFERER)),
  enforced(  "GetBucketReferer",              "GET     /bucket?referer",              getDocument(REFERER)),
  enforced(  "PutBucketRequestPayment",       "PUT     /bucket?requestPayment",       putDocument(REQUEST_PAYMENT)),
  enforced(  "GetBucketRequestPayment",       "GET     /bucket?requestPayment",       getDocument(REQUEST_PAYMENT)),
  storedOnly("PutBucketHttpsConfig",          "PUT     /bucket?httpsConfig",          putDocument(HTTPS_CONFIG)),
  storedOnly("GetBucketHttpsConfig",          "GET     /bucket?httpsConfig",          getDocument(HTTPS_CONFIG)),
  enforced(  "PutBucketPublicAccessBlock",    "PUT     /bucket?publicAccessBlock",    withAccessPoint(putDocument(PUBLIC_ACCESS_BLOCK))),
  enforced(  "GetBucketPublicAccessBlock",    "GET     /bucket?publicAccessBlock",    withAccessPoint(getDocument(PUBLIC_ACCESS_BLOCK))),
  enforced(  "DeleteBucketPublicAccessBlock", "DELETE  /bucket?publicAccessBlock",    withAccessPoint(deleteDocument(PUBLIC_ACCESS_BLOCK))),

  // Bucket: website, domains, image styles
  enforced("PutBucketWebsite",    "PUT     /bucket?website",           putDocument(WEBSITE)),
  enforced("GetBucketWebsite",    "GET     /bucket?website",           getDocument(WEBSITE)),
  enforced("DeleteBucketWebsite", "DELETE  /bucket?website",           deleteDocument(WEBSITE)),
  enforced("PutStyle",            "PUT     /bucket?style&styleName",   putStyle),
  enforced("GetStyle",            "GET     /bucket?style&styleName",   getDocument(STYLE)),
  enforced("ListStyle",           "GET     /bucket?style",             listStyle),
  enforced("DeleteStyle",         "DELETE  /bucket?style&styleName",   deleteDocument(STYLE)),
  enforced("PutCname",            "POST    /bucket?cname&comp=add",    putCname),
  enforced("ListCname",           "GET     /bucket?cname",             listCname),
  enforced("DeleteCname",         "POST    /bucket?cname&comp=delete", deleteCname),
  enforced("CreateCnameToken",    "POST    /bucket?cname&comp=token",  createCnameToken),
  enforced("GetCnameToken",       "GET     /bucket?cname&comp=token",  getCnameToken),

  // Bucket: how objects are stored
  enforced(  "PutBucketLifecycle",          "PUT     /bucket?lifecycle",               putDocument(LIFECYCLE)),
  enforced(  "GetBucketLifecycle",          "GET     /bucket?lifecycle",               getDocument(LIFECYCLE)),
  enforced(  "DeleteBucketLifecycle",       "DELETE  /bucket?lifecycle",               deleteDocument(LIFECYCLE)),
  enforced(  "PutBucketEncryption",         "PUT     /bucket?encryption",              putDocument(ENCRYPTION)),
  enforced(  "GetBucketEncryption",         "GET     /bucket?encryption",              getDocument(ENCRYPTION)),
  enforced(  "DeleteBucketEncryption",      "DELETE  /bucket?encryption",              deleteDocument(ENCRYPTION)),
  enforced(  "InitiateBucketWorm",          "POST    /bucket?worm",                    initiateBucketWorm),
  enforced(  "AbortBucketWorm",             "DELETE  /bucket?worm",                    abortBucketWorm),
  enforced(  "CompleteBucketWorm",          "POST    /bucket?wormId",                  completeBucketWorm),
  enforced(  "ExtendBucketWorm",            "POST    /bucket?wormId&wormExtend",       extendBucketWorm),
  enforced(  "GetBucketWorm",               "GET     /bucket?worm",                    getBucketWorm),
  storedOnly("PutBucketAccessMonitor",      "PUT     /bucket?accessmonitor",           putBucketAccessMonitor),
  storedOnly("GetBucketAccessMonitor",      "GET     /bucket?accessmonitor",           getDocument(ACCESS_MONITOR)),
  enforced(  "PutBucketArchiveDirectRead",  "PUT     /bucket?bucketArchiveDirectRead", putDocument(ARCHIVE_DIRECT_READ)),
  enforced(  "GetBucketArchiveDirectRead",  "GET     /bucket?bucketArchiveDirectRead", getDocument(ARCHIVE_DIRECT_READ)),
  storedOnly("PutBucketOverwriteConfig",    "PUT     /bucket?overwriteConfig",         putDocument(OVERWRITE_CONFIG), { withoutBucket: "MalformedXML" }),
  storedOnly("GetBucketOverwriteConfig",    "GET     /bucket?overwriteConfig",         getDocument(OVERWRITE_CONFIG)),
  storedOnly("DeleteBucketOverwriteConfig", "DELETE  /bucket?overwriteConfig",         deleteDocument(OVERWRITE_CONFIG)),
  enforced(  "PutBucketObjectWorm",         "PUT     /bucket?objectWorm",              putDocument(OBJECT_WORM),      { withoutBucket: "MalformedXML" }),
  enforced(  "GetBucketObjectWorm",         "GET     /bucket?objectWorm",              getDocument(OBJECT_WORM)),
  enforced(  "SetBucketStorageCapacity",    "PUT     /bucket?qos",                     putDocument(STORAGE_CAPACITY)),
  enforced(  "GetBucketStorageCapacity",    "GET     /bucket?qos",                     getDocument(STORAGE_CAPACITY)),

  // Bucket: data redundancy
  storedOnly("CreateBucketDataRedundancyTransition", "POST    /bucket?redundancyTransition",                                    createRedundancyTransition),
  storedOnly("GetBucketDataRedundancyTransition",    "GET     /bucket?redundancyTransition&x-oss-redundancy-transition-taskid", getRedundancyTransition),
  storedOnly("ListBucketDataRedundancyTransition",   "GET     /bucket?redundancyTransition",                                    listBucketRedundancyTransition),
  storedOnly("DeleteBucketDataRedundancyTransition", "DELETE  /bucket?redundancyTransition&x-oss-redundancy-transition-taskid", deleteRedundancyTransition),

  // Bucket: tags, resource group
  enforced(  "PutBucketTags",          "PUT     /bucket?tagging",       putDocument(TAGGING), "PutBucketTagging"),
  enforced(  "GetBucketTags",          "GET     /bucket?tagging",       getDocument(TAGGING), "GetBucketTagging"),
  enforced(  "DeleteBucketTags",       "DELETE  /bucket?tagging",       deleteBucketTags,     "DeleteBucketTagging"),
  storedOnly("PutBucketResourceGroup", "PUT     /bucket?resourceGroup", putDocument(RESOURCE_GROUP_CONFIGURATION)),
  storedOnly("GetBucketResourceGroup", "GET     /bucket?resourceGroup", getDocument(RESOURCE_GROUP_CONFIGURATION)),

  // Bucket: logging, inventory, data indexing
  storedOnly("PutBucketLogging",                 "PUT     /bucket?logging",                    putDocument(LOGGING),   { reachesFurther: true }),
  storedOnly("GetBucketLogging",                 "GET     /bucket?logging",                    getDocument(LOGGING)),
  storedOnly("DeleteBucketLogging",              "DELETE  /bucket?logging",                    deleteDocument(LOGGING)),
  storedOnly("PutUserDefinedLogFieldsConfig",    "PUT     /bucket?userDefinedLogFieldsConfig", putDocument(USER_DEFINED_LOG_FIELDS)),
  storedOnly("GetUserDefinedLogFieldsConfig",    "GET     /bucket?userDefinedLogFieldsConfig", getDocument(USER_DEFINED_LOG_FIELDS)),
  storedOnly("DeleteUserDefinedLogFieldsConfig", "DELETE  /bucket?userDefinedLogFieldsConfig", deleteDocument(USER_DEFINED_LOG_FIELDS)),
  storedOnly("PutBucketInventory",               "PUT     /bucket?inventory&inventoryId",      putDocument(INVENTORY), { reachesFurther: true }),
  storedOnly("GetBucketInventory",               "GET     /bucket?inventory&inventoryId",      getDocument(INVENTORY)),
  storedOnly("ListBucketInventory",              "GET     /bucket?inventory",                  listBucketInventory),
  storedOnly("DeleteBucketInventory",            "DELETE  /bucket?inventory&inventoryId",      deleteDocument(INVENTORY)),
  enforced(  "OpenMetaQuery",                    "POST    /bucket?metaQuery&comp=add",         openMetaQuery),
  enforced(  "GetMetaQueryStatus",               "GET     /bucket?metaQuery",                  getMetaQueryStatus),
  enforced(  "DoMetaQuery",                      "POST    /bucket?metaQuery&comp=query",       doMetaQuery,            { changes: false }),
  enforced(  "CloseMetaQuery",                   "POST    /bucket?metaQuery&comp=delete",      closeMetaQuery),

  // Bucket: replication, acceleration
  storedOnly("PutBucketReplication",             "POST    /bucket?replication&comp=add",    putBucketReplication, { reachesFurther: true }),
  storedOnly("GetBucketReplication",             "GET     /bucket?replication",             getBucketReplication),
  storedOnly("GetBucketReplicationLocation",     "GET     /bucket?replicationLocation",     getBucketReplicationLocation),
  storedOnly("GetBucketReplicationProgress",     "GET     /bucket?replicationProgress",     getBucketReplicationProgress),
  storedOnly("DeleteBucketReplication",          "POST    /bucket?replication&comp=delete", deleteBucketReplication),
  storedOnly("PutBucketRtc",                     "PUT     /bucket?rtc",                     putBucketRtc),
  storedOnly("PutBucketTransferAcceleration",    "PUT     /bucket?transferAcceleration",    putDocument(TRANSFER_ACCELERATION)),
  storedOnly("GetBucketTransferAcceleration",    "GET     /bucket?transferAcceleration",    getDocument(TRANSFER_ACCELERATION)),
  storedOnly("DeleteBucketTransferAcceleration", "DELETE  /bucket?transferAcceleration",    deleteDocument(TRANSFER_ACCELERATION)),

  // Bucket: bandwidth, response headers
  storedOnly("PutBucketQosInfo",             "PUT     /bucket?qosInfo",                       putDocument(QOS_INFO)),
  storedOnly("GetBucketQosInfo",             "GET     /bucket?qosInfo",                       getDocument(QOS_INFO)),
  storedOnly("DeleteBucketQosInfo",          "DELETE  /bucket?qosInfo",                       deleteDocument(QOS_INFO)),
  storedOnly("PutBucketRequesterQosInfo",    "PUT     /bucket?requesterQosInfo&qosRequester", putDocument(REQUESTER_QOS_INFO)),
  storedOnly("GetBucketRequesterQosInfo",    "GET     /bucket?requesterQosInfo&qosRequester", getBucketRequesterQosInfo),
  storedOnly("ListBucketRequesterQosInfos",  "GET     /bucket?requesterQosInfo",              listBucketRequesterQosInfos),
  storedOnly("DeleteBucketRequesterQosInfo", "DELETE  /bucket?requesterQosInfo&qosRequester", deleteDocument(REQUESTER_QOS_INFO)),
  storedOnly("PutBucketResponseHeader",      "PUT     /bucket?responseHeader",                putDocument(RESPONSE_HEADER)),
  storedOnly("GetBucketResponseHeader",      "GET     /bucket?responseHeader",                getDocument(RESPONSE_HEADER)),
  storedOnly("DeleteBucketResponseHeader",   "DELETE  /bucket?responseHeader",                deleteDocument(RESPONSE_HEADER)),

  // Bucket: access points
  storedOnly("CreateAccessPoint",                       "PUT     /bucket?accessPoint",                       createAccessPoint),
  storedOnly("GetAccessPoint",                          "GET     /bucket?accessPoint",                       getAccessPoint),
  storedOnly("DeleteAccessPoint",                       "DELETE  /bucket?accessPoint",                       deleteAccessPoint),
  storedOnly("PutAccessPointPolicy",                    "PUT     /bucket?accessPointPolicy",                 putPolicy(ACCESS_POINT_POLICY)),
  storedOnly("GetAccessPointPolicy",                    "GET     /bucket?accessPointPolicy",                 getPolicy(ACCESS_POINT_POLICY)),
  storedOnly("DeleteAccessPointPolicy",                 "DELETE  /bucket?accessPointPolicy",                 deletePolicy(ACCESS_POINT_POLICY)),
  storedOnly("CreateAccessPointForObjectProcess",       "PUT     /bucket?accessPointForObjectProcess",       createObjectProcessPoint),
  storedOnly("GetAccessPointForObjectProcess",          "GET     /bucket?accessPointForObjectProcess",       getObjectProcessPoint),
  storedOnly("DeleteAccessPointForObjectProcess",       "DELETE  /bucket?accessPointForObjectProcess",       deleteObjectProcessPoint),
  storedOnly("PutAccessPointConfigForObjectProcess",    "PUT     /bucket?accessPointConfigForObjectProcess", putObjectProcessConfig),
  storedOnly("GetAccessPointConfigForObjectProcess",    "GET     /bucket?accessPointConfigForObjectProcess", getObjectProcessConfig),
  storedOnly("PutAccessPointPolicyForObjectProcess",    "PUT     /bucket?accessPointPolicyForObjectProcess", putPolicy(OBJECT_PROCESS_POLICY)),
  storedOnly("GetAccessPointPolicyForObjectProcess",    "GET     /bucket?accessPointPolicyForObjectProcess", getPolicy(OBJECT_PROCESS_POLICY)),
  storedOnly("DeleteAccessPointPolicyForObjectProcess", "DELETE  /bucket?accessPointPolicyForObjectProcess", deletePolicy(OBJECT_PROCESS_POLICY)),

  // Bucket: of other products
  storedOnly(    "PutProcessConfiguration", "PUT     /bucket?processConfiguration", putDocument(PROCESS_CONFIGURATION)),
  storedOnly(    "GetProcessConfiguration", "GET     /bucket?processConfiguration", getDocument(PROCESS_CONFIGURATION)),
  notImplemented("PutBucketVpcip",          "POST    /bucket?vpcip&vip"),
  notImplemented("PutBucketImage",          "PUT     /bucket?img"),
  notImplemented("GetBucketImage",          "GET     /bucket?img"),
  storedOnly(    "DoMetaQueryAction",       "POST    /bucket?metaQuery",            doMetaQueryAction),
  notImplemented("CreateDataPipeline",      "PUT     /bucket?dataPipeline"),
  storedOnly(    "GetDataPipeline",         "GET     /bucket?dataPipeline",         getDataPipeline),
  notImplemented("GetObjectGroup",          "GET     /bucket?group"),

  // Object: basic
  enforced(      "PutObject",                    "PUT     /bucket/object",                           putObject,             { callback: "sent", lengthRequired: true }),
  enforced(      "CopyObject",                   "PUT     /bucket/object  x-oss-copy-source:",       copyObject,            "PutObject"),
  enforced(      "PostObject",                   "POST    /bucket",                                  postObject,            { action: "PutObject", access: "by the operation", callback: "sent from its form" }),
  enforced(      "AppendObject",                 "POST    /bucket/object?append",                    appendObject,          { action: "PutObject", lengthRequired: true }),
  enforced(      "SealAppendObject",             "POST    /bucket/object?seal",                      sealAppendObject),
  enforced(      "GetObject",                    "GET     /bucket/object",                           getObject,             { finding: findOverriddenType }),
  enforced(      "HeadObject",                   "HEAD    /bucket/object",                           headObject,            "GetObject"),
  enforced(      "GetObjectMeta",                "HEAD    /bucket/object?objectMeta",                getObjectMeta,         "GetObject"),
  enforced(      "GetObjectMetaByGet",           "GET     /bucket/object?objectMeta",                getObjectMeta,         "GetObject"),
  enforced(      "DeleteObject",                 "DELETE  /bucket/object",                           deleteObject),
  enforced(      "DeleteObjectBySymlink",        "DELETE  /bucket/object?symlink",                   deleteObject,          "DeleteObject"),
  enforced(      "DeleteMultipleObjects",        "POST    /bucket?delete",                           deleteMultipleObjects, { action: "DeleteObject", access: "by the operation" }),
  enforced(      "RestoreObject",                "POST    /bucket/object?restore",                   restoreObject),
  enforced(      "CleanRestoredObject",          "POST    /bucket/object?cleanRestoredObject",       cleanRestoredObject),
  enforced(      "SelectObject",                 "POST    /bucket/object?x-oss-process=csv/select",  selectCsvObject,       { action: "GetObject", changes: false }),
  enforced(      "SelectObjectOfJson",           "POST    /bucket/object?x-oss-process=json/select", selectJsonObject,      { action: "GetObject", changes: false }),
  enforced(      "CreateSelectObjectMeta",       "POST    /bucket/object?x-oss-process=csv/meta",    createSelectCsvMeta,   { action: "GetObject", changes: false }),
  enforced(      "CreateSelectObjectMetaOfJson", "POST    /bucket/object?x-oss-process=json/meta",   createSelectJsonMeta,  { action: "GetObject", changes: false }),
  enforced(      "ProcessObject",                "POST    /bucket/object?x-oss-process",             processObject,         "GetObject"),
  enforced(      "ImageProcess",                 "GET     /bucket/object?x-oss-process",             getProcessedObject,    "GetObject"),
  storedOnly(    "AsyncProcessObject",           "POST    /bucket/object?x-oss-async-process",       asyncProcessObject,    "GetObject"),
  enforced(      "PutAsyncFetchTask",            "POST    /bucket?asyncFetch",                       putAsyncFetchTask),
  enforced(      "GetAsyncFetchTask",            "GET     /bucket?asyncFetch",                       getAsyncFetchTask),
  notImplemented("WriteGetObjectResponse",       "POST    /?x-oss-write-get-object-response"),
  notImplemented("CreateDirectory",              "POST    /bucket/object?x-oss-dir"),
  notImplemented("DeleteDirectory",              "POST    /bucket/object?x-oss-dir&x-oss-delete"),
  notImplemented("RenameObject",                 "POST    /bucket/object?x-oss-rename"),

  // Object: multipart upload
  enforced("InitiateMultipartUpload", "POST    /bucket/object?uploads",                                 initiateMultipartUpload, { action: "PutObject", callback: "announced" }),
  enforced("UploadPart",              "PUT     /bucket/object?partNumber&uploadId",                     uploadPart,              { action: "PutObject", callback: "announced", lengthRequired: true }),
  enforced("UploadPartCopy",          "PUT     /bucket/object?partNumber&uploadId  x-oss-copy-source:", uploadPartCopy,          { action: "PutObject", callback: "announced" }),
  enforced("CompleteMultipartUpload", "POST    /bucket/object?uploadId",                                completeMultipartUpload, { action: "PutObject", callback: "sent" }),
  enforced("AbortMultipartUpload",    "DELETE  /bucket/object?uploadId",                                abortMultipartUpload),
  enforced("ListMultipartUploads",    "GET     /bucket?uploads",                                        listMultipartUploads),
  enforced("ListParts",               "GET     /bucket/object?uploadId",                                listParts),

  // Object: ACL, tags, symlink, retention
  enforced(      "PutObjectACL",        "PUT     /bucket/object?acl",        putObjectAcl,     "PutObjectAcl"),
  enforced(      "GetObjectACL",        "GET     /bucket/object?acl",        getObjectAcl,     "GetObjectAcl"),
  enforced(      "PutObjectTagging",    "PUT     /bucket/object?tagging",    putObjectTagging, { access: "by the operation" }),
  enforced(      "GetObjectTagging",    "GET     /bucket/object?tagging",    getObjectTagging),
  enforced(      "DeleteObjectTagging", "DELETE  /bucket/object?tagging",    deleteObjectTagging),
  enforced(      "PutSymlink",          "PUT     /bucket/object?symlink",    putSymlink,       "PutObject"),
  enforced(      "GetSymlink",          "GET     /bucket/object?symlink",    getSymlink,       "GetObject"),
  enforced(      "PutObjectRetention",  "PUT     /bucket/object?retention",  putObjectRetention),
  enforced(      "GetObjectRetention",  "GET     /bucket/object?retention",  getObjectRetention),
  enforced(      "PutObjectLegalHold",  "PUT     /bucket/object?legalHold",  putObjectLegalHold),
  enforced(      "GetObjectLegalHold",  "GET     /bucket/object?legalHold",  getObjectLegalHold),
  notImplemented("GetObjectInfo",       "GET     /bucket/object?objectInfo"),
  notImplemented("GetObjectLink",       "GET     /bucket/object?link"),

  // Live channel
  storedOnly("PutLiveChannel",        "PUT     /bucket/object?live",              putLiveChannel),
  storedOnly("ListLiveChannel",       "GET     /bucket?live",                     listLiveChannel),
  storedOnly("GetLiveChannelInfo",    "GET     /bucket/object?live",              getLiveChannelInfo),
  storedOnly("GetLiveChannelStat",    "GET     /bucket/object?live&comp=stat",    getLiveChannelStat),
  storedOnly("GetLiveChannelHistory", "GET     /bucket/object?live&comp=history", getLiveChannelHistory),
  storedOnly("PutLiveChannelStatus",  "PUT     /bucket/object?live&status",       putLiveChannelStatus),
  storedOnly("DeleteLiveChannel",     "DELETE  /bucket/object?live",              deleteLiveChannel),
  storedOnly("PostVodPlaylist",       "POST    /bucket/object?vod",               vodPlaylist),
  storedOnly("GetVodPlaylist",        "GET     /bucket/object?vod",               vodPlaylist),
];

/** The name of an operation that is in the table. */
export type OperationName = (typeof rows)[number]["name"];

export const table: readonly (Row & { readonly name: OperationName })[] = rows;
