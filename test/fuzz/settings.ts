/** Flags and variables of the command. The input is JSON: a list of arguments, and an object of variables. */
import { readConfig } from "../../emulator/config/config.ts";
import { StartError } from "../../emulator/oss/start-error.ts";
import { Disagreement, type Target } from "./engine/target.ts";

const SECRET = "a-secret";
const KEYS = /^(?:--|OSS_EMULATOR_)(?:UPSTREAM[-_])?ACCESS[-_]KEY$/i;

/** Whether the secret is used only as a key. */
const isSecretOnlyInKey = (
	pairs: readonly (readonly [name: string, value: string])[],
): boolean =>
	pairs.every(
		([name, value]) =>
			!name.includes(SECRET) && (KEYS.test(name) || !value.includes(SECRET)),
	);

const read = (args: readonly string[], env: Record<string, string>): void => {
	try {
		readConfig(args, env, {});
	} catch (error) {
		if (!(error instanceof StartError)) throw error;
		const pairs = args.flatMap((arg, i) =>
			i % 2 === 0 ? [[arg, args[i + 1] ?? ""] as const] : [],
		);
		if (
			error.message.includes(SECRET) &&
			isSecretOnlyInKey([...pairs, ...Object.entries(env)])
		)
			throw new Disagreement(`shows a secret: ${error.message}`);
	}
};

export default {
	about: "flags and variables: a mistake is one StartError",
	// parseArgs creates a token for each letter after a dash.
	bytesMax: 512,
	seeds: [
		"--port\n6770,80\n--memory\n--region\noss-cn-beijing\n--access-key\na:a-secret:1",
		"--domain=.example.com\n--tls-port\n0\n--callback-timeout\n5s\n--log-level\nerror",
		"--host\n::1\n--auth\noff\n--no-files\n--durable\n--cors\ndev\n--callback-key-bits\n2048",
		"--upstream\nhttps://oss-cn-hangzhou.aliyuncs.com\n--upstream-access-key\na:a-secret",
	],
	run: (input) => {
		const words = input.toString().split("\n");
		read(words, {});
		const env = words.map((word, i) => [
			`OSS_EMULATOR_${word.replace(/^--/, "").replaceAll("-", "_").toUpperCase()}`,
			words[i + 1] ?? "",
		]);
		read([], Object.fromEntries(env));
	},
} satisfies Target;
