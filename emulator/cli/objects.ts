/**
 * Lists the keys below a prefix, page by page.
 */
import type { AdminClient } from "./admin-client.ts";
import { pathOf } from "./command.ts";

type Page = {
	readonly objects: readonly { readonly key: string; readonly size: number }[];
	readonly isTruncated: boolean;
	readonly nextMarker: string;
};

/** In the byte order of the keys. @throws CommandError */
export async function* objectsBelow(
	client: AdminClient,
	bucket: string,
	prefix: string,
): AsyncGenerator<Page["objects"][number]> {
	let marker: string | undefined;
	do {
		const page: Page = await client.json(`${pathOf(bucket)}/objects`, {
			prefix,
			delimiter: "",
			limit: "1000",
			marker,
		});
		yield* page.objects;
		marker = page.isTruncated ? page.nextMarker : undefined;
	} while (marker !== undefined);
}
