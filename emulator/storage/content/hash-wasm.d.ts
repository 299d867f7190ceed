/**
 * Declares only the CRC-64 of hash-wasm: importing the whole package would read 270 KB of other algorithms at every
 * start.
 */
declare module "hash-wasm/dist/crc64.umd.min.js" {
	const alone: { readonly createCRC64: typeof import("hash-wasm").createCRC64 };
	export default alone;
}
