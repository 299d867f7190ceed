/**
 * The documents of buckets: reading them, and changing them as the bucket's owner. The rules and errors of OSS apply.
 */
import { buffer } from "node:stream/consumers";
import type { OperationName } from "../operations/table.ts";
import { AdminError } from "./admin-error.ts";
import { ifRefused, performAsBucketOwner } from "./as-owner.ts";
import type { AdminContext, Routes } from "./context.ts";
import {
	DOCUMENTS,
	type DocumentOperations,
	writeAsSent,
} from "./documents.ts";
import {
	getDocument,
	listDocuments,
	putDocument,
	removeDocument,
} from "./edit-schemas.ts";
import { DOCUMENT_BYTES_MAX } from "./read-json.ts";

type Emulator = AdminContext["emulator"];
type OfBucket = { Params: { readonly bucket: string } };
type OfDocument = {
	Params: { readonly bucket: string; readonly name: string };
};

export const documentRoutes: Routes = (app, { emulator }) => {
	app.get<OfBucket>(
		"/api/buckets/:bucket/documents",
		{ schema: listDocuments },
		async ({ params: { bucket } }) => {
			await emulator.store.buckets.get(bucket);
			const documents: Record<string, string> = {};
			for (const [name, { get }] of DOCUMENTS) {
				const document = await read(emulator, bucket, get).catch(ifRefused);
				if (document !== undefined) documents[name] = document;
			}
			return { documents };
		},
	);

	app.get<OfDocument>(
		"/api/buckets/:bucket/documents/:name",
		{ schema: getDocument },
		async ({ params: { bucket, name } }) => {
			const { get } = operationsOf(name);
			return { name, document: await read(emulator, bucket, get) };
		},
	);

	app.put<OfDocument & { Body: { readonly document: unknown } }>(
		"/api/buckets/:bucket/documents/:name",
		{ schema: putDocument, bodyLimit: DOCUMENT_BYTES_MAX },
		async ({ params: { bucket, name }, body }) => {
			const { put: operation, get } = operationsOf(name);
			const text = writeDocument(name, body.document);
			await performAsBucketOwner(emulator, { operation, bucket, body: text });
			return { name, document: await read(emulator, bucket, get) };
		},
	);

	app.delete<OfDocument>(
		"/api/buckets/:bucket/documents/:name",
		{ schema: removeDocument },
		async ({ params: { bucket, name } }) => {
			const { remove } = operationsOf(name);
			if (remove === undefined)
				throw invalid(`${name} cannot be removed, only changed`);
			await performAsBucketOwner(emulator, { operation: remove, bucket });
			return { deleted: 1 };
		},
	);
};

function operationsOf(name: string): DocumentOperations {
	const operations = DOCUMENTS.get(name);
	if (operations) return operations;
	throw new AdminError(
		404,
		"NoSuchDocument",
		`there is no document ${name}: use one of ${[...DOCUMENTS.keys()].join(", ")}`,
	);
}

async function read(
	emulator: Emulator,
	bucket: string,
	operation: OperationName,
): Promise<string> {
	const { body } = await performAsBucketOwner(emulator, { operation, bucket });
	if (body === null) return "";
	return (Buffer.isBuffer(body) ? body : await buffer(body)).toString();
}

function writeDocument(name: string, document: unknown): string {
	try {
		return writeAsSent(name, document);
	} catch (error) {
		if (!(error instanceof TypeError)) throw error;
		throw invalid(`document ${error.message}`);
	}
}

const invalid = (message: string): AdminError =>
	new AdminError(400, "InvalidArgument", message);
