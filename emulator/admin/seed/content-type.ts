/**
 * The Content-Type of an object by its key's extension, as SDKs derive it before an upload.
 *
 * Pure. Source: IANA's registry of media types.
 */

const TYPES: Readonly<Record<string, string>> = {
	avif: "image/avif",
	bmp: "image/bmp",
	css: "text/css",
	csv: "text/csv",
	gif: "image/gif",
	gz: "application/gzip",
	htm: "text/html",
	html: "text/html",
	ico: "image/vnd.microsoft.icon",
	jpeg: "image/jpeg",
	jpg: "image/jpeg",
	js: "text/javascript",
	json: "application/json",
	md: "text/markdown",
	mjs: "text/javascript",
	mp3: "audio/mpeg",
	mp4: "video/mp4",
	pdf: "application/pdf",
	png: "image/png",
	svg: "image/svg+xml",
	tar: "application/x-tar",
	tif: "image/tiff",
	tiff: "image/tiff",
	txt: "text/plain",
	wasm: "application/wasm",
	wav: "audio/wav",
	webm: "video/webm",
	webp: "image/webp",
	woff2: "font/woff2",
	xml: "application/xml",
	zip: "application/zip",
};

export function contentTypeOf(key: string): string {
	const [, end = ""] = /\.([a-z0-9]+)$/i.exec(key) ?? [];
	return TYPES[end.toLowerCase()] ?? "application/octet-stream";
}
