/**
 * The operations of a kind of document: PutBucket…, GetBucket…, DeleteBucket….
 *
 * Source: the docs of these operations: PUT replaces the document and answers 200 without a body; DELETE answers 204
 * whether or not a document existed.
 */
import { empty, xml } from "../../oss/reply.ts";
import { writeXml, type XmlElement } from "../../xml/write.ts";
import type { Operation } from "../row.ts";
import {
	findDocument,
	type Kind,
	receiveDocument,
	writeDocument,
} from "./kind.ts";

export const putDocument =
	<T extends XmlElement>(kind: Kind<T>): Operation =>
	async (emulator, request) => {
		const id = kind.idOf?.(request) ?? "";
		const document = await receiveDocument(kind, { emulator, request });
		await emulator.store.configurations.put(
			request.bucket,
			kind.name,
			id,
			writeDocument(document),
		);
		return empty(200);
	};

export const getDocument =
	<T extends XmlElement>(kind: Kind<T>): Operation =>
	async (emulator, request) => {
		const id = kind.idOf?.(request) ?? "";
		const document = await findDocument(emulator, kind, request.bucket, id);
		return xml(
			writeXml(kind.root, document ?? kind.absent({ emulator, request })),
		);
	};

export const deleteDocument =
	<T extends XmlElement>(kind: Kind<T>): Operation =>
	async (emulator, request) => {
		const id = kind.idOf?.(request) ?? "";
		await emulator.store.configurations.remove(request.bucket, kind.name, id);
		return empty(204);
	};
