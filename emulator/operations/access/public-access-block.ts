/**
 * Block public access: for a bucket, for one of its access points, or for a whole account.
 *
 * Source: docs «PutPublicAccessBlock», «PutBucketPublicAccessBlock»; py1's suite: false if it was never set.
 */
import type { Emulator } from "../../emulator.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { writeXml } from "../../xml/write.ts";
import {
	findDocument,
	kind,
	parseDocument,
	receiveDocument,
	writeDocument,
} from "../configurations/kind.ts";
import { element, flag, one } from "../configurations/shape.ts";

/** With the name of an access point, the setting of that access point. */
export const PUBLIC_ACCESS_BLOCK = kind(
	element({ BlockPublicAccess: one(flag) }),
	{
		name: "publicAccessBlock",
		root: "PublicAccessBlockConfiguration",
		absent: () => ({ BlockPublicAccess: false }),
		idOf: ({ query }) => query.get("x-oss-access-point-name") ?? "",
	},
);

const { name, root } = PUBLIC_ACCESS_BLOCK;

export async function putPublicAccessBlock(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const document = await receiveDocument(PUBLIC_ACCESS_BLOCK, {
		emulator,
		request,
	});
	await emulator.store.configurations.changeOfAccount(
		request.caller.uid,
		name,
		() => writeDocument(document),
	);
	return empty(200);
}

export async function getPublicAccessBlock(
	emulator: Emulator,
	{ caller }: OssRequest,
): Promise<Reply> {
	const BlockPublicAccess = await isAccountBlocked(emulator, caller.uid);
	return xml(writeXml(root, { BlockPublicAccess }));
}

export async function deletePublicAccessBlock(
	{ store }: Emulator,
	{ caller }: OssRequest,
): Promise<Reply> {
	await store.configurations.changeOfAccount(caller.uid, name, () => undefined);
	return empty(204);
}

/** @param account its numeric id */
export async function isAccountBlocked(
	{ store }: Pick<Emulator, "store">,
	account: string,
): Promise<boolean> {
	const stored = await store.configurations.findOfAccount(account, name);
	return (
		stored !== undefined &&
		parseDocument(PUBLIC_ACCESS_BLOCK, stored).BlockPublicAccess
	);
}

/**
 * Whether public access is blocked for the bucket, or for everything its owner has.
 *
 * @param place a bucket and its owner; without `name`, only the owner is considered
 */
export async function isPublicAccessBlocked(
	emulator: Pick<Emulator, "store">,
	{ name, owner }: { readonly name?: string; readonly owner: string },
): Promise<boolean> {
	const own =
		name === undefined
			? undefined
			: await findDocument(emulator, PUBLIC_ACCESS_BLOCK, name);
	return own?.BlockPublicAccess || isAccountBlocked(emulator, owner);
}
