/**
 * Requests that an application server must refuse, because OSS did not sign them.
 *
 * Pure.
 */
import type { CallbackRequest, Fault, HeaderList } from "../model.ts";
import { composeRequest, type RequestParts, signCallback } from "../sign.ts";

/** Like `composeRequest`, with the error that the fault adds. */
export function composeForged(
	forged: Fault["forged"],
	parts: RequestParts,
): CallbackRequest {
	const { privateKey, publicKeyUrl } = parts.signer;
	if (forged === "key url") {
		const signer = { privateKey, publicKeyUrl: forgedKeyUrl(publicKeyUrl) };
		return composeRequest({ ...parts, signer });
	}
	const request = composeRequest(parts);
	if (forged !== "signature") return request;
	// The right key over another text: only verification distinguishes it from a valid signature.
	const other = Buffer.concat([request.stringToSign, Buffer.from("!")]);
	const headers: HeaderList = request.headers.map(([name, value]) =>
		name === "Authorization"
			? [name, signCallback(other, privateKey)]
			: [name, value],
	);
	return { ...request, headers };
}

/**
 * A URL of another owner that begins much like the right one. It serves the emulator's own key wherever names below
 * `localhost` are this machine, so an application server that does not compare the URL accepts the signature.
 */
export function forgedKeyUrl(publicKeyUrl: string): string {
	const url = new URL(publicKeyUrl);
	url.hostname = `${url.hostname.replace(/[[\]]/g, "").replaceAll(":", "-")}.forged.localhost`;
	return url.href;
}
