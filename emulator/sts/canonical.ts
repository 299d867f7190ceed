/**
 * Parameters as both signatures of STS write them: percent-encoded as in RFC 3986, sorted by name.
 *
 * Pure. Source: docs «Signature method» of STS. Some test clients encode a space as `+`; no real value has one.
 */
import { percentEncode } from "../oss/encoding.ts";

export const canonicalParameters = (
	parameters: Iterable<readonly [name: string, value: string]>,
): string =>
	Array.from(parameters, ([name, value]) => ({
		name: percentEncode(name),
		value: percentEncode(value),
	}))
		.sort((a, b) => (a.name < b.name ? -1 : 1))
		.map(({ name, value }) => `${name}=${value}`)
		.join("&");
