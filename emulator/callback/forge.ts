/**
 * Requests that an application server must refuse: OSS did not sign them.
 *
 * Pure.
 */
import { type CallbackRequest, composeRequest } from "./compose.ts";
import type { HeaderList } from "./delivery.ts";
import type { Fault } from "./fault.ts";
import { signCallback } from "./sign.ts";

/** As `composeRequest`, with what the fault makes wrong. */
export function composeWith(
	forged: Fault["forged"],
	...[url, callback, uploaded, body, signer, now]: Parameters<
		typeof composeRequest
	>
): CallbackRequest {
	const { privateKey, publicKeyUrl } = signer;
	const forgedUrl =
		forged === "key url" ? elsewhere(publicKeyUrl) : publicKeyUrl;
	const own = { privateKey, publicKeyUrl: forgedUrl };
	const request = composeRequest(url, callback, uploaded, body, own, now);
	if (forged !== "signature") return request;
	// The right key, another text: nothing but verifying tells it from a good one.
	const other = Buffer.concat([request.stringToSign, Buffer.from("!")]);
	const headers: HeaderList = request.headers.map(([name, value]) =>
		name === "Authorization"
			? [name, signCallback(other, privateKey)]
			: [name, value],
	);
	return { ...request, headers };
}

/**
 * Somebody else's URL that begins much like the right one. What is there is the emulator's own key, wherever names
 * below `localhost` are this machine: who does not compare the URL finds the signature right.
 */
export function elsewhere(publicKeyUrl: string): string {
	const url = new URL(publicKeyUrl);
	url.hostname = `${url.hostname.replace(/[[\]]/g, "").replaceAll(":", "-")}.forged.localhost`;
	return url.href;
}
