/**
 * Findings about the callback that an upload requests.
 *
 * Pure. Source: docs «Callback»; «Upload callback errors and troubleshooting».
 */
import { isIP } from "node:net";
import {
	type Callback,
	FORM,
	JSON_TYPE,
	type ResolvedCallback,
	type ResolvedUrl,
	skippedCallback,
	type Template,
} from "../model.ts";
import { isPrivate } from "../resolve.ts";
import type { CallbackSwitches } from "../switches.ts";
import { isCustom, NUMBERS, quotedIn, SYSTEM_VARIABLES } from "../template.ts";
import { type Finding, finding } from "./finding.ts";

export function findInCallback(
	callback: ResolvedCallback,
	switches: Pick<CallbackSwitches, "alwaysSni">,
): Finding[] {
	const sni = callback.sni || switches.alwaysSni;
	return [
		...callback.urls.flatMap((url) => findInUrl(url, sni)),
		...findInVariables(callback),
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
			"the address is private: accepted here for local tests, refused by OSS with 400 and EC 0007-00000008, and by --strict.",
		);
	if (secure && !sni && isIP(hostname) === 0)
		find(
			"no-sni",
			'OSS does not send the name of the server without callbackSNI, and a server with several names fails with 203 «Error status : 502.»; add "callbackSNI": true.',
		);
	if (!/^https?:\/\//i.test(text))
		find(
			"no-scheme",
			"OSS treats a URL without a scheme as http; write http:// if that is intended.",
		);
	if (/^[^?#]*\?(#|$)/.test(text))
		find(
			"empty-query",
			"it is not known whether OSS signs a ? without a query, and application servers differ in how they check it; leave it out.",
		);
	if (text.includes("${"))
		find(
			"variable-in-url",
			"OSS fills in variables in callbackBody only, and calls this URL unchanged; move the variables to the body.",
		);
	return findings;
}

/** Docs «Upload callback errors and troubleshooting». */
const VARIABLES_ADVISED = 10;
const VARIABLES_BYTES_ADVISED = 512;

function findInVariables({ variables, template }: Callback): Finding[] {
	const findings: Finding[] = [];
	const bytes = Buffer.byteLength([...variables].flat().join(""));
	const upper = [...variables.keys()].filter((name) => /\p{Lu}/u.test(name));
	if (upper.length > 0)
		findings.push(
			finding(
				"upper-case-variable",
				`${list(upper)}: one page of OSS says that names of custom variables must be lower case or an error is returned; use lower case.`,
			),
		);
	if (variables.size > VARIABLES_ADVISED || bytes > VARIABLES_BYTES_ADVISED)
		findings.push(
			finding(
				"many-variables",
				`${variables.size} custom variables of ${bytes} bytes: OSS advises ${VARIABLES_ADVISED} and ${VARIABLES_BYTES_ADVISED} bytes at most; send a reference to the rest.`,
			),
		);
	const named = new Set(template.names);
	const unused = [...variables.keys()].filter((name) => !named.has(name));
	if (unused.length > 0)
		findings.push(
			finding(
				"unused-variable",
				`${list(unused)}: callbackBody does not use it, so the application server never receives its value; write ${write(unused[0] ?? "")} into the body.`,
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
	const find = (id: Finding["id"], names: string[], advice: string): void => {
		if (names.length > 0)
			findings.push(finding(id, `${list(names.map(write))}: ${advice}`));
	};
	const lookalike =
		template.names.length === 0 && LOOKALIKE.exec(template.text);
	if (lookalike)
		findings.push(
			finding(
				"no-variable",
				`callbackBody contains ${lookalike[0]} and no variable that OSS would replace: it is sent unchanged. Write a variable as in \${object}; do not percent-encode callbackBody.`,
			),
		);
	const names = [...new Set(template.names)];
	find(
		"unknown-variable",
		names.filter((name) => !isCustom(name) && !SYSTEM_VARIABLES.includes(name)),
		`OSS has no such variable and writes nothing in its place; the variables are ${SYSTEM_VARIABLES.join(", ")}, and your own, which begin with x:.`,
	);
	find(
		"variable-without-value",
		names.filter((name) => isCustom(name) && !variables.has(name)),
		"the upload has no value for it, and nothing is written in its place; send a value, or correct the name, which is case-sensitive.",
	);
	find(
		"quoted-variable",
		bodyType === JSON_TYPE
			? quotedIn(template).filter((name) => !NUMBERS.has(name))
			: [],
		"OSS adds the quotes of text in JSON itself, so yours are doubled; remove yours.",
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

/** Text of clients that percent-encode a body, or use the syntax of another template language. */
const LOOKALIKE =
	/%24%7B[^%]{0,99}(%7D)?|[#%]?\{{1,2} ?(bucket|object|etag|size|mimeType|imageInfo\.\w{1,9}|x:[\w-]{1,99}) ?\}{1,2}/i;

const looksLikeJson = ({ text }: Template): boolean =>
	/^\s*\{/.test(text) && text.trimEnd().endsWith("}");

const NAMES_SHOWN = 10;

const list = (names: readonly string[]): string =>
	names.length > NAMES_SHOWN
		? `${names.slice(0, NAMES_SHOWN).join(", ")} and ${names.length - NAMES_SHOWN} more`
		: names.join(", ");

const write = (name: string): string => `\${${name}}`;

/**
 * Form fields that came after the file: OSS ignores them without an error. Source: java SDK FAQ; EC 0006-00000103.
 *
 * @param callback the callback in the fields before the file
 * @param names the names of the fields after the file
 * @returns the callback with a finding about them; it is not sent if `callback` itself came after the file
 */
export function withFieldsAfterFile(
	callback: ResolvedCallback | undefined,
	names: readonly string[],
): ResolvedCallback | undefined {
	const late = names.filter((name) => name === "callback" || isCustom(name));
	if (late.length === 0 || !(callback || late.includes("callback")))
		return callback;
	const found = finding(
		"late-field",
		`${[...new Set(late)].join(", ")} came after the file in the form: OSS ignores fields after the file without an error; put the file last.`,
	);
	if (!callback) return skippedCallback("", found);
	return { ...callback, findings: [...callback.findings, found] };
}
