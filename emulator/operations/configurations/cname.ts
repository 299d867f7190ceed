/**
 * Domains of one's own. That a domain belongs to whoever binds it is proved by a DNS record, which the emulator does
 * not look up: it hands out tokens, and binds nothing.
 *
 * Source: docs «CreateCnameToken», «PutCname», «ListCname»; EC 0018-00000115; java1's suite for CnameTokenNotFound.
 */
import { randomBytes } from "node:crypto";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { httpTime } from "../../oss/times.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { element, one, word } from "./shape.ts";

const NAME = "cname";
const TOKEN_HOURS = 72;

const CONFIGURATION = element({
	Cname: one(element({ Domain: one(word) })),
});

type Token = { readonly token: string; readonly expiresMs: number };

/** A token that still holds is given again. */
export async function createCnameToken(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const domain = await readDomain(request);
	const { bucket, receivedAt } = request;
	let token: Token = {
		token: randomBytes(16).toString("hex"),
		expiresMs: receivedAt.getTime() + TOKEN_HOURS * 3_600_000,
	};
	await store.configurations.change(bucket, NAME, domain, (stored) => {
		token = parse(stored, receivedAt) ?? token;
		return JSON.stringify(token);
	});
	return cnameToken(bucket, domain, token);
}

export async function getCnameToken(
	{ store }: Emulator,
	{ bucket, query, receivedAt }: OssRequest,
): Promise<Reply> {
	const domain = (query.get("cname") ?? "").toLowerCase();
	const stored = await store.configurations.find(bucket, NAME, domain);
	const token = parse(stored, receivedAt);
	if (!token)
		throw new OssError("CnameTokenNotFound", { details: { Cname: domain } });
	return cnameToken(bucket, domain, token);
}

const cnameToken = (bucket: string, domain: string, token: Token): Reply =>
	xml(
		writeXml("CnameToken", {
			Bucket: bucket,
			Cname: domain,
			Token: token.token,
			ExpireTime: httpTime(new Date(token.expiresMs)),
		}),
	);

export async function putCname(
	_emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const domain = await readDomain(request);
	throw new OssError("NeedVerifyDomainOwnership", {
		details: { Bucket: request.bucket, Cname: domain },
	});
}

export async function listCname(
	{ store }: Emulator,
	{ bucket }: OssRequest,
): Promise<Reply> {
	const { owner } = await store.buckets.get(bucket);
	return xml(writeXml("ListCnameResult", { Bucket: bucket, Owner: owner }));
}

/** None is bound, which is no error. */
export async function deleteCname(
	_emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	await readDomain(request);
	return empty(200);
}

async function readDomain(request: OssRequest): Promise<string> {
	const body = await readXmlBody(request, "BucketCnameConfiguration");
	const { Domain } = CONFIGURATION(body).Cname;
	if (!/^([a-z\d_-]{1,63}\.)+[a-z\d-]{2,63}$/i.test(Domain))
		throw invalidArgument("Domain", Domain);
	return Domain.toLowerCase();
}

function parse(stored: string | undefined, now: Date): Token | undefined {
	if (stored === undefined) return undefined;
	const token: Token = JSON.parse(stored);
	return token.expiresMs > now.getTime() ? token : undefined;
}
