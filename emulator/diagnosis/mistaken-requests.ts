/**
 * Variants of a request that may have been signed instead of the received one: something was added, left out or
 * changed on the way.
 *
 * Pure.
 */

import { SUB_RESOURCES } from "../auth/sub-resources.ts";
import { percentEncode } from "../oss/encoding.ts";
import type { OssRequest, Query } from "../oss/request.ts";
import type { Mistaken } from "./mistaken.ts";

type MistakenRequest = Mistaken<OssRequest>;

export function* mistakenRequests(
	request: OssRequest,
): Generator<MistakenRequest> {
	yield* methods(request);
	yield* headers(request);
	yield* parameters(request);
	yield* hosts(request);
}

function* methods(request: OssRequest): Generator<MistakenRequest> {
	for (const method of ["GET", "PUT", "POST", "HEAD", "DELETE"])
		if (method !== request.method)
			yield [
				{ ...request, method },
				`the signature is for ${method}, but the request is a ${request.method}: sign the method that is sent`,
			];
}

const TYPES = [
	"application/octet-stream",
	"application/x-www-form-urlencoded",
	"application/json",
	"application/xml",
	"text/plain",
	"text/plain;charset=UTF-8",
	"image/jpeg",
	"image/png",
	"video/mp4",
	"multipart/form-data",
];

function* headers(request: OssRequest): Generator<MistakenRequest> {
	const set = (name: string, value: string | undefined): OssRequest => {
		const { [name]: _sent, ...others } = request.headers;
		const headers = value === undefined ? others : { ...others, [name]: value };
		return { ...request, headers };
	};
	const type = request.headers["content-type"];
	if (type !== undefined) {
		yield [
			set("content-type", undefined),
			`the Content-Type ${type} was not signed: the HTTP library, a browser or a proxy added it; sign it, or send none`,
		];
		const [bare = ""] = type.split(";");
		yield [
			set("content-type", bare),
			`the Content-Type was signed without its parameters: a library or a proxy changed ${bare} to ${type}`,
		];
	}
	for (const other of TYPES)
		if (other !== type)
			yield [
				set("content-type", other),
				`the Content-Type ${other} was signed, but ${type === undefined ? "none" : type} was sent: send the Content-Type that was signed`,
			];
	if (request.headers["content-md5"] !== undefined)
		yield [
			set("content-md5", undefined),
			"the Content-MD5 was not signed: sign it, or leave it out",
		];
	const date = request.headers["x-oss-date"];
	if (date !== undefined)
		yield [
			set("x-oss-date", undefined),
			"the header Date was signed, but x-oss-date was sent too and takes precedence: send only one of them",
		];
	for (const name of Object.keys(request.headers))
		if (name.startsWith("x-oss-") && name !== "x-oss-date")
			yield [
				set(name, undefined),
				`the header ${name} was not signed: every x-oss- header must be signed; sign it, or find out which proxy or library adds it`,
			];
}

function* parameters(request: OssRequest): Generator<MistakenRequest> {
	const own = [...request.query].filter(([name]) => !SIGNING.has(name));
	if (own.length > 1)
		yield [
			without(request, new Set(own.map(([name]) => name))),
			`none of the ${own.length} parameters was signed: they must be part of the signed text`,
		];
	for (const [name, value] of own.slice(0, PARAMETERS_MAX)) {
		const what = SUB_RESOURCES.has(name) ? "sub-resource" : "parameter";
		yield [
			without(request, new Set([name])),
			`the ${what} ${name} was not signed: it must be part of the signed text`,
		];
		yield [
			withParameter(request, name, percentEncode(value)),
			`the value of ${name} was signed percent-encoded one time too many: sign the plain value`,
		];
		yield [
			withParameter(request, name, value.replaceAll(" ", "+")),
			`a + in ${name} was intended literally: send it as %2B`,
		];
	}
}

/** The maximum number of parameters that are tried one by one. */
const PARAMETERS_MAX = 20;

/** Parameters that carry the signature, or that are not signed. */
const SIGNING = new Set([
	"OSSAccessKeyId",
	"Expires",
	"Signature",
	"x-oss-signature",
	"x-oss-signature-version",
	"x-oss-credential",
	"x-oss-date",
	"x-oss-expires",
	"x-oss-additional-headers",
	"x-oss-access-key-id",
]);

const without = (request: OssRequest, names: Set<string>): OssRequest =>
	withQuery(
		request,
		new Map([...request.query].filter(([name]) => !names.has(name))),
	);

const withParameter = (
	request: OssRequest,
	name: string,
	value: string,
): OssRequest => withQuery(request, new Map([...request.query, [name, value]]));

/** The raw text must agree, because V4 signs it too. */
const withQuery = (request: OssRequest, query: Query): OssRequest => ({
	...request,
	query,
	rawQuery: [...query]
		.map((pair) => pair.map(percentEncode).join("="))
		.join("&"),
});

/** Host is signed only if it is declared as an additional header. */
function* hosts(request: OssRequest): Generator<MistakenRequest> {
	const { host } = request;
	const bare = host.replace(/:\d+$/, "");
	for (const other of [
		bare,
		`${bare}:80`,
		`${bare}:443`,
		"localhost",
		"127.0.0.1",
	])
		if (other !== host)
			yield [
				{ ...request, headers: { ...request.headers, host: other } },
				`the host ${other} was signed, but the request arrived at ${host}: a proxy changes the Host, so leave it out of AdditionalHeaders`,
			];
}
