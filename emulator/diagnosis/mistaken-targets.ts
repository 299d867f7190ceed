/**
 * Resources that may have been signed instead of the requested one.
 *
 * Pure.
 */

import { percentDecode, percentEncode } from "../oss/encoding.ts";
import type { Target } from "../oss/request.ts";
import type { Mistaken } from "./mistaken.ts";

type MistakenTarget = Mistaken<Target>;

/** @param buckets the existing buckets, one of which may be the intended one */
export function* mistakenTargets(
	{ bucket, key }: Target,
	buckets: readonly string[],
): Generator<MistakenTarget> {
	if (key !== "") {
		for (const [wrong, sentence] of keys(key))
			yield [{ bucket, key: wrong }, sentence];
		const [first = "", ...rest] = key.split("/");
		yield [
			{ bucket: first, key: rest.join("/") },
			`the resource was signed as /${key}, without its bucket: it is /${bucket}/${key}, regardless of the address`,
		];
		yield [{ bucket, key: "" }, "the key was not signed: only the bucket was"];
	}
	yield [
		{ bucket: "", key: "" },
		"bucket and key were not signed: only / was signed as the resource",
	];
	yield [
		{ bucket: bucket.toLowerCase(), key: key.toLowerCase() },
		"the resource was signed in lower case",
	];
	yield* otherBuckets({ bucket, key }, buckets);
}

function* keys(key: string): Generator<Mistaken<string>> {
	yield [
		percentEncode(key).replaceAll("%2F", "/"),
		"the key was signed percent-encoded one time too many: sign the plain key",
	];
	yield [
		percentEncode(key),
		"the key was signed percent-encoded, including its slashes: sign the plain key",
	];
	yield [
		percentDecode(key) ?? key,
		"the key arrived percent-encoded twice: the path was encoded again between the client and the emulator",
	];
	yield [
		key.replaceAll(" ", "+"),
		"a blank in the key was signed as +: sign the plain key, and send %20",
	];
	yield [
		key.replaceAll("+", " "),
		"a + in the key was signed as a blank: send it as %2B",
	];
	yield [`/${key}`, "the key was signed with a leading slash: sign it without"];
	yield [
		key.replaceAll(/\/{2,}/g, "/"),
		"double slashes in the key were signed as one: a library or a proxy normalizes the path",
	];
	yield [
		key.normalize("NFD"),
		"the key was signed in another Unicode form (NFD): normalize file names to NFC",
	];
	yield [
		key.normalize("NFC"),
		"the key was signed in another Unicode form (NFC) than the one in which it was sent",
	];
	yield [
		key.split("/").slice(1).join("/"),
		"the first folder of the path was not signed: a proxy in front adds it, or the client has a base path",
	];
}

/**
 * The existing bucket that was probably intended if the named one does not exist.
 *
 * @param buckets the existing buckets
 */
export function* intendedTargets(
	{ bucket, key }: Target,
	buckets: readonly string[],
): Generator<MistakenTarget> {
	const [first = "", ...rest] = key.split("/");
	if (buckets.includes(first))
		yield [
			{ bucket: first, key: rest.join("/") },
			`/${key} was signed: the endpoint of the client, or a proxy, adds /${bucket} before it`,
		];
	yield* otherBuckets({ bucket, key }, buckets);
}

/** An SDK may leave out the bucket if it takes the endpoint for the host of a bucket, as java1 does. */
function* otherBuckets(
	{ bucket, key }: Target,
	buckets: readonly string[],
): Generator<MistakenTarget> {
	const path = key === "" ? bucket : `${bucket}/${key}`;
	for (const other of buckets) {
		if (other === bucket) continue;
		yield [
			{ bucket: other, key: path },
			`/${other}/${path} was signed, but the address has no bucket: make the client put it into the path (setSLDEnabled(true) in Java), or into the host`,
		];
		yield [
			{ bucket: other, key },
			`the signature is for the bucket ${other}, but the request is for ${bucket}`,
		];
	}
}
