/**
 * A visit to a bucket that is a website: unsigned requests get pages where signed requests get listings and errors.
 * Signed reads of objects follow routing rules too, and get the index page of a folder that is not an object (py1's
 * suite); not sending them the error page is a guess (A-657).
 *
 * Steps, in this order: rules without an error code, the index page of a folder, rules for the answer's status, a
 * folder requested without its slash, the error page. Objects are not fetched from a mirror.
 *
 * Source: docs «PutBucketWebsite», «Static website hosting».
 */
import type { Emulator } from "../../emulator.ts";
import { encodeKey } from "../../oss/encoding.ts";
import { OssError } from "../../oss/errors.ts";
import { empty, type Reply } from "../../oss/reply.ts";
import type { Headers, OssRequest } from "../../oss/request.ts";
import { findDocument } from "../configurations/kind.ts";
import { rootOf } from "../service/endpoint.ts";
import { SELECTING_SUB_RESOURCES } from "../sub-resources.ts";
import { type RoutingRule, WEBSITE, type Website } from "./website.ts";
import { findRule, locationOf, replacedKey } from "./website-routing.ts";

type Perform = (request: OssRequest) => Promise<Reply>;

/** @param perform answers a request as if the bucket were not a website */
export async function visitWebsite(
	emulator: Emulator,
	request: OssRequest,
	perform: Perform,
): Promise<Reply> {
	if (!isVisit(request)) return perform(request);
	const website = await findDocument(emulator, WEBSITE, request.bucket);
	if (!website) return perform(request);
	return visit({ emulator, website, request, perform });
}

const LISTING = ["prefix", "marker", "delimiter", "max-keys", "encoding-type"];
const SIGNING = ["Signature", "x-oss-signature"];

const isSigned = ({ headers, query }: OssRequest): boolean =>
	headers.authorization !== undefined ||
	SIGNING.some((name) => query.has(name));

/** An unsigned request for a listing gets the listing, not a page. */
function isVisit(request: OssRequest): boolean {
	const { method, bucket, key, query } = request;
	const others = key === "" ? [...LISTING, "list-type"] : [];
	const followsRules = isSigned(request)
		? method === "GET" && key !== ""
		: method === "GET" || method === "HEAD";
	return (
		bucket !== "" &&
		followsRules &&
		(query.size === 0 ||
			![...SELECTING_SUB_RESOURCES, ...others].some((name) => query.has(name)))
	);
}

type Visited = {
	readonly emulator: Emulator;
	readonly website: Website;
	readonly request: OssRequest;
	readonly perform: Perform;
};

async function visit(visited: Visited): Promise<Reply> {
	const { website, request, perform } = visited;
	const rules = website.RoutingRules?.RoutingRule ?? [];
	const early = findRule(rules, request, undefined);
	if (early && isCarriedOut(visited, early)) return follow(visited, early);
	try {
		const page = isSigned(request) ? request.key : pageOf(website, request.key);
		return await perform({ ...request, key: page });
	} catch (error) {
		if (!(error instanceof OssError)) throw error;
		const late = findRule(rules, request, error.status);
		if (late && isCarriedOut(visited, late)) return follow(visited, late);
		if (error.status !== 404) throw error;
		const reply = isSigned(request)
			? await signedFolder(visited)
			: ((await folder(visited)) ?? (await errorPage(visited)));
		if (reply) return reply;
		throw error;
	}
}

/** Without SupportSubDir every folder shows the index page of the root. */
function pageOf({ IndexDocument: index }: Website, key: string): string {
	if (!index || (key !== "" && !key.endsWith("/"))) return key;
	return (index.SupportSubDir ? key : "") + index.Suffix;
}

function isCarriedOut({ emulator }: Visited, rule: RoutingRule): boolean {
	const isMirror = rule.Redirect.RedirectType === "Mirror";
	if (isMirror)
		emulator.log.warn(
			`rule ${rule.RuleNumber} of a website mirrors ${rule.Redirect.MirrorURL}: the emulator does not fetch objects`,
		);
	return !isMirror;
}

async function follow(
	{ request, perform }: Visited,
	rule: RoutingRule,
): Promise<Reply> {
	const { RedirectType, HttpRedirectCode = 301 } = rule.Redirect;
	return RedirectType === "Internal"
		? perform({ ...request, key: replacedKey(rule, request.key) })
		: empty(HttpRedirectCode, { Location: locationOf(rule, request) });
}

/**
 * A request for `abc` when only `abc/index.html` exists. By Type: redirected to `abc/` (0), not found (1), or that page
 * (2).
 */
async function folder({
	emulator,
	website,
	request,
	perform,
}: Visited): Promise<Reply | undefined> {
	const { IndexDocument: index } = website;
	const { bucket, key } = request;
	if (!index?.SupportSubDir || index.Type === 1) return undefined;
	if (key === "" || key.endsWith("/")) return undefined;
	const page = `${key}/${index.Suffix}`;
	const found = await emulator.store.objects.find(bucket, page);
	if (!found || found.type === "DeleteMarker") return undefined;
	return index.Type === 2
		? perform({ ...request, key: page })
		: empty(302, { Location: `${rootOf(request)}${encodeKey(key)}/` });
}

/** The index page, if it exists. */
async function signedFolder(visited: Visited): Promise<Reply | undefined> {
	const { website, request } = visited;
	const key = pageOf(website, request.key);
	return key === request.key ? undefined : performIfReadable(visited, key);
}

/** The error page; if it is missing or cannot be read, the original error stays. */
async function errorPage(visited: Visited): Promise<Reply | undefined> {
	const { ErrorDocument: page } = visited.website;
	const reply = page && (await performIfReadable(visited, page.Key));
	return reply && { ...reply, status: page.HttpStatus ?? 404 };
}

/** Another object instead of the missing one; undefined when it cannot be read. */
async function performIfReadable(
	{ request, perform }: Visited,
	key: string,
): Promise<Reply | undefined> {
	const headers = unconditional(request.headers);
	try {
		return await perform({ ...request, key, headers });
	} catch (error) {
		if (error instanceof OssError) return undefined;
		throw error;
	}
}

/** Removes conditions and ranges, which refer to the missing object. */
const unconditional = (headers: Headers): Headers =>
	Object.fromEntries(
		Object.entries(headers).filter(([name]) => !/^(if-|range$)/.test(name)),
	);
