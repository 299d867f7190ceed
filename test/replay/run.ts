/** Sends recorded exchanges to an emulator, in their order, and compares its responses. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator } from "../../emulator/index.ts";
import { encodeKey, percentEncode } from "../../emulator/oss/encoding.ts";
import type { Exchange } from "../../emulator/upstream/exchange.ts";
import { type Answer, Client } from "../client.ts";
import type { Ran } from "../run.ts";
import { bytesOf, compare, matchIds } from "./compare.ts";

export type Replayed = {
	readonly file: string;
	readonly operation: string;
	readonly differences: readonly string[];
};

export class ReplayError extends Error {
	override readonly name = "ReplayError";
}

type Recorded = { readonly file: string; readonly exchange: Exchange };

/** `npm run replay -- FOLDER`. */
export async function replayCommand(args: readonly string[]): Promise<Ran> {
	const [folder, ...more] = args;
	try {
		if (folder === undefined || more.length > 0)
			throw new ReplayError("give one folder of recorded exchanges");
		const replayed = await replay(folder);
		const holding = replayed.filter((one) => one.differences.length === 0);
		const lines = replayed.flatMap(({ file, operation, differences }) => [
			`${differences.length === 0 ? "holds  " : "differs"} ${file}`,
			...differences.map((difference) => `        ${operation}: ${difference}`),
		]);
		lines.push(`${holding.length} of ${replayed.length} exchanges hold`);
		const code = holding.length === replayed.length ? 0 : 1;
		return { code, stdout: `${lines.join("\n")}\n`, stderr: "" };
	} catch (error) {
		if (!(error instanceof Error)) throw error;
		return { code: 2, stdout: "", stderr: `replay: ${error.message}\n` };
	}
}

/** @throws ReplayError when there is nothing to replay, or a file is not a recorded exchange */
export function readExchanges(folder: string): Recorded[] {
	const files = readdirSync(folder)
		.filter((name) => name.endsWith(".json"))
		.sort();
	if (files.length === 0)
		throw new ReplayError(`${folder} has no recorded exchanges`);
	return files.map((file) => {
		try {
			const exchange: Exchange = JSON.parse(
				readFileSync(join(folder, file), "utf8"),
			);
			if (exchange.request && exchange.answer) return { file, exchange };
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
		}
		throw new ReplayError(`${file} is not a recorded exchange`);
	});
}

/** @throws ReplayError as `readExchanges` */
export async function replay(folder: string): Promise<Replayed[]> {
	const all = readExchanges(folder);
	const region = all[0]?.exchange.region ?? "cn-hangzhou";
	await using emulator = await startEmulator({
		memory: true,
		flags: ["--region", region, "--log-level", "silent"],
	});
	const { accessKeyId: id, accessKeySecret: secret } = emulator;
	const oss = new Client(emulator.endpoint, { id, secret }, region);
	try {
		for (const bucket of bucketsOf(all)) await oss.put(`/${bucket}`);
		const replayer = new Replayer(oss);
		const replayed: Replayed[] = [];
		for (const one of all) replayed.push(await replayer.send(one));
		return replayed;
	} finally {
		oss.close();
	}
}

/** Buckets that existed before the recording began. */
function bucketsOf(all: readonly Recorded[]): string[] {
	const first = new Map<string, string>();
	for (const { exchange } of all) {
		const { bucket } = exchange.request;
		if (bucket !== "" && !first.has(bucket))
			first.set(bucket, exchange.operation);
	}
	return [...first]
		.filter(([, operation]) => operation !== "PutBucket")
		.map(([bucket]) => bucket);
}

class Replayer {
	readonly #oss: Client;
	/** The emulator's ids, by OSS's ids. */
	readonly #ids = new Map<string, string>();
	/** Objects whose content was too long to be recorded. */
	readonly #fillers = new Set<string>();

	constructor(oss: Client) {
		this.#oss = oss;
	}

	async send({ file, exchange }: Recorded): Promise<Replayed> {
		const { operation, request, answer } = exchange;
		const { bucket, key, body } = request;
		const object = `${bucket}/${key}`;
		if (body && !body.isWhole) this.#fillers.add(object);
		const answered = await this.#ask(request);
		for (const [there, here] of matchIds(answer, answered))
			this.#ids.set(there, here);
		const isFiller = key === "" || this.#fillers.has(object);
		return {
			...{ file, operation },
			differences: compare(
				answer,
				answered,
				isFiller && this.#fillers.size > 0,
			),
		};
	}

	#ask({
		method,
		bucket,
		key,
		query,
		headers,
		isSigned,
		body,
	}: Exchange["request"]): Promise<Answer> {
		const path =
			bucket === "" ? "/" : `/${bucket}${key && `/${encodeKey(key)}`}`;
		const parameters = Object.entries(query)
			.map(([name, value]) => [name, this.#translate(value)] as const)
			.map(([name, value]) =>
				value === ""
					? percentEncode(name)
					: `${percentEncode(name)}=${percentEncode(value)}`,
			);
		const target = [path, parameters.join("&")].filter((part) => part !== "");
		const own = Object.entries(headers)
			.filter(([name]) => name !== "content-length")
			.map(([name, value]) => [name, this.#translate(value)] as const);
		return this.#oss.send(method, target.join("?"), {
			headers: Object.fromEntries(own),
			...(isSigned ? {} : { as: null }),
			...(body ? { body: this.#bodyOf(body) } : {}),
		});
	}

	#bodyOf(body: NonNullable<Exchange["request"]["body"]>): Buffer {
		if (!body.isWhole) return Buffer.concat([bytesOf(body)], body.size); // zeros in place of the rest
		return body.encoding === "utf-8"
			? Buffer.from(this.#translate(body.content))
			: bytesOf(body);
	}

	#translate(text: string): string {
		let translated = text;
		for (const [there, here] of this.#ids)
			translated = translated.replaceAll(there, here);
		return translated;
	}
}
