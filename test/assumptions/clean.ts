/**
 * Removes the bucket of a run when the run ends, even if it crashes: a separate process, which waits until its standard
 * input ends and does not receive the terminal's signals.
 *
 * The input has one JSON object per line: the cloud's address, then whether the bucket belongs to the run.
 */
import { createInterface } from "node:readline";
import { setTimeout as wait } from "node:timers/promises";
import { type Answer, textsOf } from "../client.ts";
import { type Address, Cloud } from "./cloud.ts";

/** The first line is the address; a later line says whether the bucket belongs to the run and must be removed. */
export type Instruction = Address | { readonly remove: boolean };

/** The number of attempts: lists of the cloud may omit recent objects, versions and uploads. */
const ROUNDS = 6;

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
	process.on(signal, () => {}); // the bucket must be removed before this process ends
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
	// Every entry of the list has one <Key>; no other element of the list has this name.
	const keys = textsOf(list, "Key");
	for (const [i, id] of ids.entries())
		await cloud.delete(
			`/${keys[i]?.replaceAll("+", "%20")}?${parameter}=${encodeURIComponent(id)}`,
		);
	return ids.length > 0;
}
