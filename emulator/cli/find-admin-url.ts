/**
 * Finds the emulator for a command without --admin: by the ready file that the environment names, or by the environment
 * variables with which it was started.
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
		return undefined; // the file does not exist, or is not a ready file
	}
}
