/** Probes of STS, with the same key. The role in every request does not exist, so no role is assumed. */
import { createHmac, randomUUID } from "node:crypto";
import type { Answer } from "../../client.ts";
import type { Cloud } from "../cloud.ts";
import { each, type Need, type Probe } from "../probe.ts";

const needs: readonly Need[] = ["STS"];

type Parameters = Readonly<Record<string, string | undefined>>;

const encode = (text: string): string =>
	encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

/** Signs as documented in «Signature method» of STS; undefined omits a parameter. */
function assume(
	cloud: Cloud,
	more: Parameters = {},
	secret: string = cloud.key.secret,
): Promise<Answer> {
	const all: Parameters = {
		Action: "AssumeRole",
		Version: "2015-04-01",
		Format: "JSON",
		AccessKeyId: cloud.key.id,
		SignatureMethod: "HMAC-SHA1",
		SignatureVersion: "1.0",
		SignatureNonce: randomUUID(),
		Timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
		RoleArn: "acs:ram::1000000000000000:role/oss-emulator-probe",
		RoleSessionName: "probe",
		...more,
	};
	const query = Object.entries(all)
		.filter((pair): pair is [string, string] => pair[1] !== undefined)
		.map((pair) => pair.map(encode).join("="))
		.sort()
		.join("&");
	const signature = createHmac("sha1", `${secret}&`)
		.update(`POST&%2F&${encode(query)}`)
		.digest("base64");
	return cloud.sts(`${query}&Signature=${encode(signature)}`);
}

/** `404 InvalidAccessKeyId.NotFound`, from JSON or XML. */
function codeOf({ status, text }: Answer): string {
	const [, code = "no code"] =
		/"Code"\s*:\s*"([^"]*)"|<Code>([^<]*)/.exec(text)?.filter(Boolean) ?? [];
	return `${status} ${code}`;
}

export const sts: readonly Probe[] = [
	{
		id: "A-520",
		assumes:
			"STS answers a key that does not exist with 404 InvalidAccessKeyId.NotFound, and a made-up token with 400 InvalidSecurityToken.Malformed.",
		sends: "AssumeRole with a made-up key, and with a made-up SecurityToken.",
		needs,
		expects: [
			"a made-up key: 404 InvalidAccessKeyId.NotFound",
			"a made-up token: 400 InvalidSecurityToken.Malformed",
		],
		run: ({ cloud }) =>
			each<Parameters>(
				{
					"a made-up key": { AccessKeyId: "LTAI0000000000000000000" },
					"a made-up token": { SecurityToken: "bogus" },
				},
				async (more) => codeOf(await assume(cloud, more)),
			),
	},
	{
		id: "A-521",
		assumes:
			"STS answers another SignatureMethod or SignatureVersion with 400 InvalidParameter.",
		sends: "AssumeRole with HMAC-SHA256, and with SignatureVersion 2.0.",
		needs,
		expects: [
			"SignatureMethod: 400 InvalidParameter",
			"SignatureVersion: 400 InvalidParameter",
		],
		run: ({ cloud }) =>
			each<Parameters>(
				{
					SignatureMethod: { SignatureMethod: "HMAC-SHA256" },
					SignatureVersion: { SignatureVersion: "2.0" },
				},
				async (more) => codeOf(await assume(cloud, more)),
			),
	},
	{
		id: "A-522",
		assumes:
			"Missing parts of a signature ACS3-HMAC-SHA256 have the codes of the RPC style: MissingAccessKeyId, MissingSignature.",
		sends:
			"AssumeRole with Authorization: ACS3-HMAC-SHA256 without Credential, without Signature and without SignedHeaders.",
		needs,
		expects: [
			"no Credential: 400 MissingAccessKeyId",
			"no Signature: 400 MissingSignature",
			"no SignedHeaders: 400 MissingSignedHeaders",
		],
		run: ({ cloud }) =>
			each(
				{
					"no Credential": "Signature=x",
					"no Signature": "Credential=x",
					"no SignedHeaders": "Credential=x,Signature=y",
				},
				async (items) =>
					codeOf(
						await cloud.sts("", {
							authorization: `ACS3-HMAC-SHA256 ${items}`,
							"x-acs-action": "AssumeRole",
							"x-acs-version": "2015-04-01",
							"x-acs-date": `${new Date().toISOString().slice(0, 19)}Z`,
							"x-acs-signature-nonce": randomUUID(),
						}),
					),
			),
	},
	{
		id: "A-523",
		assumes:
			"A used nonce is SignatureNonceUsed; a nonce of a request with a wrong signature may be used again.",
		sends:
			"AssumeRole with one nonce: with a wrong signature, with a correct one, and again; whether the response is SignatureNonceUsed.",
		needs,
		expects: [
			"signed wrongly: 400 SignatureDoesNotMatch",
			"first: taken",
			"second: 400 SignatureNonceUsed",
		],
		run: ({ cloud }) => {
			const SignatureNonce = randomUUID();
			return each(
				{ "signed wrongly": "wrong", first: "", second: "" },
				async (secret) => {
					const code = codeOf(
						await assume(cloud, { SignatureNonce }, secret || undefined),
					);
					return /SignatureNonceUsed|SignatureDoesNotMatch/.test(code)
						? code
						: "taken";
				},
			);
		},
	},
	{
		id: "A-524",
		assumes:
			"STS returns JSON if no Format is given, although older pages say XML.",
		sends: "AssumeRole without Format; how the body begins.",
		needs,
		expects: ["JSON"],
		run: async ({ cloud }) => {
			const { text } = await assume(cloud, { Format: undefined });
			return [text.trimStart().startsWith("{") ? "JSON" : "XML"];
		},
	},
	{
		id: "A-526",
		assumes:
			"STS checks the operation, the common parameters, the key, the time, the signature and then the operation's own parameters.",
		sends: "AssumeRole with several faults, one fewer each time; the codes.",
		needs,
		expects: [
			"400 InvalidParameter",
			"400 MissingSignatureMethod",
			"404 InvalidAccessKeyId.NotFound",
			"400 InvalidTimeStamp.Format",
			"400 SignatureDoesNotMatch",
		],
		run: async ({ cloud }) => {
			const faults: readonly Parameters[] = [
				{ Action: "x" },
				{ SignatureMethod: undefined },
				{ AccessKeyId: "LTAI0000000000000000000" },
				{ Timestamp: "x" },
				{},
			];
			const lines: string[] = [];
			for (const [first] of faults.entries()) {
				const all = Object.assign({ RoleArn: "x" }, ...faults.slice(first));
				lines.push(codeOf(await assume(cloud, all, "wrong")));
			}
			return lines;
		},
	},
];
