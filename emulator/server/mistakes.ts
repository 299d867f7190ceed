/**
 * The mistakes people make when they sign, each as the request that would have been right.
 *
 * Pure. Source: the questions under «SignatureDoesNotMatch» in the trackers of the SDKs, of MinIO and of LocalStack.
 */
import type { Account } from "../auth/accounts.ts";
import { SUB_RESOURCES } from "../auth/sub-resources.ts";
import { percentDecode, percentEncode } from "../oss/encoding.ts";
import type { OssRequest, Query, Target } from "../oss/request.ts";

/** What was signed, if this mistake was made. */
export type Suspicion = {
	/** In a sentence, for the developer: what happened, and what to do. */
	readonly sentence: string;
	readonly request: OssRequest;
	readonly target: Target;
	readonly secret: string;
};

export type Case = {
	readonly request: OssRequest;
	readonly target: Target;
	readonly account: Account;
	readonly others: readonly Account[];
};

/** The likeliest first; one mistake at a time. */
export function* suspicions(subject: Case): Generator<Suspicion> {
	const { request, target, account } = subject;
	const as = (
		sentence: string,
		change: Partial<Omit<Suspicion, "sentence">>,
	): Suspicion => ({
		...{ sentence, request, target, secret: account.accessKeySecret },
		...change,
	});
	for (const [secret, sentence] of secrets(subject))
		yield as(sentence, { secret });
	for (const [wrong, sentence] of targets(subject))
		yield as(sentence, { target: wrong });
	for (const [wrong, sentence] of requests(request))
		yield as(sentence, { request: wrong });
}

function* secrets({
	account,
	others,
}: Case): Generator<[secret: string, sentence: string]> {
	const { accessKeyId, accessKeySecret: secret } = account;
	for (const [end, name] of [
		["\n", "a line feed"],
		[" ", "a blank"],
		["\r\n", "a line end"],
		["\r", "a carriage return"],
	] as const)
		yield [
			secret + end,
			`the secret was used with ${name} at its end: trim it where it is read`,
		];
	yield [
		secret.trim(),
		"the secret was used without the blanks around it: the emulator's has some, see --access-key",
	];
	yield [
		accessKeyId,
		"the access key id was used as the secret: the two are mixed up",
	];
	yield ["", "the secret was empty: it is not set where the client reads it"];
	for (const other of others)
		yield [
			other.accessKeySecret,
			`the secret is that of ${other.accessKeyId}: id and secret belong to two accounts`,
		];
}

function* targets({
	request,
	target,
}: Case): Generator<[target: Target, sentence: string]> {
	const { bucket, key } = target;
	const key2 = (wrong: string, sentence: string): [Target, string] => [
		{ bucket, key: wrong },
		sentence,
	];
	if (key !== "") {
		yield key2(
			percentEncode(key).replaceAll("%2F", "/"),
			"the key was signed percent-encoded once too often: sign the plain key",
		);
		yield key2(
			percentEncode(key),
			"the key was signed percent-encoded, slashes too: sign the plain key",
		);
		yield key2(
			percentDecode(key) ?? key,
			"the key came percent-encoded twice: something between client and emulator encoded the path again",
		);
		yield key2(
			key.replaceAll(" ", "+"),
			"a blank of the key was signed as +: sign the plain key, and send %20",
		);
		yield key2(
			key.replaceAll("+", " "),
			"a + of the key was signed as a blank: send it as %2B",
		);
		yield key2(
			`/${key}`,
			"the key was signed with a slash before it: keys begin without",
		);
		yield key2(
			key.replaceAll(/\/{2,}/g, "/"),
			"double slashes of the key were signed as one: something joins paths on the way",
		);
		yield key2(
			key.normalize("NFD"),
			"the key was signed in another Unicode form (NFD): normalize file names to NFC",
		);
		yield key2(
			key.normalize("NFC"),
			"the key was signed in another Unicode form (NFC) than it was sent in",
		);
		const [, ...rest] = key.split("/");
		yield key2(
			rest.join("/"),
			"the first folder of the path was not signed: a proxy in front adds it, or the client has a base path",
		);
		yield [
			{ bucket: key.split("/")[0] ?? "", key: rest.join("/") },
			`the bucket was taken for a part of the host: the client addresses buckets by path, the emulator reads ${request.host} as bucket ${bucket}`,
		];
	}
	yield [
		{ bucket: "", key: "" },
		"bucket and key were not signed: the resource was taken for /",
	];
	yield [
		{ bucket: bucket.toLowerCase(), key: key.toLowerCase() },
		"the resource was signed in lower case",
	];
	yield [{ bucket, key: "" }, "the key was not signed: only the bucket was"];
}

type Wrong = [request: OssRequest, sentence: string];

function* requests(request: OssRequest): Generator<Wrong> {
	yield* methods(request);
	yield* headers(request);
	yield* parameters(request);
	yield* hosts(request);
}

function* methods(request: OssRequest): Generator<Wrong> {
	for (const method of ["GET", "PUT", "POST", "HEAD", "DELETE"])
		if (method !== request.method)
			yield [
				{ ...request, method },
				`the signature is for ${method}, the request was a ${request.method}: sign the method you send`,
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

function* headers(request: OssRequest): Generator<Wrong> {
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
			`the Content-Type was signed without its parameters: something made ${bare} into ${type}`,
		];
	}
	for (const other of TYPES)
		if (other !== type)
			yield [
				set("content-type", other),
				`the Content-Type ${other} was signed, ${type === undefined ? "none" : type} was sent: send what was signed`,
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
			"the header Date was signed, but x-oss-date was sent too, and counts: send one of them",
		];
	for (const name of Object.keys(request.headers))
		if (name.startsWith("x-oss-") && name !== "x-oss-date")
			yield [
				set(name, undefined),
				`the header ${name} was not signed: every x-oss- header must be; sign it, or find out what adds it on the way`,
			];
}

function* parameters(request: OssRequest): Generator<Wrong> {
	const own = [...request.query].filter(([name]) => !SIGNING.has(name));
	for (const [name, value] of own) {
		const what = SUB_RESOURCES.has(name) ? "sub-resource" : "parameter";
		yield [
			without(request, [name]),
			`the ${what} ${name} was not signed: it belongs to what is signed`,
		];
		yield [
			withParameter(request, name, percentEncode(value)),
			`the value of ${name} was signed percent-encoded once too often: sign it plain`,
		];
		yield [
			withParameter(request, name, value.replaceAll(" ", "+")),
			`a + in ${name} was meant as itself: send it as %2B`,
		];
	}
	if (own.length > 1)
		yield [
			without(
				request,
				own.map(([name]) => name),
			),
			`the parameters ${own.map(([name]) => name).join(", ")} were not signed`,
		];
}

/** They carry the signature, or are no part of what is signed. */
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

const without = (request: OssRequest, names: readonly string[]): OssRequest =>
	withQuery(
		request,
		new Map([...request.query].filter(([name]) => !names.includes(name))),
	);

const withParameter = (
	request: OssRequest,
	name: string,
	value: string,
): OssRequest => withQuery(request, new Map([...request.query, [name, value]]));

/** The raw text must say the same: signers of V4 are held to it too. */
const withQuery = (request: OssRequest, query: Query): OssRequest => ({
	...request,
	query,
	rawQuery: [...query]
		.map((pair) => pair.map(percentEncode).join("="))
		.join("&"),
});

/** Only who declares Host as an additional header signs it. */
function* hosts(request: OssRequest): Generator<Wrong> {
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
				`the host ${other} was signed, the request came to ${host}: a proxy changes the Host, leave it out of AdditionalHeaders`,
			];
}
