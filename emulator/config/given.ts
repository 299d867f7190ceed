/**
 * The values that the user gave to settings, in the environment and on the command line, before they are read.
 */
import { parseArgs } from "node:util";
import { findNearest } from "../oss/nearest.ts";
import { StartError } from "../oss/start-error.ts";
import {
	isSettingName,
	type SettingName,
	settings,
	variableOf,
} from "./settings.ts";

/** The raw values of each setting; all of them if it may be repeated. */
export type Given = ReadonlyMap<SettingName, readonly string[]>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** Empty variables are ignored. @throws StartError */
export function readEnvironment(env: Environment): Given {
	const given = new Map<SettingName, string[]>();
	for (const name of Object.keys(settings).filter(isSettingName)) {
		const value = env[variableOf(name)];
		if (value === undefined || value === "") continue;
		if (settings[name].kind !== "flag") given.set(name, [value]);
		else if (readBoolean(variableOf(name), value)) given.set(name, ["yes"]);
	}
	return given;
}

function readBoolean(variable: string, value: string): boolean {
	if (/^(1|true|yes|on)$/i.test(value)) return true;
	if (/^(0|false|no|off)$/i.test(value)) return false;
	throw new StartError(`${variable} must be true or false, not ${value}`);
}

/** The settings as options of `parseArgs`. */
const OPTIONS = Object.fromEntries(
	Object.entries(settings).map(([name, { kind }]) => [
		name,
		{ type: kind === "flag" ? "boolean" : "string" } as const,
	]),
);

function unknownFlag(argument: string): StartError {
	const [name = ""] = argument.replace(/^-+/, "").split("=");
	const near = findNearest(name, Object.keys(settings));
	const isFlag = argument.startsWith("-") && near !== undefined;
	const hint = isFlag ? `did you mean --${near}?` : "see oss-emulator --help";
	return new StartError(`unknown flag ${argument}: ${hint}`);
}

/** @throws StartError for an unknown flag, or one without its value */
export function readArguments(args: readonly string[]): Given {
	const given = new Map<SettingName, string[]>();
	// Not strict, because its messages do not describe valid values.
	const { tokens } = parseArgs({
		args: [...args],
		options: OPTIONS,
		strict: false,
		tokens: true,
	});
	for (const token of tokens) {
		if (token.kind !== "option" || !isSettingName(token.name))
			throw unknownFlag(args[token.index] ?? "");
		const { name, value } = token;
		const { kind, byDefault } = settings[name];
		if (kind === "flag") {
			if (value !== undefined) throw new StartError(`--${name} takes no value`);
			given.set(name, ["yes"]);
			continue;
		}
		const isMissing =
			value === undefined || (!token.inlineValue && value.startsWith("--"));
		// An empty value is valid where the default is empty.
		if (isMissing || (value === "" && byDefault !== "")) throw needsValue(name);
		given.set(
			name,
			kind === "list" ? [...(given.get(name) ?? []), value] : [value],
		);
	}
	return given;
}

export const needsValue = (name: SettingName): StartError =>
	new StartError(`--${name} needs a value: --${name} ${settings[name].value}`);
