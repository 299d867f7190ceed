/**
 * The credentials of the cloud, from the places where the SDKs look for them: a flag, the environment, a profile, or
 * a URL that returns the keys of a RAM role.
 *
 * They are held in memory only: no displayed configuration, log or record contains them.
 *
 * Source: docs «Manage access credentials» of the SDKs: the variables, `ALIBABA_CLOUD_CREDENTIALS_URI` and its answer,
 * the file `credentials`.
 */
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { StartError } from "../oss/start-error.ts";

export type Credentials = {
	readonly accessKeyId: string;
	readonly accessKeySecret: string;
	/** The security token of a temporary key; '' for a permanent key. */
	readonly securityToken: string;
};

/** The place where they come from. */
export type CredentialsSource =
	| ({ readonly kind: "given" } & Credentials)
	| {
			readonly kind: "file";
			readonly path: string;
			readonly profile: string;
	  }
	| { readonly kind: "uri"; readonly uri: string };

type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of an id, a secret and a token in the environment, in the order in which they are tried. */
const VARIABLES = [
	["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET", "OSS_SESSION_TOKEN"],
	[
		"ALIBABA_CLOUD_ACCESS_KEY_ID",
		"ALIBABA_CLOUD_ACCESS_KEY_SECRET",
		"ALIBABA_CLOUD_SECURITY_TOKEN",
	],
] as const;

/**
 * @param flag the value of `--upstream-access-key`; '' if it is not set
 * @throws StartError if the flag is malformed; its message does not repeat the value
 */
export function readCredentialsSource(
	flag: string,
	env: Environment,
): CredentialsSource {
	if (flag !== "") return { kind: "given", ...readFlag(flag) };
	for (const [id, secret, token] of VARIABLES) {
		const { [id]: accessKeyId, [secret]: accessKeySecret } = env;
		if (accessKeyId && accessKeySecret)
			return {
				kind: "given",
				accessKeyId,
				accessKeySecret,
				securityToken: env[token] ?? "",
			};
	}
	const uri = env.ALIBABA_CLOUD_CREDENTIALS_URI;
	if (uri) return { kind: "uri", uri };
	return {
		kind: "file",
		path:
			env.ALIBABA_CLOUD_CREDENTIALS_FILE ||
			join(homedir(), ".alibabacloud", "credentials"),
		profile: env.ALIBABA_CLOUD_PROFILE || "default",
	};
}

/** A token may contain colons. */
function readFlag(flag: string): Credentials {
	const [, accessKeyId, accessKeySecret, securityToken = ""] =
		/^([^:]+):([^:]+)(?::(.+))?$/s.exec(flag) ?? [];
	if (accessKeyId && accessKeySecret)
		return { accessKeyId, accessKeySecret, securityToken };
	throw new StartError(
		"--upstream-access-key must be ID:SECRET or ID:SECRET:TOKEN",
	);
}

/** They are renewed this long before they expire, so that the cloud never receives expired credentials. */
const RENEWED_BEFORE_MS = 3 * 60_000;

const ANSWER_MS_MAX = 5000;

type CachedCredentials = {
	readonly credentials: Credentials;
	/** Milliseconds since the epoch; Infinity for keys that do not expire. */
	readonly until: number;
};

/** Credentials that are renewed when necessary. */
export class CredentialsCache {
	readonly #source: CredentialsSource;
	#cached: CachedCredentials | undefined;
	#loading: Promise<CachedCredentials> | undefined;

	constructor(source: CredentialsSource) {
		this.#source = source;
	}

	/**
	 * Requests that arrive while they are fetched share the result; a failure is not cached.
	 *
	 * @throws CredentialsError if no credentials are available
	 */
	async get(): Promise<Credentials> {
		const renewal = Date.now() + RENEWED_BEFORE_MS;
		if (this.#cached && renewal < this.#cached.until)
			return this.#cached.credentials;
		this.#loading ??= load(this.#source).finally(() => {
			this.#loading = undefined;
		});
		this.#cached = await this.#loading;
		return this.#cached.credentials;
	}

	/** Must be called if the cloud has refused them: a file or a URL may have new credentials. */
	forget(): void {
		this.#cached = undefined;
	}
}

/** The error if there are no credentials; its message contains no part of them. */
export class CredentialsError extends Error {
	override readonly name = "CredentialsError";
}

async function load(source: CredentialsSource): Promise<CachedCredentials> {
	switch (source.kind) {
		case "given": {
			const { kind: _, ...credentials } = source;
			return { credentials, until: Infinity };
		}
		case "file":
			return { credentials: await readProfile(source), until: Infinity };
		case "uri":
			return fetchCredentials(source.uri);
	}
}

/** A profile is a section of an INI file. */
async function readProfile({
	path,
	profile,
}: Extract<CredentialsSource, { kind: "file" }>): Promise<Credentials> {
	const text = await readFile(path, "utf8").catch(() => {
		throw new CredentialsError(
			"There are no credentials for the cloud: give --upstream-access-key, ALIBABA_CLOUD_ACCESS_KEY_ID and _SECRET, or a file of profiles.",
		);
	});
	let section = "";
	const values = new Map<string, string>();
	for (const line of text.split(/\r?\n/)) {
		section = /^\s*\[(.*)\]\s*$/.exec(line)?.[1]?.trim() ?? section;
		const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
		if (section === profile && name && value) values.set(name, value);
	}
	const accessKeyId = values.get("access_key_id");
	const accessKeySecret = values.get("access_key_secret");
	if (accessKeyId && accessKeySecret)
		return {
			accessKeyId,
			accessKeySecret,
			securityToken: values.get("security_token") ?? "",
		};
	throw new CredentialsError(
		`The profile ${profile} of the credentials file must have an access_key_id and an access_key_secret.`,
	);
}

/** `{"Code":"Success","AccessKeyId":…,"AccessKeySecret":…,"SecurityToken":…,"Expiration":"2026-01-01T00:00:00Z"}`. */
async function fetchCredentials(uri: string): Promise<CachedCredentials> {
	const answer = await fetchDocument(uri);
	const text = (name: string): string => {
		const value: unknown = Object(answer)[name];
		return typeof value === "string" ? value : "";
	};
	const credentials = {
		accessKeyId: text("AccessKeyId"),
		accessKeySecret: text("AccessKeySecret"),
		securityToken: text("SecurityToken"),
	};
	if (!credentials.accessKeyId || !credentials.accessKeySecret)
		throw new CredentialsError(
			"ALIBABA_CLOUD_CREDENTIALS_URI answered without an AccessKeyId and AccessKeySecret.",
		);
	const expiration = Date.parse(text("Expiration"));
	const until = Number.isNaN(expiration) ? Infinity : expiration;
	return { credentials, until };
}

/** A message must contain neither the response nor an error that quotes it. */
async function fetchDocument(uri: string): Promise<unknown> {
	const signal = AbortSignal.timeout(ANSWER_MS_MAX);
	const fail = (why: string): CredentialsError =>
		new CredentialsError(`ALIBABA_CLOUD_CREDENTIALS_URI ${why}.`);
	const answer = await fetch(uri, { signal }).catch(() => {
		throw fail("could not be reached");
	});
	if (!answer.ok) {
		await answer.body?.cancel();
		throw fail(`answered ${answer.status}`);
	}
	return answer.json().catch(() => {
		throw fail("answered with something that is not JSON");
	});
}
