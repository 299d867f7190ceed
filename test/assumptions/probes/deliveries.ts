/** Probes of the request that OSS sends to an application server, and of how OSS evaluates the answer. */
import { createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { field } from "../../operations/object/form.ts";
import { type Callback, OK, reply } from "../application-server.ts";
import { CannotProbe } from "../cloud.ts";
import {
	base64,
	each,
	element,
	elements,
	type Need,
	outcomeOf,
	type Probe,
	type ProbeContext,
} from "../probe.ts";
import { put } from "./callbacks.ts";
import { upload } from "./forms.ts";

const needs: readonly Need[] = ["application server"];

/** Uploads with a callback. @returns the request that the application server received */
async function called(
	{ cloud, application }: ProbeContext,
	callback: object,
	more: Readonly<Record<string, string>> = {},
	content?: Uint8Array,
): Promise<Callback> {
	application.answer(OK);
	application.take();
	const json = { callbackUrl: `${application.url}/cb`, ...callback };
	const answer = await put(cloud, json, more, content);
	const [received] = application.take();
	if (!received)
		throw new CannotProbe(
			`no callback was received; the upload: ${outcomeOf(answer)}`,
		);
	return received;
}

/** The body that the application server receives, for each template. */
const filledIn =
	(bodyType: string, templates: Readonly<Record<string, string>>) =>
	(context: ProbeContext): Promise<string[]> =>
		each(templates, async (callbackBody) => {
			const { body } = await called(
				context,
				{ callbackBody, callbackBodyType: bodyType },
				{ "x-oss-callback-var": base64({ "x:v": "a b*~猫" }) },
			);
			return body.toString();
		});

/** The uploader's response, for each answer of the application server. */
const judged =
	(answers: Readonly<Record<string, string | Buffer>>) =>
	({ cloud, application }: ProbeContext): Promise<string[]> =>
		each(answers, async (bytes) => {
			application.answer(bytes);
			const answer = await put(cloud, {
				callbackUrl: `${application.url}/cb`,
				callbackBody: "a=b",
			});
			if (application.take().length === 0)
				throw new CannotProbe(
					`no callback was received; the upload: ${outcomeOf(answer)}`,
				);
			return answer.status === 200
				? `200 ${answer.headers["content-type"]} ${answer.text.slice(0, 20)}`
				: outcomeOf(answer);
		});

const FORM = "application/x-www-form-urlencoded";
const JSON_TYPE = "application/json";
const MIB = 1024 * 1024;

/** Whether the signature of a callback covers that path. */
async function isSigned(
	{ headers, body }: Callback,
	path: string,
): Promise<boolean> {
	const url = Buffer.from(
		headers["x-oss-pub-key-url"] ?? "",
		"base64",
	).toString();
	if (!URL.canParse(url))
		throw new CannotProbe("the callback has no public key URL");
	const pem = await (await fetch(url)).text();
	return verify(
		"RSA-MD5",
		Buffer.concat([Buffer.from(`${path}\n`), body]),
		createPublicKey(pem),
		Buffer.from(headers.authorization ?? "", "base64"),
	);
}

const namesOf = ({ head }: Callback): string =>
	head
		.split("\r\n")
		.slice(1)
		.map((line) => line.replace(/:.*$/s, "").toLowerCase())
		.sort()
		.join(" ");

export const deliveries: readonly Probe[] = [
	{
		id: "A-17",
		assumes:
			"The response to a form with a callback is 200 with the application server's answer, whatever status or redirect the form requests.",
		sends:
			"Forms with a callback and success_action_status 201 and 204, and a redirect.",
		needs,
		expects: ["201: 200 {}", "204: 200 {}", "redirect: 200 {}"],
		run: ({ cloud, application }) =>
			each(
				{
					"201": field("success_action_status", "201"),
					"204": field("success_action_status", "204"),
					redirect: field("success_action_redirect", "http://app.example.com/"),
				},
				async (requested) => {
					application.answer(OK);
					const callback = base64({
						callbackUrl: `${application.url}/cb`,
						callbackBody: "a=b",
					});
					const answer = await upload(
						cloud,
						cloud.name(),
						requested,
						field("callback", callback),
					);
					return `${answer.status} ${answer.text.slice(0, 20)}`;
				},
			),
	},
	{
		id: "A-203",
		assumes: "The name of a variable is everything up to the next right brace.",
		sends: "Callbacks with ${a${size} and ${}; the received body.",
		needs,
		expects: ["nested: <>", "empty: <>"],
		run: filledIn(FORM, { nested: "<${a${size}>", empty: "<${}>" }),
	},
	{
		id: "A-204",
		assumes:
			"In JSON an absent value is null, and an absent width or height of an image is empty.",
		sends:
			"A JSON callback with variables that have no value; the received body.",
		needs,
		expects: ["custom: null", "vpcId: null", "format: null", "width: <>"],
		run: filledIn(JSON_TYPE, {
			custom: "${x:no}",
			vpcId: "${vpcId}",
			format: "${imageInfo.format}",
			width: "<${imageInfo.width}>",
		}),
	},
	{
		id: "A-205",
		assumes:
			"In a form an absent value is empty, whether the variable exists or not.",
		sends:
			"A form callback with variables that have no value or do not exist; the received body.",
		needs,
		expects: ["custom: <>", "unknown: <>"],
		run: filledIn(FORM, { custom: "<${x:no}>", unknown: "<${no}>" }),
	},
	{
		id: "A-206",
		assumes:
			"In a form a space is %20, an asterisk is %2A, and a tilde is not encoded.",
		sends:
			"A form callback with a custom variable «a b*~猫»; the received body.",
		needs,
		expects: ["value: a%20b%2A~%E7%8C%AB"],
		run: filledIn(FORM, { value: "${x:v}" }),
	},
	{
		id: "A-207",
		assumes: "In JSON non-ASCII characters are not escaped.",
		sends:
			"A JSON callback with a custom variable «a b*~猫»; the received body.",
		needs,
		expects: ['value: "a b*~猫"'],
		run: filledIn(JSON_TYPE, { value: "${x:v}" }),
	},
	{
		id: "A-210",
		assumes: "The fragment of a callbackUrl is not sent.",
		sends: "A callback to /c?d#e; the received target.",
		needs,
		expects: ["/c?d"],
		run: async (context) => {
			const callbackUrl = `${context.application.url}/c?d#e`;
			const { target } = await called(context, {
				callbackUrl,
				callbackBody: "a",
			});
			return [target];
		},
	},
	{
		id: "A-211",
		assumes: "The question mark of an empty query is not sent.",
		sends: "A callback to /c?; the received target.",
		needs,
		expects: ["/c"],
		run: async (context) => {
			const callbackUrl = `${context.application.url}/c?`;
			const { target } = await called(context, {
				callbackUrl,
				callbackBody: "a",
			});
			return [target];
		},
	},
	{
		id: "A-223",
		assumes:
			"The upload's own parameters take precedence over its callback policy.",
		sends:
			"A callback policy with a body and two variables, and a callback that selects it with another body and one of them; the received body.",
		needs,
		expects: ["/policy own own policy"],
		run: async (context) => {
			const { cloud, application } = context;
			const callback = base64({
				callbackUrl: `${application.url}/policy`,
				callbackBody: "policy",
			});
			const variables = base64({ "x:p": "policy", "x:q": "policy" });
			await cloud.must(
				cloud.put(
					"/?policy&comp=callback",
					`<BucketCallbackPolicy><PolicyItem><PolicyName>probe</PolicyName><Callback>${callback}</Callback><CallbackVar>${variables}</CallbackVar></PolicyItem></BucketCallbackPolicy>`,
				),
			);
			try {
				application.answer(OK);
				application.take();
				await put(
					cloud,
					{ callbackPolicy: "probe", callbackBody: "own ${x:p} ${x:q}" },
					{ "x-oss-callback-var": base64({ "x:p": "own" }) },
				);
				const [received] = application.take();
				if (!received) throw new CannotProbe("no callback was received");
				return [`${received.target} ${received.body}`];
			} finally {
				await cloud.delete("/?policy&comp=callback");
			}
		},
	},
	{
		id: "A-228",
		assumes: "A plus in the path of a callbackUrl is signed as a plus.",
		sends: "A callback to /a+b; whether its signature covers that path.",
		needs,
		expects: ["/a+b: true", "/a b: false"],
		run: async (context) => {
			const callbackUrl = `${context.application.url}/a+b`;
			const received = await called(context, {
				callbackUrl,
				callbackBody: "a",
			});
			return [
				`/a+b: ${await isSigned(received, "/a+b")}`,
				`/a b: ${await isSigned(received, "/a b")}`,
			];
		},
	},
	{
		id: "A-229",
		assumes:
			"A percent sign that does not begin an escape is signed unchanged.",
		sends: "A callback to /100%/x; whether its signature covers that path.",
		needs,
		expects: ["/100%/x: true"],
		run: async (context) => {
			const callbackUrl = `${context.application.url}/100%/x`;
			const received = await called(context, {
				callbackUrl,
				callbackBody: "a",
			});
			return [`/100%/x: ${await isSigned(received, "/100%/x")}`];
		},
	},
	{
		id: "A-230",
		assumes:
			"imageInfo has the stored width and height: the EXIF orientation is ignored.",
		sends:
			"PutObject of a JPEG of 37 × 21 that EXIF rotates; the received width and height.",
		needs,
		expects: ["37x21"],
		run: async (context) => {
			const { body } = await called(
				context,
				{ callbackBody: "${imageInfo.width}x${imageInfo.height}" },
				{ "content-type": "image/jpeg" },
				readFileSync(
					new URL("../../../fixtures/images/turned.jpg", import.meta.url),
				),
			);
			return [body.toString()];
		},
	},
	{
		id: "A-231",
		assumes:
			"A callback has all headers that recorded callbacks have, including those that newer recordings lack.",
		sends: "A callback; the names of its headers, sorted.",
		needs,
		expects: [
			"authorization connection content-length content-md5 content-type date eagleeye-rpcid host user-agent x-oss-additional-headers x-oss-bucket x-oss-owner x-oss-pub-key-url x-oss-request-id x-oss-requester x-oss-signature-version x-oss-tag",
		],
		run: async (context) => [
			namesOf(await called(context, { callbackBody: "a" })),
		],
	},
	{
		id: "A-232",
		assumes: "Host includes a port that is not the default of the scheme.",
		sends:
			"A callback; whether its Host is that of the callbackUrl, with the port.",
		needs,
		expects: ["with its port"],
		run: async (context) => {
			const { host } = new URL(context.application.url);
			const { headers } = await called(context, { callbackBody: "a" });
			return [headers.host === host ? "with its port" : "without its port"];
		},
	},
	{
		id: "A-233",
		assumes: "The requester of an anonymous upload is empty.",
		sends:
			"A callback of an upload without a signature while the bucket is public-read-write; x-oss-requester.",
		needs,
		expects: ["«»"],
		run: async ({ cloud, application }) => {
			await cloud.must(
				cloud.put("/?acl", "", { "x-oss-acl": "public-read-write" }),
			);
			try {
				application.answer(OK);
				application.take();
				const callback = base64({
					callbackUrl: `${application.url}/cb`,
					callbackBody: "a=b",
				});
				const upload = async (): Promise<string> =>
					outcomeOf(
						await cloud.send("PUT", `/${cloud.name()}`, {
							as: null,
							body: "meow",
							headers: { "x-oss-callback": callback },
						}),
					);
				const seen = await cloud.eventually("200", upload);
				const [received] = application.take();
				if (!received)
					throw new CannotProbe(`no callback was received: ${seen}`);
				return [`«${received.headers["x-oss-requester"] ?? "none"}»`];
			} finally {
				await cloud.put("/?acl", "", { "x-oss-acl": "private" });
			}
		},
	},
	{
		id: "A-234",
		assumes:
			"x-oss-additional-headers lists the names of the additional headers.",
		sends:
			"A callback with additionalHeaders key1 and key2, which are available to invited accounts only; the header.",
		needs,
		expects: ["«key1;key2»"],
		run: async (context) => {
			const { headers } = await called(context, {
				callbackBody: "a",
				additionalHeaders: { key1: "val1", key2: "val2" },
			});
			return [`«${headers["x-oss-additional-headers"] ?? "none"}»`];
		},
	},
	{
		id: "A-235",
		assumes:
			"An answer of up to 1 MiB is relayed: one page says 1 MB, another 3 MB.",
		sends: "A callback that is answered with JSON of 1,048,576 bytes.",
		needs,
		expects: ['1 MiB: 200 application/json "aaaaaaaaaaaaaaaaaaa'],
		run: judged({ "1 MiB": reply(`"${"a".repeat(MIB - 2)}"`) }),
	},
	{
		id: "A-236",
		assumes: "The three errors of Content-Length have the EC 0007-00000203.",
		sends:
			"Callbacks that are answered without a length, with length 0 and with more than 1 MiB.",
		needs,
		expects: [
			"no Content-Length: 203 CallbackFailed 0007-00000203: Error status : 400.User server missing content-length.",
			"an empty body: 203 CallbackFailed 0007-00000203: Error status : 400.User server return invalid conent-length value.",
			"more than 1 MiB: 203 CallbackFailed 0007-00000203: Error status : 400.User server return too long content-length value.",
		],
		run: judged({
			"no Content-Length": "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{}",
			"an empty body": reply(""),
			"more than 1 MiB": reply(`"${"a".repeat(MIB)}"`),
		}),
	},
	{
		id: "A-237",
		assumes:
			"The uploader receives application/json, whatever type the application server's answer has.",
		sends: "A callback that is answered with JSON of type text/html.",
		needs,
		expects: ["text/html: 200 application/json {}"],
		run: judged({ "text/html": reply("{}", "Content-Type: text/html\r\n") }),
	},
	{
		id: "A-238",
		assumes:
			"If an answer has several faults, the status is reported before the length, and the length before the content.",
		sends:
			"Callbacks that are answered with 500 and no length, and with 200, no length and no JSON.",
		needs,
		expects: [
			"status and length: 203 CallbackFailed 0007-00000203: Error status : 500.",
			"length and content: 203 CallbackFailed 0007-00000203: Error status : 400.User server missing content-length.",
		],
		run: judged({
			"status and length": "HTTP/1.1 500 No\r\nConnection: close\r\n\r\nno",
			"length and content": "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nno",
		}),
	},
	{
		id: "A-239",
		assumes:
			"A lost connection and an answer that is not HTTP are reported as status 502.",
		sends:
			"Callbacks that are answered with nothing, with a mail server's greeting, and with half a body.",
		needs,
		expects: [
			"nothing: 203 CallbackFailed 0007-00000203: Error status : 502.",
			"not HTTP: 203 CallbackFailed 0007-00000203: Error status : 502.",
			"half a body: 203 CallbackFailed 0007-00000203: Error status : 502.",
		],
		run: judged({
			nothing: "",
			"not HTTP": "220 mail.example.com ESMTP\r\n",
			"half a body": "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
		}),
	},
	{
		id: "A-240",
		assumes:
			"XML of type application/xml is accepted without validation, although three pages accept JSON only.",
		sends:
			"Callbacks that are answered with XML of type application/xml, and of type text/xml.",
		needs,
		expects: [
			"application/xml: 200 application/xml <a/>",
			"text/xml: 203 CallbackFailed 0007-00000205: Response body is not valid json format.",
		],
		run: judged({
			"application/xml": reply("<a/>", "Content-Type: application/xml\r\n"),
			"text/xml": reply("<a/>", "Content-Type: text/xml\r\n"),
		}),
	},
	{
		id: "A-241",
		assumes: "If all URLs fail, the uploader receives the error of the last.",
		sends: "A callback to a closed port and to a server that answers 500.",
		needs,
		expects: ["203 CallbackFailed 0007-00000203: Error status : 500."],
		run: async ({ cloud, application }) => {
			application.answer(reply("{}", "", "500 No"));
			const closedPort = application.url.replace(/:\d+$|$/, ":9");
			return [
				outcomeOf(
					await put(cloud, {
						callbackUrl: `${closedPort}/;${application.url}/cb`,
						callbackBody: "a",
					}),
				),
			];
		},
	},
	{
		id: "A-243",
		assumes:
			"A Content-Length that is not a number is reported, whatever the status.",
		sends: "Callbacks that are answered 200 and 500 with Content-Length: meow.",
		needs,
		expects: [
			"200: 203 CallbackFailed 0007-00000203: Error status : 400.User server return invalid conent-length value.",
			"500: 203 CallbackFailed 0007-00000203: Error status : 400.User server return invalid conent-length value.",
		],
		run: judged({
			"200":
				"HTTP/1.1 200 OK\r\nContent-Length: meow\r\nConnection: close\r\n\r\n{}",
			"500":
				"HTTP/1.1 500 No\r\nContent-Length: meow\r\nConnection: close\r\n\r\n{}",
		}),
	},
	{
		id: "A-250",
		assumes:
			"An answer with a status other than 200 is evaluated without its body.",
		sends: "A callback that is answered 500 with an incomplete body.",
		needs,
		expects: [
			"half a 500: 203 CallbackFailed 0007-00000203: Error status : 500.",
		],
		run: judged({
			"half a 500": "HTTP/1.1 500 No\r\nContent-Length: 2000000\r\n\r\nno",
		}),
	},
	{
		id: "A-676",
		assumes:
			"The callback of an asynchronous fetch has the operation PutObject, and no callback is sent if the fetch fails.",
		sends:
			"PUT /?asyncFetch of the application server with a callback, and of one that answers 404; the received bodies.",
		needs,
		expects: ["success: op=PutObject", "failure: none"],
		run: async ({ cloud, application }) => {
			const fetched = async (status: string): Promise<string> => {
				application.take();
				application.answer(reply("{}", "", status));
				const callback = base64({
					callbackUrl: `${application.url}/cb`,
					callbackBody: "op=${operation}",
				});
				const put = await cloud.must(
					cloud.post(
						"/?asyncFetch",
						`<AsyncFetchTaskConfiguration><Url>${application.url}/source</Url><Object>${cloud.name()}</Object><Host></Host><ContentMD5></ContentMD5><Callback>${callback}</Callback><IgnoreSameKey>false</IgnoreSameKey></AsyncFetchTaskConfiguration>`,
					),
				);
				const headers = { "x-oss-task-id": element(put, "TaskId") };
				const ended = /^(Success|Failed|FetchSuccessCallbackFailed)$/;
				await cloud.eventually("ended", async () => {
					const task = await cloud.get("/?asyncFetch", { headers });
					return ended.test(elements(task, "State")) ? "ended" : "runs";
				});
				const came = application
					.take()
					.filter(({ target }) => target === "/cb");
				return came.map(({ body }) => body.toString()).join(", ") || "none";
			};
			return [
				`success: ${await fetched("200 OK")}`,
				`failure: ${await fetched("404 Not Found")}`,
			];
		},
	},
	{
		id: "A-887",
		assumes: "An interim status before the answer is reported as status 502.",
		sends: "A callback that is answered 103, and then 200.",
		needs,
		expects: [
			"103 and 200: 203 CallbackFailed 0007-00000203: Error status : 502.",
		],
		run: judged({
			"103 and 200": Buffer.concat([
				Buffer.from("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
				OK,
			]),
		}),
	},
];
