/**
 * `npm run verify`: runs the probes against an emulator or the real OSS.
 *
 * Against the real OSS it first prints the maximum cost, then creates one bucket, which clean.ts removes even if the
 * run crashes. The exit code is 0 if all probed assumptions hold, 1 if something differs, 2 for a wrong flag, and 130
 * if the run was interrupted.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { codeOf } from "../../emulator/oss/code-of.ts";
import { readVersion } from "../../emulator/version.ts";
import { refusal } from "../client.ts";
import {
	type ApplicationServer,
	startApplicationServer,
} from "./application-server.ts";
import type { Instruction } from "./clean.ts";
import { type Address, CannotProbe, Cloud } from "./cloud.ts";
import {
	FlagError,
	type Flags,
	readFlags,
	type Target,
	USAGE,
} from "./flags.ts";
import { describePlan } from "./plan.ts";
import { base64, type Need, type Probe, type ProbeContext } from "./probe.ts";
import { probes } from "./probes/index.ts";
import {
	type Private,
	redact,
	writeReport,
	writeRow,
	writeSummary,
} from "./report.ts";
import { type Outcome, type ProbedOss, runProbes } from "./run-probes.ts";

const INTERRUPTED = 130;

const known = new Set(probes.map(({ id }) => id));

async function main(args: readonly string[]): Promise<number> {
	const flags = readFlags(args, known, process.env);
	if (flags.help) {
		console.log(USAGE);
		return 0;
	}
	const chosen = probes.filter(
		({ id }) => flags.only.length === 0 || flags.only.includes(id),
	);
	const interruption = new AbortController();
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
		process.on(signal, () => interruption.abort());
	return flags.target
		? probeCloud(flags, flags.target, chosen, interruption.signal)
		: probeEmulator(chosen, interruption.signal);
}

/** Runs the probes and prints the table. */
async function report(
	chosen: readonly Probe[],
	probedOss: ProbedOss,
	given: Private,
	signal: AbortSignal,
): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for await (const outcome of runProbes(chosen, probedOss, signal)) {
		outcomes.push(outcome);
		console.log(redact(writeRow(outcome), given));
	}
	console.log(writeSummary(outcomes));
	return outcomes;
}

/** Whether sharp can be loaded here. */
const hasSharp = (): Promise<boolean> =>
	import("sharp").then(
		() => true,
		() => false, // it is optional: the probes that need it are skipped
	);

async function missingHere(): Promise<Map<Need, string>> {
	const missing = new Map<Need, string>();
	if (!(await hasSharp())) missing.set("sharp", "sharp is not installed here");
	return missing;
}

async function probeEmulator(
	chosen: readonly Probe[],
	signal: AbortSignal,
): Promise<number> {
	const application = await startApplicationServer("127.0.0.1", 0);
	const plain = await startOne(application, []);
	const strict = await startOne(application, ["--strict"]);
	try {
		const probedOss = {
			context: plain.context,
			strict: strict.context,
			missing: await missingHere(),
		};
		const outcomes = await report(chosen, probedOss, plain.given, signal);
		if (signal.aborted) return INTERRUPTED;
		return outcomes.every(({ verdict }) => verdict === "holds") ? 0 : 1;
	} finally {
		application.close();
		await plain.close();
		await strict.close();
	}
}

const KEY = fileURLToPath(
	new URL("../../fixtures/keys/callback-512.pem", import.meta.url),
);

async function startOne(
	application: ApplicationServer,
	flags: readonly string[],
): Promise<{ context: ProbeContext; given: Private; close(): Promise<void> }> {
	// Imported here, because a run against the real OSS does not need it.
	const { startEmulator } = await import("../../emulator/index.ts");
	const emulator = await startEmulator({
		memory: true,
		flags: ["--log-level", "error", "--callback-key", KEY, ...flags],
	});
	const { accessKeyId, accessKeySecret, endpoint, region } = emulator;
	const bucket = randomName("oss-emulator-verify");
	const key = { id: accessKeyId, secret: accessKeySecret };
	const cloud = new Cloud({ endpoint, region, key, bucket }, wait);
	await cloud.must(cloud.put("/"));
	return {
		context: { cloud, application, anyUrl: application.url },
		given: { bucket, accessKeyId, accessKeySecret, applicationServer: "" },
		close: async () => {
			cloud.stop();
			await emulator.close();
		},
	};
}

const randomName = (prefix: string): string =>
	`${prefix}-${randomBytes(4).toString("hex")}`;

async function probeCloud(
	flags: Flags,
	target: Target,
	chosen: readonly Probe[],
	signal: AbortSignal,
): Promise<number> {
	const { endpoint, region, key, bucketPrefix, applicationServer } = target;
	const address = { endpoint, region, key, bucket: randomName(bucketPrefix) };
	const date = new Date().toISOString().slice(0, 10);
	const file = flags.report ?? `oss-emulator-assumptions-${date}.json`;
	requireFolder(file);
	console.log(describePlan(address, chosen));
	if (!flags.yes && !(await isConfirmed(signal))) return INTERRUPTED;
	const cloud = new Cloud(address, wait);
	const cleaner = startCleaner(address);
	let outcomes: Outcome[] = [];
	const given: Private = {
		bucket: address.bucket,
		accessKeyId: key.id,
		accessKeySecret: key.secret,
		applicationServer: applicationServer
			? new URL(applicationServer.url).hostname
			: "",
	};
	let application: ApplicationServer | undefined;
	try {
		await createBucket(cloud, cleaner);
		application = await startOwnServer(applicationServer);
		const probedOss = await probedOssOf(cloud, application);
		outcomes = await report(chosen, probedOss, given, signal);
	} finally {
		application?.close();
		cloud.stop();
		cleaner.child.stdin?.end();
		await cleaner.ended;
	}
	const about = {
		product: "oss-emulator",
		version: readVersion(),
		date,
		region,
	};
	writeFileSync(file, writeReport(outcomes, about, given));
	console.log(
		`${file} can be sent to the project: it contains no keys and no names`,
	);
	if (signal.aborted) return INTERRUPTED;
	return outcomes.some(({ verdict }) => verdict === "differs") ? 1 : 0;
}

/** Nothing must be created if the report cannot be written. @throws FlagError */
function requireFolder(file: string): void {
	const folder = dirname(resolve(file));
	try {
		accessSync(folder, constants.W_OK);
	} catch {
		throw new FlagError(`--report: ${folder} is not a writable folder`);
	}
}

/** Asks for confirmation on a terminal. Without a terminal no confirmation is needed. */
async function isConfirmed(signal: AbortSignal): Promise<boolean> {
	if (!process.stdin.isTTY) return true;
	const terminal = createInterface(process.stdin, process.stdout);
	const interruption = new AbortController();
	terminal.on("SIGINT", () => interruption.abort()); // Ctrl-C while the question is shown
	const either = AbortSignal.any([signal, interruption.signal]);
	try {
		const answer = await terminal.question("Begin? [y/N] ", { signal: either });
		return /^y(es)?$/i.test(answer.trim());
	} catch {
		return false; // interrupted
	} finally {
		terminal.close();
	}
}

type Cleaner = {
	readonly child: ChildProcess;
	readonly ended: Promise<unknown>;
	send(instruction: Instruction): void;
};

function startCleaner(address: Address): Cleaner {
	const script = fileURLToPath(new URL("clean.ts", import.meta.url));
	const child = spawn(process.execPath, [...process.execArgv, script], {
		detached: true, // in a separate session, so that Ctrl-C does not end it
		stdio: ["pipe", "inherit", "inherit"],
	});
	const ended = once(child, "exit");
	const send = (instruction: Instruction): void => {
		child.stdin?.write(`${JSON.stringify(instruction)}\n`);
	};
	child.stdin?.on("error", () => {}); // the process has ended, which `ended` reports
	send(address);
	return { child, ended, send };
}

/** Errors that show that the request was not sent, so no bucket can have been created. */
const NEVER_SENT: ReadonlySet<unknown> = new Set([
	"ECONNREFUSED",
	"ENOTFOUND",
	"EAI_AGAIN",
]);

/** @throws CannotProbe if the request is refused, or cannot be sent */
async function createBucket(cloud: Cloud, cleaner: Cleaner): Promise<void> {
	cleaner.send({ remove: true });
	const created = await cloud.put("/").catch((error: Error) => {
		if (NEVER_SENT.has(codeOf(error))) cleaner.send({ remove: false });
		throw new CannotProbe(`no bucket could be created: ${error.message}`);
	});
	if (created.status >= 300) {
		cleaner.send({ remove: false }); // the bucket belongs to another account
		throw new CannotProbe(`no bucket could be created: ${refusal(created)}`);
	}
	// New buckets block public access. If the account blocks it too, the affected probes report it.
	await cloud.put(
		"/?publicAccessBlock",
		"<PublicAccessBlockConfiguration><BlockPublicAccess>false</BlockPublicAccess></PublicAccessBlockConfiguration>",
	);
}

async function startOwnServer(
	given: Target["applicationServer"],
): Promise<ApplicationServer | undefined> {
	return given && startApplicationServer("0.0.0.0", given.port, given.url);
}

/** Whether callbacks to private addresses are refused; an emulator without --strict accepts them. */
async function refusesPrivateAddress(cloud: Cloud): Promise<boolean> {
	const callback = { callbackUrl: "http://127.0.0.1:9/", callbackBody: "a=b" };
	const key = cloud.name();
	const answer = await cloud.put(`/${key}`, "meow", {
		"x-oss-callback": base64(callback),
	});
	await cloud.delete(`/${key}`); // the first probe needs an empty bucket
	return answer.text.includes("0007-00000008");
}

async function probedOssOf(
	cloud: Cloud,
	application: ApplicationServer | undefined,
): Promise<ProbedOss> {
	const missing = await missingHere();
	if (!application)
		missing.set("application server", "it needs --application-server");
	if (!(await refusesPrivateAddress(cloud)))
		missing.set("--strict", "it accepts private addresses, unlike OSS");
	const context: ProbeContext = {
		cloud,
		// OSS itself answers 4xx to a callback, which is enough to show that the callback was accepted.
		anyUrl: application?.url ?? cloud.url,
		get application(): ApplicationServer {
			if (application) return application;
			throw new CannotProbe("it needs --application-server");
		},
	};
	return { context, strict: context, missing };
}

try {
	process.exitCode = await main(process.argv.slice(2));
} catch (error) {
	const isFlag = error instanceof FlagError;
	const text = error instanceof Error ? error.message : String(error);
	// For an unexpected error the stack is more useful than one line; it does not contain the key.
	console.error(
		isFlag || error instanceof CannotProbe ? `verify: ${text}` : error,
	);
	process.exitCode = isFlag ? 2 : 1;
}
