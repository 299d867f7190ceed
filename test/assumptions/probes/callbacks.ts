/** Probes of how OSS reads the callback of an upload. Refusals need no application server. */
import type { Answer } from "../../client.ts";
import { field, file } from "../../operations/object/form.ts";
import { CannotProbe, type Cloud } from "../cloud.ts";
import {
	base64,
	code,
	each,
	outcomeOf,
	type Probe,
	type ProbeContext,
} from "../probe.ts";
import { postForm, upload } from "./forms.ts";

/** Sends PutObject with a new key and this callback: JSON, or the text of the header. */
export const put = (
	cloud: Cloud,
	callback: object | string,
	more: Readonly<Record<string, string>> = {},
	content: string | Uint8Array = "meow",
): Promise<Answer> =>
	cloud.put(`/${cloud.name()}`, content, {
		"x-oss-callback":
			typeof callback === "string" ? callback : base64(callback),
		...more,
	});

/**
 * A callback is accepted if it was sent, whatever its outcome.
 *
 * @throws CannotProbe if the cloud refuses to call this machine
 */
function accepted(answer: Answer): string {
	if (answer.status === 200 || answer.status === 203) return "accepted";
	if (answer.text.includes("0007-00000008"))
		throw new CannotProbe("the cloud does not call private addresses");
	return outcomeOf(answer);
}

const sendFields =
	(cases: Readonly<Record<string, object>>) =>
	({ cloud, anyUrl }: ProbeContext): Promise<string[]> =>
		each(cases, async (fields) =>
			accepted(
				await put(cloud, {
					callbackUrl: anyUrl,
					callbackBody: "a=b",
					...fields,
				}),
			),
		);

const sendUrls =
	(cases: Readonly<Record<string, (url: string) => string>>) =>
	({ cloud, anyUrl }: ProbeContext): Promise<string[]> =>
		each(cases, async (urlOf) =>
			accepted(
				await put(cloud, { callbackUrl: urlOf(anyUrl), callbackBody: "a=b" }),
			),
		);

const many = (count: number): Record<string, string> =>
	Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, "v"]));

export const callbacks: readonly Probe[] = [
	{
		id: "A-200",
		assumes:
			"The texts of callback errors without a published example are worded like those of similar errors.",
		sends:
			"PutObject with a callback-var that is not base64, one that is not JSON, a stage and a failure action that are numbers, and a template without its right brace.",
		expects: [
			"not base64: 400 InvalidArgument 0007-00000102: The callback var is not base64 encoded.",
			"not JSON: 400 InvalidArgument 0007-00000103: The callback var is not json format.",
			"callbackStage: 400 InvalidArgument 0007-00000015: The callback stage is invalid.",
			"callbackFailureAction: 400 InvalidArgument 0007-00000017: The callback failure action is invalid.",
			"no right brace: 400 InvalidArgument 0007-00000105: Right brace is missing.",
		],
		run: async ({ cloud, anyUrl }) => {
			const good = { callbackUrl: anyUrl, callbackBody: "a=b" };
			return [
				...(await each(
					{ "not base64": "x:v=1", "not JSON": base64("x:v=1") },
					async (variables) =>
						accepted(
							await put(cloud, good, { "x-oss-callback-var": variables }),
						),
				)),
				...(await each(
					{
						callbackStage: { callbackStage: 1 },
						callbackFailureAction: { callbackFailureAction: 1 },
						"no right brace": { callbackBody: "a=${bucket" },
					},
					async (fields) => accepted(await put(cloud, { ...good, ...fields })),
				)),
			];
		},
	},
	{
		id: "A-201",
		assumes:
			"If only a range of ECs is known, they are numbered in the order in which the fields are documented.",
		sends:
			"PutObject with a signatureVersion that is a number, one that is 3, eleven additional headers, one in upper case, and two callback-vars.",
		expects: [
			"3: 400 InvalidArgument 0007-00000019: The callback signature version is invalid.",
			"a number: 400 InvalidArgument 0007-00000018: The callback signature version is invalid.",
			"eleven headers: 400 InvalidArgument 0007-00000022: The number of additional headers exceed max value.",
			"upper case: 400 InvalidArgument 0007-00000023: The key of additional headers is invalid.",
			"two callback-vars: 400 InvalidArgument 0007-00000028: Either the callback-var query string parameter or the x-oss-callback-var header should be specified, not both.",
		],
		run: async (context) => {
			const { cloud, anyUrl } = context;
			const variables = base64({ "x:v": "1" });
			const twice = await cloud.put(
				`/${cloud.name()}?callback-var=${encodeURIComponent(variables)}`,
				"meow",
				{
					"x-oss-callback": base64({ callbackUrl: anyUrl, callbackBody: "a" }),
					"x-oss-callback-var": variables,
				},
			);
			return [
				...(await sendFields({
					"a number": { signatureVersion: 1 },
					"3": { signatureVersion: "3" },
					"eleven headers": { additionalHeaders: many(11) },
					"upper case": { additionalHeaders: { Key: "v" } },
				})(context)),
				`two callback-vars: ${accepted(twice)}`,
			];
		},
	},
	{
		id: "A-208",
		assumes:
			"Empty items of callbackUrl are ignored, and so are spaces around a URL.",
		sends:
			"PutObject with a URL and «;», with «;;» before it, and with spaces around it.",
		expects: [
			"; at the end: accepted",
			";; before: accepted",
			"spaces: accepted",
		],
		run: sendUrls({
			"; at the end": (url) => `${url};`,
			";; before": (url) => `;;${url}`,
			spaces: (url) => ` ${url} `,
		}),
	},
	{
		id: "A-209",
		assumes:
			"A callbackUrl with another scheme, a user name, an IPv6 address or characters outside of printable ASCII is malformed.",
		sends: "PutObject with such URLs.",
		expects: [
			"ftp: 400 InvalidArgument 0007-00000004: The callback url configuration is invalid.",
			"a user: 400 InvalidArgument 0007-00000004: The callback url configuration is invalid.",
			"IPv6: 400 InvalidArgument 0007-00000004: The callback url configuration is invalid.",
			"a Chinese path: 400 InvalidArgument 0007-00000004: The callback url configuration is invalid.",
			"a Chinese name: 400 InvalidArgument 0007-00000004: The callback url configuration is invalid.",
			"a space: 400 InvalidArgument 0007-00000004: The callback url configuration is invalid.",
			"an empty port: 400 InvalidArgument 0007-00000004: The callback url configuration is invalid.",
		],
		run: sendUrls({
			ftp: () => "ftp://www.example.com/",
			"a user": () => "http://user:secret@www.example.com/",
			IPv6: () => "http://[2400:3200::1]:80/",
			"a Chinese path": () => "http://www.example.com/猫",
			"a Chinese name": () => "http://猫.example.com/",
			"a space": () => "http://www.example.com/c d",
			"an empty port": () => "http://www.example.com:/c",
		}),
	},
	{
		id: "A-212",
		assumes: "An empty text field of a callback is treated as missing.",
		sends:
			"PutObject with an empty callbackHost, callbackBodyType and signatureVersion.",
		expects: [
			"callbackHost: accepted",
			"callbackBodyType: accepted",
			"signatureVersion: accepted",
		],
		run: sendFields({
			callbackHost: { callbackHost: "" },
			callbackBodyType: { callbackBodyType: "" },
			signatureVersion: { signatureVersion: "" },
		}),
	},
	{
		id: "A-213",
		assumes: "callbackStage and callbackFailureAction may be any text.",
		sends: "PutObject with both.",
		expects: ["callbackStage: accepted", "callbackFailureAction: accepted"],
		run: sendFields({
			callbackStage: { callbackStage: "x" },
			callbackFailureAction: { callbackFailureAction: "x" },
		}),
	},
	{
		id: "A-214",
		assumes:
			"signatureVersion 2.0 is refused, because it is available to invited accounts only.",
		sends: "PutObject with signatureVersion 2.0.",
		expects: [
			"2.0: 400 InvalidArgument 0007-00000020: The callback signature version is invalid.",
		],
		run: sendFields({ "2.0": { signatureVersion: "2.0" } }),
	},
	{
		id: "A-215",
		assumes:
			"A callbackHost that is not a valid header value is refused like one that is not text.",
		sends: "PutObject with a line break in callbackHost.",
		expects: [
			"a line break: 400 InvalidArgument 0007-00000009: The callback host configuration is invalid.",
		],
		run: sendFields({ "a line break": { callbackHost: "a\r\nb: c" } }),
	},
	{
		id: "A-216",
		assumes: "Additional headers that every callback has are refused.",
		sends: "PutObject with additionalHeaders content-length, host and date.",
		expects: [
			"content-length: 400 InvalidArgument 0007-00000024: The key of additional headers is invalid.",
			"host: 400 InvalidArgument 0007-00000024: The key of additional headers is invalid.",
			"date: 400 InvalidArgument 0007-00000024: The key of additional headers is invalid.",
		],
		run: sendFields({
			"content-length": { additionalHeaders: { "content-length": "9" } },
			host: { additionalHeaders: { host: "a" } },
			date: { additionalHeaders: { date: "a" } },
		}),
	},
	{
		id: "A-217",
		assumes:
			"The name of a custom variable may contain upper-case letters, although a page forbids it.",
		sends: "PutObject with a callback-var x:Var.",
		expects: ["accepted"],
		run: async ({ cloud, anyUrl }) => [
			accepted(
				await put(
					cloud,
					{ callbackUrl: anyUrl, callbackBody: "a=${x:Var}" },
					{ "x-oss-callback-var": base64({ "x:Var": "1" }) },
				),
			),
		],
	},
	{
		id: "A-218",
		assumes: "A form has no field callback-var: a malformed one is ignored.",
		sends: "PostObject with a callback and a callback-var that is not base64.",
		expects: ["accepted"],
		run: async ({ cloud, anyUrl }) => [
			accepted(
				await upload(
					cloud,
					cloud.name(),
					field("callback", base64({ callbackUrl: anyUrl, callbackBody: "a" })),
					field("callback-var", "error argument"),
				),
			),
		],
	},
	{
		id: "A-219",
		assumes:
			"If a callback has several faults, the one with the lowest EC is reported, and faults of the callback before those of its variables.",
		sends: "PutObject with callbacks that have several faults; the ECs.",
		expects: [
			"callback-var and no base64: 400 InvalidArgument 0007-00000002",
			"callback-var and a template: 400 InvalidArgument 0007-00000105",
			"host, body type and more: 400 InvalidArgument 0007-00000009",
			"body, body type and more: 400 InvalidArgument 0007-00000011",
		],
		run: ({ cloud, anyUrl }) => {
			const variables = { "x-oss-callback-var": "?" };
			const faults = {
				callbackBodyType: "x",
				callbackSNI: 1,
				signatureVersion: 1,
			};
			return each(
				{
					"callback-var and no base64": "?",
					"callback-var and a template": base64({
						callbackUrl: anyUrl,
						callbackBody: "$",
					}),
					"host, body type and more": base64({
						callbackUrl: anyUrl,
						callbackBody: "$",
						callbackHost: 1,
						...faults,
					}),
					"body, body type and more": base64({
						callbackUrl: anyUrl,
						callbackBody: "",
						...faults,
					}),
				},
				async (callback) => code(await put(cloud, callback, variables)),
			);
		},
	},
	{
		id: "A-220",
		assumes:
			"The callback may be in a header and its variables in the query, although a page allows only one of the two places.",
		sends: "PutObject with x-oss-callback and ?callback-var.",
		expects: ["accepted"],
		run: async ({ cloud, anyUrl }) => {
			const variables = encodeURIComponent(base64({ "x:v": "1" }));
			return [
				accepted(
					await cloud.put(
						`/${cloud.name()}?callback-var=${variables}`,
						"meow",
						{
							"x-oss-callback": base64({
								callbackUrl: anyUrl,
								callbackBody: "a=${x:v}",
							}),
						},
					),
				),
			];
		},
	},
	{
		id: "A-221",
		assumes: "Without a callback, callback variables are ignored.",
		sends:
			"PutObject with a callback-var that is not base64, and without a callback.",
		expects: ["200"],
		run: async ({ cloud }) => [
			outcomeOf(
				await cloud.put(`/${cloud.name()}`, "meow", {
					"x-oss-callback-var": "error argument",
				}),
			),
		],
	},
	{
		id: "A-222",
		assumes:
			"The name of a form's field callback must be in lower case: Callback is ignored.",
		sends: "PostObject with a malformed field Callback.",
		expects: ["204"],
		run: async ({ cloud }) => [
			outcomeOf(
				await upload(cloud, cloud.name(), field("Callback", "error argument")),
			),
		],
	},
	{
		id: "A-224",
		assumes:
			"A callback that is not UTF-8, or begins with a byte order mark, is not JSON.",
		sends: "PutObject with such callbacks; EC.",
		expects: [
			"Latin-1: 400 InvalidArgument 0007-00000003",
			"a byte order mark: 400 InvalidArgument 0007-00000003",
		],
		run: ({ cloud, anyUrl }) => {
			const json = JSON.stringify({ callbackUrl: anyUrl, callbackBody: "é" });
			return each(
				{
					"Latin-1": Buffer.from(json, "latin1"),
					"a byte order mark": Buffer.from(`\ufeff${json}`),
				},
				async (bytes) => code(await put(cloud, bytes.toString("base64"))),
			);
		},
	},
	{
		id: "A-225",
		assumes:
			"A callback is refused if one of its several URLs has a host name that does not exist.",
		sends: "PutObject with a good URL and http://123.456/.",
		expects: [
			"one of two: 400 InvalidArgument 0007-00000007: Can not get ip by this host.",
		],
		run: sendUrls({ "one of two": (url) => `${url};http://123.456/` }),
	},
	{
		id: "A-227",
		assumes:
			"Link-local, shared and unspecified addresses are private, as well as those of RFC 1918.",
		sends: "PutObject with callbackUrls of such addresses; code and EC.",
		needs: ["--strict"],
		expects: [
			"RFC 1918: 400 InvalidArgument 0007-00000008",
			"unspecified: 400 InvalidArgument 0007-00000008",
			"shared: 400 InvalidArgument 0007-00000008",
			"link-local: 400 InvalidArgument 0007-00000008",
		],
		run: ({ cloud }) =>
			each(
				{
					"RFC 1918": "10.1.2.3",
					unspecified: "0.0.0.0",
					shared: "100.100.2.136",
					"link-local": "169.254.1.1",
				},
				async (address) =>
					code(
						await put(cloud, {
							callbackUrl: `http://${address}:8088/`,
							callbackBody: "a=b",
						}),
					),
			),
	},
	{
		id: "A-242",
		assumes:
			"A callbackPolicy that the bucket does not have is InvalidArgument.",
		sends: "PutObject with callbackPolicy «none-of-these», and with a number.",
		expects: [
			"text: 400 InvalidArgument : The callback policy is invalid.",
			"number: 400 InvalidArgument : The callback policy is invalid.",
		],
		run: ({ cloud }) =>
			each({ text: "none-of-these", number: 1 }, async (callbackPolicy) =>
				accepted(await put(cloud, { callbackPolicy })),
			),
	},
	{
		id: "A-251",
		assumes:
			"With --strict, a callback in a header with its variables in the query is refused with the text for two callbacks.",
		sends:
			"PutObject with x-oss-callback and ?callback-var, if only one of the two places is allowed.",
		needs: ["--strict"],
		expects: [
			"400 InvalidArgument 0007-00000027: Either the callback query string parameter or the x-oss-callback header should be specified, not both.",
		],
		run: async ({ cloud }) => {
			const variables = encodeURIComponent(base64({ "x:v": "1" }));
			return [
				outcomeOf(
					await cloud.put(
						`/${cloud.name()}?callback-var=${variables}`,
						"meow",
						{
							"x-oss-callback": base64({
								callbackUrl: "http://192.0.2.1/",
								callbackBody: "a=${x:v}",
							}),
						},
					),
				),
			];
		},
	},
	{
		id: "A-633",
		assumes:
			"With --strict, a callback after the file of a form is refused, although a page says that fields after the file are ignored.",
		sends: "PostObject with the field callback after the file.",
		needs: ["--strict"],
		expects: ["400 MalformedPOSTRequest 0006-00000103"],
		run: async ({ cloud }) => {
			const callback = base64({
				callbackUrl: "http://192.0.2.1/",
				callbackBody: "a",
			});
			return [
				code(
					await postForm(cloud, cloud.name(), [
						file("meow"),
						field("callback", callback),
					]),
				),
			];
		},
	},
];
