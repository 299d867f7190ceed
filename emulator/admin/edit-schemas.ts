/**
 * How the routes that change buckets, objects and documents are described.
 *
 * Pure.
 */
import { DOCUMENTS } from "./documents.ts";
import {
	ACCOUNT,
	answers,
	created,
	parameters,
	record,
	refer,
	type Schema,
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
const deleted = answers("It is removed.", record({ deleted: { const: 1 } }));

export const createBucket = {
	operationId: "createBucket",
	tags: ["objects"],
	summary: "Makes a bucket, or changes the ACL and versioning of one",
	params: ofBucket,
	body: {
		...parameters({
			owner: {
				...ACCOUNT,
				description: "uid of an account; without it the first one.",
			},
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
			description: "With everything in it; otherwise it must be empty.",
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
		"How many there were.",
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
		"It is stored.",
		record({
			status: {
				type: "integer",
				description: "As OSS answers the uploader; 203: the callback failed.",
			},
			etag: text,
			versionId: { ...text, description: "null, the word, outside versioning" },
			answer: {
				...text,
				description:
					"Of the application server, or why the callback failed; '' without a callback.",
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
		"Those that there are, as OSS gives them, by name.",
		record({ documents: { type: "object", additionalProperties: text } }),
	),
} as const;

const theDocument = answers(
	"The document as OSS gives it: XML, or JSON for a policy.",
	record({ name: text, document: text }),
);

export const getDocument = {
	operationId: "getDocument",
	tags: ["documents"],
	summary: "One document of a bucket",
	params: ofDocument,
	response: theDocument,
} as const;

export const putDocument = {
	operationId: "putDocument",
	tags: ["documents"],
	summary: "Replaces a document",
	description: "As JSON or as OSS's XML, as in a seed.",
	params: ofDocument,
	body: parameters(
		{ document: { description: "Text, an object or a list." } },
		"document",
	),
	response: theDocument,
} as const;

export const removeDocument = {
	operationId: "removeDocument",
	tags: ["documents"],
	summary: "Removes a document of a bucket",
	params: ofDocument,
	response: deleted,
} as const;
