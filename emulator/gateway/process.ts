/**
 * ProcessObject and AsyncProcessObject: the body names the target of the result, which may be in another bucket.
 *
 * Source: docs «sys/saveas»: `o_` and `b_` with names in URL-safe base64.
 */
import { requireIdentityAccess } from "../operations/access/access.ts";
import { readDocument } from "../operations/body.ts";
import { percentDecode } from "../oss/encoding.ts";
import { invalidArgument } from "../oss/errors.ts";
import type { Reply } from "../oss/reply.ts";
import { forward, type Gateway, type Passing } from "./forward.ts";
import { requireReal } from "./guard.ts";

const BODY_BYTES_MAX = 64 * 1024;

/** @throws OssError InvalidArgument, AccessDenied */
export async function processThrough(
	gateway: Gateway,
	passing: Passing,
): Promise<Reply> {
	const { request, outgoing } = passing;
	const { emulator, upstream } = gateway;
	const sent = String(await readDocument(request, BODY_BYTES_MAX));
	const text = percentDecode(sent);
	if (text === undefined) throw invalidArgument("x-oss-process", sent);
	const targets = namesIn(text, "b");
	const [key = ""] = namesIn(text, "o");
	for (const bucket of targets.length > 0 ? targets : [request.bucket])
		await requireIdentityAccess(
			emulator,
			{ ...request, bucket, key, query: new Map() },
			"oss:PutObject",
		);
	const renamed = text.replaceAll(NAME, (whole, what, name) =>
		what === "b"
			? `,b_${encode(requireReal(upstream.options, decode(name)))}`
			: whole,
	);
	const {
		"content-length": _,
		"content-md5": __,
		...headers
	} = outgoing.headers;
	const body = Buffer.from(renamed);
	return forward(gateway, {
		...passing,
		outgoing: { ...outgoing, headers, body },
	});
}

const NAME = /,([bo])_([\w+/-]+=*)/g;

const namesIn = (text: string, what: "b" | "o"): string[] =>
	[...text.matchAll(NAME)]
		.filter(([, kind]) => kind === what)
		.map(([, , name = ""]) => decode(name));

const decode = (name: string): string => Buffer.from(name, "base64").toString();
const encode = (name: string): string =>
	Buffer.from(name).toString("base64url");
