/**
 * The probed OSS: one bucket of a real account, or an emulator. The same requests go to both, so a bucket is
 * always addressed by its Host, which the real OSS requires.
 *
 * It counts requests and bytes and refuses to send more than the limits, so the cost of a run is bounded.
 */
import { randomBytes } from "node:crypto";
import { isIP } from "node:net";
import { type Answer, Client, type Key, type Sending } from "../client.ts";

export type Address = {
	/** `https://oss-cn-hangzhou.aliyuncs.com`, or `http://127.0.0.1:6770`. */
	readonly endpoint: string;
	readonly region: string;
	readonly key: Key;
	readonly bucket: string;
};

/** The limits of a run, which the plan prints before the run begins. */
export const REQUESTS_MAX = 3000;
export const BYTES_MAX = 64 * 1024 * 1024;

/** The probe could not be carried out, so nothing is known about its assumption. */
export class CannotProbe extends Error {}

export type Sent = { readonly bucket?: string | null } & Omit<
	Sending,
	"resource" | "connectTo"
> & {
		/** The key in the signature, for targets that cannot be decoded. */
		readonly signedKey?: string;
	};

export class Cloud {
	readonly address: Address;
	readonly #client: Client;
	readonly #sts: Client;
	readonly #log: string[] = [];
	readonly #wait: (ms: number) => Promise<void>;
	#requests = 0;
	#bytes = 0;
	#isStopped = false;

	/** @param wait pauses between two reads, because changes take time in the cloud */
	constructor(address: Address, wait: (ms: number) => Promise<void>) {
		this.address = address;
		this.#wait = wait;
		const { endpoint, key, region } = address;
		this.#client = new Client(endpoint, key, region);
		this.#sts = new Client(stsEndpoint(endpoint, region), key, region);
	}

	get bucket(): string {
		return this.address.bucket;
	}
	get key(): Key {
		return this.address.key;
	}
	get region(): string {
		return this.address.region;
	}
	get requests(): number {
		return this.#requests;
	}
	get bytes(): number {
		return this.#bytes;
	}

	/** The Host of a bucket, or of the service. */
	host(bucket: string | null = this.bucket): string {
		const { hostname, port } = new URL(this.address.endpoint);
		const service = isIP(hostname.replace(/^\[|\]$/g, ""))
			? `oss-${this.region}.aliyuncs.com`
			: `${hostname}${port && `:${port}`}`;
		return bucket === null ? service : `${bucket}.${service}`;
	}

	/** A URL of the service. */
	get url(): string {
		const { endpoint } = this.address;
		return isLocal(endpoint) ? endpoint : `http://${this.host()}`;
	}

	/** A new, unique name for an object. */
	name(): string {
		return `p${randomBytes(5).toString("hex")}`;
	}

	/** @param target key and query as they go over the wire, `/key?acl` */
	async send(
		method: string,
		target: string,
		{ bucket = this.bucket, signedKey, ...sending }: Sent = {},
	): Promise<Answer> {
		this.#count(`${method} ${target}`, Buffer.byteLength(sending.body ?? ""));
		const host = sending.host ?? this.host(bucket);
		const [path = ""] = target.split("?");
		const key = signedKey ?? decode(path.slice(1));
		const answer = await this.#client.send(method, target, {
			host,
			...sending,
			resource: bucket === null ? "/" : `/${bucket}/${key}`,
			...this.#connection(host),
		});
		this.#bytes += answer.body.length;
		return answer;
	}

	/** @throws CannotProbe if a limit is exceeded, or the run has been interrupted */
	#count(line: string, bytes: number): void {
		if (this.#isStopped) throw new CannotProbe("the run was interrupted");
		this.#requests++;
		this.#bytes += bytes;
		if (this.#requests > REQUESTS_MAX || this.#bytes > BYTES_MAX)
			throw new CannotProbe(
				"the run has used up its limit of requests or bytes",
			);
		this.#log.push(line);
	}

	/** Every host name is resolved: buckets of one region can be at different addresses. */
	#connection(host: string): { connectTo?: string } {
		return isLocal(this.address.endpoint)
			? {}
			: { connectTo: host.replace(/:\d+$/, "") };
	}

	/** The bucket's Host at the S3-compatible endpoint. */
	get s3Host(): string {
		const { hostname } = new URL(this.address.endpoint);
		const service = isLocal(this.address.endpoint)
			? `oss-${this.region}.aliyuncs.com`
			: hostname;
		return `${this.bucket}.s3.${service}`;
	}

	/** Sends a request of the S3-compatible protocol; `headers` include the signature, if any. */
	sendS3(
		method: string,
		target: string,
		headers: Readonly<Record<string, string>>,
		body?: string | Uint8Array,
	): Promise<Answer> {
		const { host = this.s3Host, ...others } = headers;
		return this.send(method, target, {
			as: null,
			host,
			headers: others,
			...(body === undefined ? {} : { body }),
		});
	}

	/** Sends a request to STS with its parameters in the query. */
	async sts(
		query: string,
		headers: Readonly<Record<string, string>> = {},
	): Promise<Answer> {
		this.#count("POST / of STS", 0);
		return this.#sts.send("POST", `/?${query}`, {
			as: null,
			headers: {
				"content-type": "application/x-www-form-urlencoded",
				...headers,
			},
			...(isLocal(this.address.endpoint) ? { host: "sts.aliyuncs.com" } : {}),
		});
	}

	get(target: string, sent?: Sent): Promise<Answer> {
		return this.send("GET", target, sent);
	}
	head(target: string, sent?: Sent): Promise<Answer> {
		return this.send("HEAD", target, sent);
	}
	put(
		target: string,
		body: string | Uint8Array = "",
		headers: Sending["headers"] = {},
	): Promise<Answer> {
		return this.send("PUT", target, { body, headers });
	}
	post(
		target: string,
		body: string | Uint8Array = "",
		headers: Sending["headers"] = {},
	): Promise<Answer> {
		return this.send("POST", target, { body, headers });
	}
	delete(target: string, sent?: Sent): Promise<Answer> {
		return this.send("DELETE", target, sent);
	}

	/** Carries out a step that the probe depends on. @throws CannotProbe if it is refused */
	async must(step: Promise<Answer>): Promise<Answer> {
		const answer = await step;
		if (answer.status < 300 && answer.status !== 203) return answer;
		const [, code = "no code"] = /<Code>(.*?)<\/Code>/.exec(answer.text) ?? [];
		throw new CannotProbe(
			`a preparatory step was refused: ${answer.status} ${code}`,
		);
	}

	/** Reads until the text is `expected`, because changes take time in a cloud. @returns the last text */
	async eventually(
		expected: string,
		look: () => Promise<string>,
	): Promise<string> {
		for (let ms = 250; ; ms *= 2) {
			const seen = await look();
			if (seen === expected || ms > 8000) return seen;
			await this.#wait(ms);
		}
	}

	/** Waits until the cloud's clock shows another second. */
	async nextSecond(): Promise<void> {
		const now = async (): Promise<string> =>
			(await this.head("/no-such-object")).headers.date ?? "";
		const begun = await now();
		while ((await now()) === begun) await this.#wait(100);
	}

	/** Returns the request lines since the last call. */
	takeLog(): string[] {
		return this.#log.splice(0);
	}

	/** Aborts the pending requests; further ones are refused. */
	stop(): void {
		this.#isStopped = true;
		this.#client.close();
		this.#sts.close();
	}
}

/** Whether the endpoint is an IP address or localhost, where buckets and STS have no host names of their own. */
function isLocal(endpoint: string): boolean {
	const { hostname } = new URL(endpoint);
	return isIP(hostname.replace(/^\[|\]$/g, "")) > 0 || hostname === "localhost";
}

const stsEndpoint = (endpoint: string, region: string): string =>
	isLocal(endpoint) ? endpoint : `https://sts.${region}.aliyuncs.com`;

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
