/**
 * Custom domains: a bound domain is an address of its bucket. OSS requires a DNS record with a token to verify
 * the ownership of a domain; here the domain must resolve to this machine.
 *
 * Source: docs «CreateCnameToken», «PutCname», «ListCname»; EC 0018-00000115; java1's suite for CnameTokenNotFound.
 */

import { randomBytes } from "node:crypto";
import dns from "node:dns";
import { networkInterfaces } from "node:os";
import type { Emulator } from "../../emulator.ts";
import { invalidArgument, OssError } from "../../oss/errors.ts";
import { empty, type Reply, xml } from "../../oss/reply.ts";
import type { OssRequest } from "../../oss/request.ts";
import { httpTime } from "../../oss/times.ts";
import { withTimeout } from "../../oss/waiting.ts";
import type { StoredBucket } from "../../storage/types.ts";
import { writeXml } from "../../xml/write.ts";
import { readXmlBody } from "../body.ts";
import { requireDocumentCapacity } from "../configurations/documents-max.ts";
import { element, one, word } from "../configurations/shape.ts";

const NAME = "cname";
const BINDING = "cnameBinding";
const TOKEN_HOURS = 72;

const CONFIGURATION = element({
	Cname: one(element({ Domain: one(word) })),
});

type Token = { readonly token: string; readonly expiresMs: number };

/** Returns an unexpired token again. */
export async function createCnameToken(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { store } = emulator;
	const domain = await readDomain(request);
	const { bucket, receivedAt } = request;
	await requireDocumentCapacity(emulator, bucket, NAME, domain);
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

/** A domain bound to another bucket is moved, because pointing it here proves ownership. */
export async function putCname(
	emulator: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const { configurations } = emulator.store;
	const domain = await readDomain(request);
	if (!(await resolvesHere(domain)))
		throw new OssError("NeedVerifyDomainOwnership", {
			details: { Bucket: request.bucket, Cname: domain },
		});
	await requireDocumentCapacity(emulator, request.bucket, BINDING, domain);
	const previous = await findBoundBucket(emulator, domain);
	if (previous !== undefined && previous !== request.bucket)
		await configurations.remove(previous, BINDING, domain);
	const bound = JSON.stringify(httpTime(request.receivedAt));
	await configurations.put(request.bucket, BINDING, domain, bound);
	return empty(200);
}

/** @param domain in lower case */
export const findBoundBucket = (
	{ store }: Pick<Emulator, "store">,
	domain: string,
): Promise<string | undefined> =>
	store.configurations.findBucket(BINDING, domain);

export async function listCname(
	{ store }: Emulator,
	{ bucket }: OssRequest,
	{ owner }: StoredBucket,
): Promise<Reply> {
	const bound = await store.configurations.list(bucket, BINDING);
	return xml(
		writeXml("ListCnameResult", {
			Bucket: bucket,
			Owner: owner,
			Cname: bound.map(({ id, document }) => ({
				Domain: id,
				LastModified: JSON.parse(document),
				Status: "Enabled",
			})),
		}),
	);
}

/** A domain that is not bound is not an error. */
export async function deleteCname(
	{ store }: Emulator,
	request: OssRequest,
): Promise<Reply> {
	const domain = await readDomain(request);
	await store.configurations.remove(request.bucket, BINDING, domain);
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

/** Without a network, a resolver may take a long time to fail. */
const LOOKUP_MS_MAX = 3000;

/**
 * Checks whether a domain resolves to this machine. It replaces the DNS record by which OSS verifies the ownership of a
 * domain: a caller that can point it here, by a hosts file or as the alias of a container, can bind it. The
 * name is resolved with the system's resolver, like in any other program.
 */
async function resolvesHere(domain: string): Promise<boolean> {
	const here = new Set(
		Object.values(networkInterfaces()).flatMap((addresses) =>
			(addresses ?? []).map(({ address }) => address),
		),
	);
	const found = await addressesOf(domain);
	return found.some((address) => here.has(address) || isLoopback(address));
}

function addressesOf(domain: string): Promise<readonly string[]> {
	const lookup = dns.promises.lookup(domain, { all: true });
	return withTimeout(lookup, LOOKUP_MS_MAX).then(
		(found) => found.map(({ address }) => address),
		() => [], // it does not exist, or the resolver does not answer
	);
}

const isLoopback = (address: string): boolean =>
	address === "::1" || address.startsWith("127.");
