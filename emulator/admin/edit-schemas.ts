/**
 * Schemas of the routes that change buckets, objects and documents.
 *
 * Pure.
 */
import { DOCUMENTS } from "./documents.ts";
import {
	answers,
	created,
	parameters,
	record,
	refer,
	type Schema,
	uid,
} from "./route-schema.ts";

const text: Schema = { type: "string" };
const ofBucket = parameters({ bucket: text }, "bucket");
const ofDocument = parameters(
	{
		bucket: text,
		name: {
			...text,
			description: `One of ${[...DOCUMENTS.keys()].join(", ")}.`,
		},
	},
	"bucket",
	"name",
);
const key: Schema = { ...text, minLength: 1 };
const deleted = answers("Removed.", record({ deleted: { const: 1 } }));

export const createBucket = {
	operationId: "createBucket",
	tags: ["objects"],
	summary: "Creates a bucket, or changes a bucket's ACL and versioning",
	params: ofBucket,
	body: {
		...parameters({
			owner: uid("uid of an account; default: the first account."),
			acl: { enum: ["private", "public-read", "public-read-write"] },
			versioning: { enum: ["Enabled", "Suspended"] },
			storageClass: {
				enum: ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"],
			},
		}),
		type: ["object", "null"],
	},
	response: created("The bucket.", refer("Bucket")),
} as const;

export const removeBucket = {
	operationId: "removeBucket",
	tags: ["objects"],
	summary: "Removes a bucket",
	params: ofBucket,
	querystring: parameters({
		force: {
			type: "boolean",
			default: false,
			description:
				"Whether to remove its content too; otherwise it must be empty.",
		},
	}),
	response: deleted,
} as const;

export const emptyBucket = {
	operationId: "emptyBucket",
	tags: ["objects"],
	summary: "Removes all objects, versions and uploads of a bucket",
	params: ofBucket,
	response: answers(
		"Number of removed items.",
		record({ deleted: { type: "integer" } }),
	),
} as const;

export const putContent = {
	operationId: "putContent",
	tags: ["objects"],
	summary: "Uploads an object, as PutObject does",
	description:
		"The body is the content, of any type. Headers of PutObject count: Content-Type, Cache-Control, x-oss-meta-…, x-oss-object-acl, x-oss-callback …",
	params: ofBucket,
	querystring: parameters({ key }, "key"),
	response: answers(
		"The object is stored.",
		record({
			status: {
				type: "integer",
				description: "OSS's status; 203 if the callback failed.",
			},
			etag: text,
			versionId: { ...text, description: "null, the word, outside versioning" },
			answer: {
				...text,
				description:
					"The answer of the application server, or why the callback failed; '' without a callback.",
			},
		}),
	),
} as const;

export const deleteObject = {
	operationId: "deleteObject",
	tags: ["objects"],
	summary: "Removes an object, or one of its versions",
	description: "A missing object is not an error, as at OSS.",
	params: ofBucket,
	querystring: parameters({ key, versionId: text }, "key"),
	response: deleted,
} as const;

export const listDocuments = {
	operationId: "listDocuments",
	tags: ["documents"],
	summary: "The documents of a bucket: CORS rules, lifecycle rules and so on",
	params: ofBucket,
	response: answers(
		"The existing documents by name, in OSS's format.",
		record({ documents: { type: "object", additionalProperties: text } }),
	),
} as const;

const documentResponse = answers(
	"The document in OSS's format: XML, or JSON for a policy.",
	record({ name: text, document: text }),
);

export const getDocument = {
	operationId: "getDocument",
	tags: ["documents"],
	summary: "One document of a bucket",
	params: ofDocument,
	response: documentResponse,
} as const;

export const putDocument = {
	operationId: "putDocument",
	tags: ["documents"],
	summary: "Replaces a document",
	description: "JSON or OSS's XML, as in a seed.",
	params: ofDocument,
	body: parameters(
		{ document: { description: "Text, an object or a list." } },
		"document",
	),
	response: documentResponse,
} as const;

export const removeDocument = {
	operationId: "removeDocument",
	tags: ["documents"],
	summary: "Removes a document of a bucket",
	params: ofDocument,
	response: deleted,
} as const;
