/**
 * Finds the routing rule of a website that applies to a request, and where it redirects the visitor.
 *
 * Pure. Source: docs «PutBucketWebsite», tables of Condition and Redirect.
 */
import { encodeKey } from "../../oss/encoding.ts";
import type { OssRequest } from "../../oss/request.ts";
import { rootOf } from "../service/endpoint.ts";
import type { RoutingRule } from "./website.ts";

export type Visit = Pick<
	OssRequest,
	"bucket" | "key" | "headers" | "host" | "scheme" | "rawQuery" | "isInHost"
>;

/**
 * @param status the answer's status; undefined before it is known, when only rules without an error code apply
 * @returns the applicable rule with the smallest number
 */
export function findRule(
	rules: readonly RoutingRule[],
	visit: Visit,
	status: number | undefined,
): RoutingRule | undefined {
	return rules
		.filter(({ Condition }) => matches(Condition, visit, status))
		.toSorted((a, b) => a.RuleNumber - b.RuleNumber)[0];
}

function matches(
	condition: RoutingRule["Condition"],
	{ key, headers }: Visit,
	status: number | undefined,
): boolean {
	return (
		condition.HttpErrorCodeReturnedEquals === status &&
		key.startsWith(condition.KeyPrefixEquals ?? "") &&
		key.endsWith(condition.KeySuffixEquals ?? "") &&
		condition.IncludeHeader.every(
			({ Key, Equals, StartsWith = "", EndsWith = "" }) => {
				const value = headers[Key.toLowerCase()];
				return (
					value !== undefined &&
					(Equals ?? value) === value &&
					value.startsWith(StartsWith) &&
					value.endsWith(EndsWith)
				);
			},
		)
	);
}

/** The key that replaces the requested one. */
export function replacedKey(
	{ Condition, Redirect }: RoutingRule,
	key: string,
): string {
	const { ReplaceKeyWith, ReplaceKeyPrefixWith = "" } = Redirect;
	if (ReplaceKeyWith) return ReplaceKeyWith.split("$" + "{key}").join(key);
	if (!ReplaceKeyPrefixWith && !Redirect.EnableReplacePrefix) return key;
	const prefix = Condition.KeyPrefixEquals ?? "";
	return ReplaceKeyPrefixWith + key.slice(prefix.length);
}

/** The Location for External and AliCDN: another host, or another key of this host. */
export function locationOf(rule: RoutingRule, visit: Visit): string {
	const { Protocol, HostName, PassQueryString } = rule.Redirect;
	const path = encodeKey(replacedKey(rule, visit.key));
	const query = PassQueryString && visit.rawQuery ? `?${visit.rawQuery}` : "";
	const scheme = Protocol ?? visit.scheme;
	const place = HostName ? `${HostName}/` : `${visit.host}${rootOf(visit)}`;
	return `${scheme}://${place}${path}${query}`;
}
