/** Signs requests to Azure's Blob service with a Shared Key, like its SDKs, for Azurite's account. */
import { createHmac } from "node:crypto";

/** The documented key of every Azurite. */
const ACCOUNT = "devstoreaccount1";
const KEY =
	"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** The empty lines of the string to sign between Content-Length and Azure's headers: from Content-MD5 to Range. */
const NOT_SENT = Array.from({ length: 8 }, () => "");

export type Signed = {
	readonly path: string;
	readonly headers: Readonly<Record<string, string>>;
};

/** @param path `/container`, or `/container/blob`. @param size of the body in bytes */
export function signedAzure(
	method: string,
	path: string,
	size: number,
): Signed {
	const isContainer = path.lastIndexOf("/") === 0;
	const headers: Record<string, string> = {
		...(method === "PUT" && !isContainer && { "x-ms-blob-type": "BlockBlob" }),
		"x-ms-date": new Date().toUTCString(),
		"x-ms-version": "2021-12-02",
	};
	const text = [
		...[method, "", "", size === 0 ? "" : size, ...NOT_SENT],
		...Object.entries(headers).map(([name, value]) => `${name}:${value}`),
		`/${ACCOUNT}/${ACCOUNT}${path}${isContainer ? "\nrestype:container" : ""}`,
	].join("\n");
	const signature = createHmac("sha256", Buffer.from(KEY, "base64"))
		.update(text)
		.digest("base64");
	return {
		path: `/${ACCOUNT}${path}${isContainer ? "?restype=container" : ""}`,
		headers: { ...headers, authorization: `SharedKey ${ACCOUNT}:${signature}` },
	};
}
