/**
 * Buckets and objects in the format of the admin API.
 *
 * Pure.
 */
import type { StoredBucket, StoredObject } from "../storage/types.ts";

export const viewBucket = ({ id: _, created, ...bucket }: StoredBucket) => ({
	...bucket,
	createdAt: created,
});

export function viewObject({
	modified,
	properties,
	state: _,
	isVersioned: _ofBucket,
	...object
}: StoredObject) {
	return {
		...object,
		modifiedAt: modified,
		contentType: properties.contentType,
		headers: properties.headers,
		userMetadata: properties.userMetadata,
		tags: properties.tags,
		symlinkTarget: properties.symlinkTarget ?? null,
		encryption: properties.encryption ?? {},
	};
}
