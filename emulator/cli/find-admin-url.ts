/**
 * Finds the emulator for a command that does not name one: the one whose ready file the environment names, or
 * the one that was started with the same environment.
 */
import { readFileSync } from "node:fs";
import { isJsonObject } from "../oss/json-object.ts";

export function findAdminUrl(
	env: Readonly<Record<string, string | undefined>>,
): string {
	const file = env.OSS_EMULATOR_READY_FILE;
	const ready = file ? readReadyFile(file) : undefined;
	if (ready !== undefined) return ready;
	return `http://127.0.0.1:${env.OSS_EMULATOR_ADMIN_PORT || 6771}`;
}

/** @returns undefined without a ready file: the emulator has ended, or was not started with one */
function readReadyFile(file: string): string | undefined {
	try {
		const json: unknown = JSON.parse(readFileSync(file, "utf8"));
		const adminUrl = isJsonObject(json) ? json.adminUrl : undefined;
		return typeof adminUrl === "string" ? adminUrl : undefined;
	} catch {
		return undefined; // it is not there, or not of an emulator
	}
}
