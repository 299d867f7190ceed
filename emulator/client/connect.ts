/**
 * Connects to an emulator in another process, such as a container or a service of a CI job, with the same methods as an
 * emulator in this process.
 */
import { AdminApiError, makeControl, type Transport } from "./control.ts";
import { onlyKnown } from "./known-options.ts";
import type { EmulatorControl } from "./types.ts";

export type ConnectOptions = {
	/** The URL of the admin port: `http://127.0.0.1:6771`. */
	readonly adminUrl: string;
	/**
	 * The URL of the OSS port, if it differs from the port that the emulator listens on: a container's port may be
	 * mapped. Default: the host of `adminUrl` with the emulator's own port.
	 */
	readonly endpoint?: string;
	/** The key of the first account, if it is not the default account. */
	readonly accessKeySecret?: string;
};

/**
 * @throws AdminApiError when the server is not an emulator; Error with the URL when there is no server
 */
export async function connectEmulator(
	options: ConnectOptions,
): Promise<EmulatorControl> {
	refuseOthers(options);
	const adminUrl = readUrl("adminUrl", options.adminUrl);
	const given =
		options.endpoint === undefined
			? undefined
			: readUrl("endpoint", options.endpoint);
	const transport = fetchFrom(adminUrl);
	const settings = await getJson<Settings>(transport, "/api/settings");
	const { accounts } = await getJson<Accounts>(transport, "/api/accounts");
	const [first] = accounts;
	return {
		...makeControl(transport),
		adminUrl,
		endpoint: given ?? reachableEndpoint(adminUrl, settings.endpoint),
		accessKeyId: first?.accessKeyId ?? "",
		accessKeySecret: options.accessKeySecret ?? first?.accessKeySecret ?? "",
		region: settings.region,
		close: async () => {}, // connections are managed by fetch
	};
}

type Settings = { readonly endpoint: string; readonly region: string };
type Accounts = {
	readonly accounts: readonly {
		readonly accessKeyId: string;
		readonly accessKeySecret: string | null;
	}[];
};

function refuseOthers(options: ConnectOptions): void {
	if (typeof options !== "object" || options === null)
		throw new TypeError(
			'connectEmulator needs options: { adminUrl: "http://127.0.0.1:6771" }',
		);
	const { accessKeySecret: secret } = onlyKnown("connectEmulator", options, [
		"adminUrl",
		"endpoint",
		"accessKeySecret",
	]);
	if (secret !== undefined && typeof secret !== "string")
		throw new TypeError(`accessKeySecret must be text, not ${secret}`);
}

function readUrl(name: string, text: unknown): string {
	if (
		typeof text === "string" &&
		/^https?:\/\//i.test(text) &&
		URL.canParse(text)
	)
		return text.replace(/\/+$/, "");
	throw new TypeError(
		`${name} must be like http://127.0.0.1:6771, not ${text}`,
	);
}

function reachableEndpoint(adminUrl: string, endpoint: string): string {
	const { hostname } = new URL(adminUrl);
	const url = new URL(endpoint);
	url.hostname = hostname;
	return url.origin;
}

const fetchFrom =
	(adminUrl: string): Transport =>
	async ({ method, path, headers, body }) => {
		const answer = await fetch(adminUrl + path, {
			method,
			// fetch would decode an object that is stored compressed.
			headers: { "accept-encoding": "identity", ...headers },
			...(body === undefined ? {} : { body: Buffer.from(body) }),
		}).catch((error: unknown) => {
			throw new Error(
				`no emulator answers at ${adminUrl}: start one, or correct adminUrl`,
				{ cause: error },
			);
		});
		return {
			status: answer.status,
			contentType: answer.headers.get("content-type") ?? "",
			body: Buffer.from(await answer.arrayBuffer()),
		};
	};

async function getJson<T>(transport: Transport, path: string): Promise<T> {
	const { status, contentType, body } = await transport({
		method: "GET",
		path,
		headers: {},
		body: undefined,
	});
	if (status === 200 && /json/.test(contentType))
		return JSON.parse(Buffer.from(body).toString());
	throw new AdminApiError(
		status,
		"NotAnEmulator",
		`GET ${path} answered ${status}: adminUrl must be the URL of the emulator's admin port`,
	);
}
