/** Makes an STS, and requests to it that are signed as documented in «Signature method». */
import { createHmac, randomUUID } from "node:crypto";
import { Accounts } from "../../emulator/auth/accounts.ts";
import { Ram } from "../../emulator/auth/ram.ts";
import { readRole, readUser } from "../../emulator/auth/ram-document.ts";
import { SessionTokens } from "../../emulator/auth/session-token.ts";
import { AccountsStsBackend } from "../../emulator/start/sts-backend.ts";
import type { StsAnswer } from "../../emulator/sts/answer.ts";
import type { StsArrival } from "../../emulator/sts/request.ts";
import { Sts } from "../../emulator/sts/sts.ts";

export const NOW = new Date("2026-01-02T03:04:05Z");
export const ACCOUNT = "1000000000000001";
export const ROLE = `acs:ram::${ACCOUNT}:role/app`;

export const MAY_ASSUME = {
	Version: "1",
	Statement: [
		{
			Effect: "Allow",
			Action: "sts:AssumeRole",
			Resource: `acs:ram::${ACCOUNT}:role/*`,
		},
	],
};

const user = (name: string, policies: readonly object[], status = "Active") =>
	readUser(
		{ name, accessKeys: [{ id: `${name}Id`, secret: "s", status }], policies },
		ACCOUNT,
	);

export function makeSts(
	checkSignatures = true,
	note: (sentence: string) => void = () => {},
): Sts {
	const ram = new Ram(
		[
			user("powerful", [MAY_ASSUME]),
			user("powerless", []),
			user("inactive", [], "Inactive"),
		],
		[
			readRole({ name: "short", maxSessionDuration: 3600 }, ACCOUNT),
			readRole({ name: "shared", trusts: [ACCOUNT, "2"] }, ACCOUNT),
		],
	);
	const tokens = new SessionTokens();
	const accounts = new Accounts(
		[
			{ accessKeyId: "ak", accessKeySecret: "sk", uid: ACCOUNT },
			{ accessKeyId: "ak2", accessKeySecret: "sk2", uid: "2" },
		],
		ram,
		tokens,
	);
	return new Sts(
		new AccountsStsBackend({ accounts, ram, tokens, note }),
		checkSignatures,
	);
}

export type Parameters = Readonly<Record<string, string | undefined>>;

/** undefined omits a parameter. */
export const assumeRoleParameters = (more: Parameters = {}): Parameters => ({
	Action: "AssumeRole",
	Version: "2015-04-01",
	Format: "JSON",
	AccessKeyId: "ak",
	SignatureMethod: "HMAC-SHA1",
	SignatureVersion: "1.0",
	SignatureNonce: randomUUID(),
	Timestamp: "2026-01-02T03:04:05Z",
	RoleArn: ROLE,
	RoleSessionName: "job",
	...more,
});

const encode = (text: string): string =>
	encodeURIComponent(text).replaceAll(
		/[!'()*]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);

export function signed(
	parameters: Parameters,
	secret = "sk",
	method = "POST",
): Record<string, string> {
	const given = Object.entries(parameters).filter(
		(pair): pair is [string, string] => pair[1] !== undefined,
	);
	const query = given
		.map((pair) => pair.map(encode).join("="))
		.sort()
		.join("&");
	const stringToSign = `${method}&%2F&${encode(query)}`;
	const signature = createHmac("sha1", `${secret}&`)
		.update(stringToSign)
		.digest("base64");
	return { Signature: signature, ...Object.fromEntries(given) };
}

export const arrival = (
	parameters: Readonly<Record<string, string>>,
	more: Partial<StsArrival> = {},
): StsArrival => ({
	method: "POST",
	path: "/",
	host: "sts.aliyuncs.com",
	query: new Map(),
	headers: { "content-type": "application/x-www-form-urlencoded" },
	body: Buffer.from(String(new URLSearchParams(parameters))),
	receivedAt: NOW,
	...more,
});

/** Sends all parameters in the form, signed with the first account's key. */
export const send = (
	sts: Sts,
	parameters: Parameters,
	secret?: string,
	more?: Partial<StsArrival>,
): StsAnswer => sts.answer(arrival(signed(parameters, secret), more));

/** @returns `400 MissingRoleArn: RoleArn is mandatory for this action.` */
export const refusal = ({ status, body }: StsAnswer): string =>
	`${status} ${body.Code}: ${body.Message}`;
