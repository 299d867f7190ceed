/**
 * The storage classes, from the most to the least frequently read.
 *
 * Pure. Source: docs «PutBucket».
 */
export const STORAGE_CLASSES = [
	"Standard",
	"IA",
	"Archive",
	"ColdArchive",
	"DeepColdArchive",
] as const;
export type StorageClass = (typeof STORAGE_CLASSES)[number];
export const isStorageClass = (text: string): text is StorageClass =>
	(STORAGE_CLASSES as readonly string[]).includes(text);
