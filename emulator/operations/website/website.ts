/**
 * The configuration of a bucket as a static website: its index page, error page and redirects. It takes effect in
 * website-visit.ts.
 *
 * Source: docs «PutBucketWebsite»; java1's suite: mirroring is allowed for 404 only, and a rule without a type means
 * External; go2 for elements that no page describes.
 */
import { invalidArgument } from "../../oss/errors.ts";
import { malformed } from "../../xml/read.ts";
import { kind, refused } from "../configurations/kind.ts";
import {
	element,
	flag,
	integer,
	many,
	maybe,
	one,
	oneOf,
	or,
	text,
	word,
	wrongArgument,
} from "../configurations/shape.ts";
import { MIRROR } from "./website-mirror.ts";

const RULES_MAX = 20;
const HEADERS_MAX = 10;
const STATUS = integer(100, 599, wrongArgument);

const RULE = element({
	RuleNumber: one(integer(1, Number.MAX_SAFE_INTEGER, wrongArgument)),
	Condition: one(
		element({
			KeyPrefixEquals: maybe(text),
			KeySuffixEquals: maybe(text),
			HttpErrorCodeReturnedEquals: maybe(STATUS),
			IncludeHeader: many(
				element({
					Key: one(word),
					Equals: maybe(text),
					StartsWith: maybe(text),
					EndsWith: maybe(text),
				}),
				0,
				HEADERS_MAX,
			),
		}),
	),
	Redirect: one(
		element({
			RedirectType: or(
				oneOf("Mirror", "External", "AliCDN", "Internal"),
				"External",
			),
			Protocol: maybe(oneOf("http", "https")),
			HostName: maybe(word),
			PassQueryString: maybe(flag),
			ReplaceKeyWith: maybe(text),
			ReplaceKeyPrefixWith: maybe(text),
			EnableReplacePrefix: maybe(flag),
			HttpRedirectCode: maybe(integer(300, 399, wrongArgument)),
			...MIRROR,
		}),
	),
	LuaConfig: maybe(element({ Script: maybe(text) })),
});

export type RoutingRule = ReturnType<typeof RULE>;

export const WEBSITE = kind(
	element({
		IndexDocument: maybe(
			element({
				Suffix: one(text),
				SupportSubDir: maybe(flag),
				Type: maybe(integer(0, 2, wrongArgument)),
			}),
		),
		ErrorDocument: maybe(
			element({ Key: one(text), HttpStatus: maybe(STATUS) }),
		),
		RoutingRules: maybe(element({ RoutingRule: many(RULE, 0, RULES_MAX) })),
	}),
	{
		name: "website",
		root: "WebsiteConfiguration",
		absent: refused("NoSuchWebsiteConfiguration"),
		accept: (given) => {
			const { IndexDocument, ErrorDocument, RoutingRules } = given;
			// An empty page counts as absent: go1 sends all elements.
			const document = {
				IndexDocument: IndexDocument?.Suffix ? IndexDocument : undefined,
				ErrorDocument: ErrorDocument?.Key ? ErrorDocument : undefined,
				RoutingRules: RoutingRules && {
					RoutingRule: RoutingRules.RoutingRule.map(completeMirror),
				},
			};
			if (Object.values(document).every((part) => part === undefined))
				throw malformed("WebsiteConfiguration is empty.");
			RoutingRules?.RoutingRule.forEach(requireRule);
			return document;
		},
	},
);

export type Website = ReturnType<typeof WEBSITE.shape>;

/**
 * A mirror rule as OSS returns it: with the default values, and with MirrorPassQueryString, the relevant setting,
 * repeated in PassQueryString. Source: the suites of go1, py2 and java1; that PassQueryString alone suffices is a guess
 * (A-674).
 */
function completeMirror(rule: RoutingRule): RoutingRule {
	const { Redirect } = rule;
	if (Redirect.RedirectType !== "Mirror") return rule;
	const { MirrorHeaders } = Redirect;
	const passes =
		Redirect.MirrorPassQueryString ?? Redirect.PassQueryString ?? false;
	return {
		...rule,
		Redirect: {
			...Redirect,
			PassQueryString: passes,
			MirrorPassQueryString: passes,
			MirrorPassOriginalSlashes: Redirect.MirrorPassOriginalSlashes ?? false,
			MirrorFollowRedirect: Redirect.MirrorFollowRedirect ?? true,
			MirrorCheckMd5: Redirect.MirrorCheckMd5 ?? false,
			MirrorHeaders: MirrorHeaders && {
				...MirrorHeaders,
				PassAll: MirrorHeaders.PassAll ?? false,
			},
		},
	};
}

function requireRule({ Condition, Redirect }: RoutingRule): void {
	const { RedirectType, ReplaceKeyWith, ReplaceKeyPrefixWith } = Redirect;
	if (ReplaceKeyWith && ReplaceKeyPrefixWith)
		throw invalidArgument("ReplaceKeyPrefixWith", ReplaceKeyPrefixWith);
	const stated = Object.values(Redirect).filter((value) => value !== undefined);
	if (RedirectType !== "Mirror" && stated.length === 1)
		throw malformed("Redirect has no target.");
	if (RedirectType !== "Mirror") return;
	const { HttpErrorCodeReturnedEquals: status } = Condition;
	if (status !== undefined && status !== 404)
		throw invalidArgument("HttpErrorCodeReturnedEquals", String(status));
	const url = Redirect.MirrorURL ?? "";
	if (!/^https?:\/\/.+\/$/.test(url)) throw invalidArgument("MirrorURL", url);
}
