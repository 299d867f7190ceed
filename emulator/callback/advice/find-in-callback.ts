/**
 * Findings about a callback as the upload requests it.
 *
 * Pure. Source: docs «Callback»; «Upload callback errors and troubleshooting».
 */
import { isIP } from "node:net";
import { parseJson } from "../../oss/json-object.ts";
import {
	type BodyType,
	type Callback,
	FORM,
	JSON_TYPE,
	type ResolvedCallback,
	type ResolvedUrl,
	type Template,
} from "../model.ts";
import type { CallbackSwitches } from "../switches.ts";
import { quotedIn } from "../template.ts";
import { isPrivate } from "../urls.ts";
import { isCustom, NUMBERS, SYSTEM_VARIABLES } from "../variables.ts";
import { type Finding, finding } from "./finding.ts";

export function findInCallback(
	callback: ResolvedCallback,
	switches: Pick<CallbackSwitches, "alwaysSni">,
): Finding[] {
	const sni = callback.sni || switches.alwaysSni;
	return [
		...callback.urls.flatMap((url) => findInUrl(url, sni)),
		...findInVariables(callback.variables),
		...findInTemplate(callback),
	];
}

export function findInUrl(url: ResolvedUrl, sni: boolean): Finding[] {
	const { text, secure, hostname, addresses } = url;
	const findings: Finding[] = [];
	const find = (id: Finding["id"], sentence: string): void => {
		findings.push(finding(id, `${text}: ${sentence}`));
	};
	if (addresses.some(isPrivate))
		find(
			"private-address",
			"OSS refuses a private address with 400 and EC 0007-00000008; outside tests, give one that is public.",
		);
	if (secure && !sni && isIP(hostname) === 0)
		find(
			"no-sni",
			'OSS does not send the server its name without callbackSNI, and a server of several names fails with 203 «Error status : 502.»; add "callbackSNI": true.',
		);
	if (!/^https?:\/\//i.test(text))
		find(
			"no-scheme",
			"OSS takes a URL without scheme for http; write http:// if that is meant.",
		);
	if (/^[^?#]*\?(#|$)/.test(text))
		find(
			"empty-query",
			"whether OSS signs a ? with nothing behind it is not known, and application servers check it in two ways; leave it out.",
		);
	if (text.includes("${"))
		find(
			"variable-in-url",
			"OSS fills in variables in callbackBody only, and calls this as it stands; move them to the body.",
		);
	return findings;
}

/** Docs «Upload callback errors and troubleshooting». */
const VARIABLES_ADVISED = 10;
const VARIABLES_BYTES_ADVISED = 512;

function findInVariables(variables: Callback["variables"]): Finding[] {
	const findings: Finding[] = [];
	const bytes = Buffer.byteLength([...variables].flat().join(""));
	const upper = [...variables.keys()].filter((name) => /\p{Lu}/u.test(name));
	if (upper.length > 0)
		findings.push(
			finding(
				"upper-case-variable",
				`${list(upper)}: one page of OSS says that names of custom variables must be lower case or an error is returned; write them so.`,
			),
		);
	if (variables.size > VARIABLES_ADVISED || bytes > VARIABLES_BYTES_ADVISED)
		findings.push(
			finding(
				"many-variables",
				`${variables.size} custom variables of ${bytes} bytes: OSS advises ${VARIABLES_ADVISED} and ${VARIABLES_BYTES_ADVISED} bytes at most; send a reference to the rest.`,
			),
		);
	return findings;
}

function findInTemplate({
	template,
	bodyType,
	variables,
}: Callback): Finding[] {
	const findings: Finding[] = [];
	const find = (id: Finding["id"], names: string[], says: string): void => {
		if (names.length > 0)
			findings.push(finding(id, `${list(names.map(write))}: ${says}`));
	};
	const names = [...new Set(template.names)];
	find(
		"unknown-variable",
		names.filter((name) => !isCustom(name) && !SYSTEM_VARIABLES.includes(name)),
		`OSS knows no such variable and puts nothing in its place; it knows ${SYSTEM_VARIABLES.join(", ")}, and your own with x:.`,
	);
	find(
		"variable-without-value",
		names.filter((name) => isCustom(name) && !variables.has(name)),
		"no value came with the upload, and nothing is put in its place; send one, or correct the name: case counts.",
	);
	find(
		"quoted-variable",
		bodyType === JSON_TYPE
			? quotedIn(template).filter((name) => !NUMBERS.has(name))
			: [],
		"in JSON OSS writes the quotes of text itself, and yours double them; leave yours out.",
	);
	if (bodyType === FORM && looksLikeJson(template))
		findings.push(
			finding(
				"json-as-form",
				"callbackBody looks like JSON, but OSS writes values percent-encoded and without quotes unless callbackBodyType is application/json; set it.",
			),
		);
	return findings;
}

const looksLikeJson = ({ text }: Template): boolean =>
	/^\s*\{/.test(text) && text.trimEnd().endsWith("}");

/** @param body filled in */
export function findInBody(body: Buffer, bodyType: BodyType): Finding[] {
	if (bodyType !== JSON_TYPE || parseJson(body) !== undefined) return [];
	return [
		finding(
			"body-not-json",
			"the body is called JSON and is none; OSS sends it as it is, and most application servers cannot read it: compare callbackBody with what was sent.",
		),
	];
}

const NAMES_SHOWN = 10;

const list = (names: readonly string[]): string =>
	names.length > NAMES_SHOWN
		? `${names.slice(0, NAMES_SHOWN).join(", ")} and ${names.length - NAMES_SHOWN} more`
		: names.join(", ");

const write = (name: string): string => `\${${name}}`;
