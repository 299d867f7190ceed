/**
 * Limits how many documents of one kind a bucket can have, for kinds with one document per name.
 *
 * Source: docs «Image styles»: 50; «Map custom domain names»: 100. The other numbers, and the error, are guesses
 * (A-962).
 */
import type { Emulator } from "../../emulator.ts";
import { invalidArgument } from "../../oss/errors.ts";

/** By the name under which they are stored. Tokens of unbound domains have the same limit as domains. */
const DOCUMENTS_MAX = {
	style: 50,
	cname: 100,
	cnameBinding: 100,
	live: 1000,
	requesterQosInfo: 100,
	accessPoint: 100,
	accessPointForObjectProcess: 100,
	redundancyTransition: 100,
} as const;

export type LimitedDocument = keyof typeof DOCUMENTS_MAX;

/**
 * A document that replaces another one is always accepted.
 *
 * @throws OssError InvalidArgument for a document beyond the limit
 */
export async function requireDocumentCapacity(
	{ store }: Pick<Emulator, "store">,
	bucket: string,
	name: LimitedDocument,
	id: string,
): Promise<void> {
	const stored = await store.configurations.list(bucket, name);
	const max = DOCUMENTS_MAX[name];
	if (stored.length < max || stored.some((document) => document.id === id))
		return;
	throw invalidArgument(
		name,
		id,
		`The bucket already has ${max} of these, which is the limit.`,
	);
}
