/**
 * Removes the bucket of a run when the run ends, however it ends: it is a process of its own, which waits until its
 * standard input ends. Signals of the terminal do not reach it.
 *
 * Its input has one JSON object per line: first where the cloud is, then whether the bucket is the run's.
 */
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, textsOf } from "../client.ts";
import { type Address, Cloud } from "./cloud.ts";

/** The first line is the address; a later one says whether the bucket belongs to the run and must be removed. */
export type Instruction = Address | { readonly remove: boolean };

/** Objects, versions and uploads arrive late in lists. */
const ROUNDS = 6;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
	process.on(signal, () => {}); // the run has ended or will end; this process has work to do first
process.stdout.on("error", () => {}); // the terminal may be closed

let address: Address | undefined;
let remove = false;
for await (const line of createInterface(process.stdin)) {
	const instruction: Instruction = JSON.parse(line);
	if ("remove" in instruction) remove = instruction.remove;
	else address = instruction;
}
if (address && remove) {
	const removed = await removeBucket(new Cloud(address, wait));
	console.log(
		removed
			? `removed the bucket ${address.bucket}`
			: `the bucket ${address.bucket} could not be removed: please delete it`,
	);
	process.exitCode = removed ? 0 : 1;
}

async function removeBucket(cloud: Cloud): Promise<boolean> {
	for (let round = 0; round < ROUNDS; round++) {
		try {
			if (await empty(cloud)) return true;
		} catch (error) {
			console.log(`cleaning up: ${(error as Error).message}`);
		}
		await wait(500 * 2 ** round);
	}
	return false;
}

/** @returns whether the bucket is deleted */
async function empty(cloud: Cloud): Promise<boolean> {
	for (const document of ["policy", "worm", "lifecycle"])
		await cloud.delete(`/?${document}`);
	for (;;) {
		const list = await cloud.get("/?versions&encoding-type=url&max-keys=100");
		if (!(await removeAll(cloud, list, "versionId", "VersionId"))) break;
	}
	for (;;) {
		const list = await cloud.get("/?uploads&encoding-type=url&max-uploads=100");
		if (!(await removeAll(cloud, list, "uploadId", "UploadId"))) break;
	}
	const { status } = await cloud.delete("/");
	return status === 204 || status === 404;
}

/** @returns whether there was anything */
async function removeAll(
	cloud: Cloud,
	list: Answer,
	parameter: string,
	element: string,
): Promise<boolean> {
	const ids = textsOf(list, element);
	// The list's own marker of keys has another name; in every entry the key precedes its id.
	const keys = textsOf(list, "Key");
	for (const [i, id] of ids.entries())
		await cloud.delete(
			`/${keys[i]?.replaceAll("+", "%20")}?${parameter}=${encodeURIComponent(id)}`,
		);
	return ids.length > 0;
}
