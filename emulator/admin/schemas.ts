/**
 * The schemas of buckets, objects, requests and operations in the admin API.
 *
 * Pure.
 */
import { account } from "./account-schemas.ts";
import { callbackFault } from "./callback-fault-routes.ts";
import { delivery, deliverySummary } from "./delivery-schemas.ts";
import { fault } from "./fault-schemas.ts";
import { ramRole, ramUser } from "./ram-schemas.ts";
import { requestDetail, requestSchema } from "./request-view.ts";
import { listOf, record, refer, type Schema } from "./route-schema.ts";
import { seedSchema } from "./seed-routes.ts";
import { snapshot } from "./snapshot-routes.ts";

const text: Schema = { type: "string" };
const integer: Schema = { type: "integer" };
const time: Schema = { type: "string", format: "date-time" };
const map: Schema = { type: "object", additionalProperties: text };

const bucket = record({
	name: text,
	owner: { ...text, description: "The account's numeric id." },
	createdAt: time,
	acl: text,
	storageClass: text,
	redundancy: text,
	location: text,
	versioning: {
		enum: ["", "Enabled", "Suspended"],
		description: "'' until it is first enabled",
	},
});

const object = record({
	bucket: text,
	key: text,
	versionId: { ...text, description: "null, the word, outside versioning" },
	isLatest: { type: "boolean" },
	type: text,
	size: { ...integer, description: "Bytes." },
	etag: text,
	crc64: text,
	contentMd5: text,
	modifiedAt: time,
	storageClass: text,
	acl: text,
	contentType: text,
	headers: { ...map, description: "Cache-Control and similar headers." },
	userMetadata: { ...map, description: "Without x-oss-meta-." },
	tags: map,
	symlinkTarget: { type: ["string", "null"] },
	encryption: map,
});

const objectPage = record({
	objects: listOf(refer("Object")),
	prefixes: { ...listOf(text), description: "Common prefixes: folders." },
	isTruncated: { type: "boolean" },
	nextMarker: { ...text, description: "'' on the last page" },
});

const versionPage = record({
	versions: listOf(refer("Object")),
	prefixes: { ...listOf(text), description: "Common prefixes: folders." },
	isTruncated: { type: "boolean" },
	nextMarker: { ...text, description: "'' on the last page" },
	nextVersionMarker: {
		...text,
		description: "'' on the last page, and where a page ends with a prefix",
	},
});

const operation = record({
	name: text,
	requestLine: text,
	action: { ...text, description: "The action that a policy must allow." },
	state: { enum: ["enforced", "stored only", "not there"] },
});

const error = record({
	error: { ...text, description: "A word that identifies the error." },
	message: { ...text, description: "The error, in one line." },
});

export const components: Readonly<Record<string, Schema>> = {
	Bucket: bucket,
	Object: object,
	ObjectPage: objectPage,
	VersionPage: versionPage,
	Delivery: delivery,
	DeliverySummary: deliverySummary,
	Fault: fault,
	CallbackFault: callbackFault,
	RamUser: ramUser,
	RamRole: ramRole,
	Account: account,
	Seed: seedSchema,
	Snapshot: snapshot,
	Request: requestSchema,
	RequestDetail: requestDetail,
	Operation: operation,
	Error: error,
};
