/**
 * The kinds of documents a bucket keeps, as OSS's interface sees them: put whole, given back as OSS writes them,
 * deleted without a question whether they were there.
 *
 * A document is stored as JSON of the value that its shape reads; operations that act on it read that value.
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
	/** Gives the value to store for a document of the right shape. @throws OssError when OSS refuses it */
	readonly accept?: (document: T, asked: DocumentRequest) => T | Promise<T>;
	/** Gives the answer of GET while no document is stored. @throws OssError where OSS has an error for that */
	readonly absent: (asked: DocumentRequest) => XmlElement;
	/** Finds the one that a request names, for kinds with several. @throws OssError InvalidArgument */
	readonly idOf?: (request: OssRequest) => string;
	readonly bytesMax?: number;
};

/** The shape comes first, so that the compiler infers the type of the rest. */
export const kind = <T extends XmlElement>(
	shape: Shape<T>,
	row: Omit<Kind<T>, "shape">,
): Kind<T> => ({ ...row, shape });

/** `absent` of the kinds for which OSS has an error. */
export const refused =
	(...error: ConstructorParameters<typeof OssError>) =>
	(): never => {
		throw new OssError(...error);
	};

/** @throws OssError MalformedXML, InvalidDigest, and the errors of the kind's own rules */
export async function receiveDocument<T extends XmlElement>(
	kind: Kind<T>,
	asked: DocumentRequest,
): Promise<T> {
	const { root, shape, bytesMax, accept } = kind;
	const body = await readDocument(asked.request, bytesMax);
	const document = shape(await readXml(body, root));
	return accept ? accept(document, asked) : document;
}

export const writeDocument = (document: XmlElement): string =>
	JSON.stringify(document);

/** @param stored as `writeDocument` wrote one of this kind */
export const parseDocument = <T extends XmlElement>(
	_kind: Kind<T>,
	stored: string,
): T => JSON.parse(stored);

/** @throws OssError NoSuchBucket */
export async function findDocument<T extends XmlElement>(
	{ store }: Pick<Emulator, "store">,
	kind: Kind<T>,
	bucket: string,
	id = "",
): Promise<T | undefined> {
	const stored = await store.configurations.find(bucket, kind.name, id);
	return stored === undefined ? undefined : parseDocument(kind, stored);
}
