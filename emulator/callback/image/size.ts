/**
 * What finding an image's size in its content takes and gives.
 *
 * Pure.
 */

export type ImageSize = { readonly width: number; readonly height: number };

/** Reads `bytes` from `first` on; beyond the end of the content come zeros. */
export type ReadSome = (first: number, bytes: number) => Promise<Buffer>;

/**
 * @param contentBytes the size of the content
 * @returns undefined, or zeros, when the content is broken
 */
export type FindSize = (
	readSome: ReadSome,
	contentBytes: number,
) => Promise<ImageSize | undefined>;
