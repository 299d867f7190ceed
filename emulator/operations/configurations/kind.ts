/**
 * The kinds of a bucket's configuration documents in the API of OSS: replaced as a whole, returned in OSS's format, and
 * deleted without an error if they do not exist.
 *
 * A document is stored as the JSON of the value that its shape reads; operations that depend on it read that value.
 */
import type { Emulator } from "../../emulator.ts";
import { OssError } from "../../oss/errors.ts";
import type { OssRequest } from "../../oss/request.ts";
import { readXml } from "../../xml/read.ts";
import type { XmlElement } from "../../xml/write.ts";
import { readDocument } from "../body.ts";
import type { Shape } from "./shape.ts";

/** The request that puts or gets a document. */
export type DocumentRequest = {
	readonly emulator: Emulator;
	readonly request: OssRequest;
};

export type Kind<T extends XmlElement> = {
	/** The sub-resource; also the name it is stored under. */
	readonly name: string;
	readonly root: string;
	readonly shape: Shape<T>;
	/** Returns the value to store for a document that has the right shape. @throws OssError when OSS refuses it */
	readonly accept?: (document: T, context: DocumentRequest) => T | Promise<T>;
	/** Returns the answer of GET while no document is stored. @throws OssError for kinds that have an error for it */
	readonly absent: (context: DocumentRequest) => XmlElement;
	/** Reads the id that a request names, for kinds with several documents. @throws OssError InvalidArgument */
	readonly idOf?: (request: OssRequest) => string;
	readonly bytesMax?: number;
};

/** The shape is the first argument, so that the compiler infers the type of the others. */
export const kind = <T extends XmlElement>(
	shape: Shape<T>,
	row: Omit<Kind<T>, "shape">,
): Kind<T> => ({ ...row, shape });

/** `absent` for kinds whose missing document is an error. */
export const refused =
	(...error: ConstructorParameters<typeof OssError>) =>
	(): never => {
		throw new OssError(...error);
	};

/** @throws OssError MalformedXML, InvalidDigest, and the errors of the kind's own rules */
export async function receiveDocument<T extends XmlElement>(
	kind: Kind<T>,
	context: DocumentRequest,
): Promise<T> {
	const { root, shape, bytesMax, accept } = kind;
	const body = await readDocument(context.request, bytesMax);
	const document = shape(await readXml(body, root));
	return accept ? accept(document, context) : document;
}

export const writeDocument = (document: XmlElement): string =>
	JSON.stringify(document);

/** @param stored a document of this kind, as `writeDocument` returned it */
export const parseDocument = <T extends XmlElement>(
	_kind: Kind<T>,
	stored: string,
): T => JSON.parse(stored);

/** @returns undefined also if there is no such bucket */
export async function findDocument<T extends XmlElement>(
	{ store }: Pick<Emulator, "store">,
	kind: Kind<T>,
	bucket: string,
	id = "",
): Promise<T | undefined> {
	const stored = await store.configurations.find(bucket, kind.name, id);
	return stored === undefined ? undefined : parseDocument(kind, stored);
}
