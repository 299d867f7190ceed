/**
 * oss-emulator in a container, for Testcontainers: copy this file, and write `await new
 * OssEmulatorContainer().start()`.
 *
 * The container's ports are mapped to free ports of this machine. SDKs on this machine use `endpoint` unchanged, and
 * signed URLs have the mapped port. The public key's URL in a callback has the address to which the upload was sent, so
 * an application server on this machine can fetch the key. Callbacks reach a server on this machine under the host name
 * `hostFromContainer`; on Linux they come through Docker's bridge, so the server must not listen on 127.0.0.1 only.
 */
import {
	AbstractStartedContainer,
	GenericContainer,
	type StartedTestContainer,
	Wait,
} from "testcontainers";

const OSS_PORT = 6770;
const ADMIN_PORT = 6771;
const THIS_MACHINE = "host.docker.internal";

/** Flags of the emulator in camel case; `withEnvironment({ OSS_EMULATOR_… })` sets other flags. */
export type Settings = {
	/** Default: `cn-hangzhou`. */
	readonly region?: string;
	/** `off` accepts any signature. Default: `strict`. */
	readonly auth?: "strict" | "off";
	/** Hosts whose sub-domains are buckets, in addition to `localhost` and the hosts of OSS. */
	readonly domain?: string;
	/** `info` logs every request. Default: `warn`. */
	readonly logLevel?: "debug" | "info" | "warn" | "error";
	/** The public key's URL in callbacks. By default it has the host to which the upload was sent. */
	readonly publicKeyUrl?: string;
};

export class OssEmulatorContainer extends GenericContainer {
	/** @param image default: the variable OSS_EMULATOR_IMAGE, or `oss-emulator` */
	constructor(image = process.env.OSS_EMULATOR_IMAGE ?? "oss-emulator") {
		super(image);
		this.withExposedPorts(OSS_PORT, ADMIN_PORT)
			.withCommand(["--memory"])
			.withExtraHosts([{ host: THIS_MACHINE, ipAddress: "host-gateway" }])
			.withWaitStrategy(Wait.forHttp("/health", ADMIN_PORT));
	}

	withSettings(settings: Settings): this {
		for (const [name, value] of Object.entries(settings)) {
			const flag = name.replace(/[A-Z]/g, "_$&").toUpperCase();
			this.withEnvironment({ [`OSS_EMULATOR_${flag}`]: String(value) });
		}
		return this;
	}

	override async start(): Promise<StartedOssEmulatorContainer> {
		const container = await super.start();
		const { region } = await call(
			"GET",
			`${urlOf(container, ADMIN_PORT)}/api/settings`,
		);
		return new StartedOssEmulatorContainer(container, region);
	}
}

export class StartedOssEmulatorContainer extends AbstractStartedContainer {
	/** The endpoint for SDKs on this machine. A container on the same network uses `http://ALIAS:6770`. */
	readonly endpoint: string;
	/** The URL of the admin API and the console. */
	readonly adminUrl: string;
	/** The region with its prefix, as ali-oss expects it: `oss-cn-hangzhou`. */
	readonly region: string;
	/** The host of a `callbackUrl` to this machine. */
	readonly hostFromContainer = THIS_MACHINE;

	constructor(container: StartedTestContainer, region: string) {
		super(container);
		this.endpoint = urlOf(container, OSS_PORT);
		this.adminUrl = urlOf(container, ADMIN_PORT);
		this.region = `oss-${region}`;
	}

	/** Creates an account for one test, with keys and a bucket. */
	async createAccount(): Promise<Account> {
		const { endpoint, adminUrl, region } = this;
		const made = await call("POST", `${adminUrl}/api/accounts`, {});
		const bucket = `test-${made.uid}`;
		await call("PUT", `${adminUrl}/api/buckets/${bucket}`, { owner: made.uid });
		return new Account({ endpoint, adminUrl, region, bucket, ...made });
	}
}

type Facts = Pick<
	Account,
	| "endpoint"
	| "adminUrl"
	| "region"
	| "bucket"
	| "uid"
	| "accessKeyId"
	| "accessKeySecret"
>;

/** A callback as the emulator sent it; /api/openapi.json describes its other members. */
export type Callback = {
	readonly key: string;
	readonly status:
		| "sending"
		| "succeeded"
		| "failed"
		| "skipped"
		| "interrupted";
	/** The outcome in a sentence. */
	readonly why: string;
	/** The body as it was sent, with variables filled in. */
	readonly body: string;
};

/** An OSS account of the emulator: its keys, its bucket, its callbacks, and the faults of its requests. */
export class Account {
	declare readonly endpoint: string;
	declare readonly adminUrl: string;
	declare readonly region: string;
	declare readonly bucket: string;
	declare readonly uid: string;
	declare readonly accessKeyId: string;
	declare readonly accessKeySecret: string;
	/** The role for STS's `assumeRole`; STS has the same endpoint. */
	readonly role: string;

	constructor(facts: Facts) {
		Object.assign(this, facts);
		this.role = `acs:ram::${facts.uid}:role/uploader`;
	}

	/** @returns the newest callback for the object, once it is complete */
	async waitForCallback(key: string): Promise<Callback> {
		const [newest] = await this.#list({ key, wait: "4s" });
		if (!newest) throw new Error(`no callback for ${key} in 4 s`);
		return newest;
	}

	/** @returns the callbacks of this account, the newest first */
	callbacks(): Promise<Callback[]> {
		return this.#list({});
	}

	/** Makes requests or callbacks fail: `{ operation: "PutObject", times: 1, do: { status: 503 } }`. */
	async fault(rule: {
		operation: string;
		do: object;
		[more: string]: unknown;
	}): Promise<void> {
		await call("POST", `${this.adminUrl}/api/faults`, {
			account: this.uid,
			...rule,
		});
	}

	/** Advances the clock by which tokens, signed URLs and policies expire, for all accounts, until `delete`. */
	async expire(seconds: number): Promise<void> {
		await call("PUT", `${this.adminUrl}/api/clock`, {
			advance: seconds,
			scope: "expiry",
		});
	}

	/** Deletes the account and everything that belongs to it, and resets the clock. */
	async delete(): Promise<void> {
		await call("DELETE", `${this.adminUrl}/api/clock`);
		await call("DELETE", `${this.adminUrl}/api/accounts/${this.uid}`);
	}

	async #list(filter: Record<string, string>): Promise<Callback[]> {
		const query = new URLSearchParams({ account: this.uid, ...filter });
		return (await call("GET", `${this.adminUrl}/api/callbacks?${query}`))
			.callbacks;
	}
}

/** 127.0.0.1 instead of localhost: SDKs then put the bucket into the path, so no host name must be resolved. */
function urlOf(container: StartedTestContainer, port: number): string {
	const host = container.getHost();
	return `http://${host === "localhost" ? "127.0.0.1" : host}:${container.getMappedPort(port)}`;
}

// biome-ignore lint/suspicious/noExplicitAny: JSON as /api/openapi.json describes it
async function call(method: string, url: string, body?: object): Promise<any> {
	const headers = { "Content-Type": "application/json" };
	const json = body && { headers, body: JSON.stringify(body) };
	const response = await fetch(url, { method, ...json });
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${url}: ${text}`);
	return text && JSON.parse(text);
}
