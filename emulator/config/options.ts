/**
 * Converts the options of `startEmulator()` to command-line arguments: the same names in camel case.
 *
 * Pure.
 */
import { findNearest } from "../oss/nearest.ts";
import { StartError } from "../oss/start-error.ts";
import { isSettingName, type SettingName, settings } from "./settings.ts";

/** The value of an option in a program. */
type Value = unknown;
type Options = Readonly<Record<string, Value>>;

const camelCase = (name: string): string =>
	name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Flags that are not options: accounts are objects here, and a test's process prints no ready line. */
const ONLY_FLAGS: ReadonlySet<SettingName> = new Set(["access-key", "ready"]);

const BY_OPTION: ReadonlyMap<string, SettingName> = new Map(
	Object.keys(settings)
		.filter(isSettingName)
		.filter((name) => !ONLY_FLAGS.has(name))
		.map((name) => [camelCase(name), name]),
);

export const OPTION_NAMES: readonly string[] = [
	...BY_OPTION.keys(),
	"accounts",
	"flags",
];

/**
 * @returns arguments for `readConfig`
 * @throws StartError for an option that is unknown, has a value of another type, or contradicts another
 */
export function toArguments(options: Options): string[] {
	if (typeof options !== "object" || options === null || Array.isArray(options))
		throw new StartError(
			"startEmulator takes an object of options: { memory: true }",
		);
	for (const name of Object.keys(options)) requireKnown(name);
	const flags = readFlags(options.flags);
	const given = Object.entries(options).filter(
		([name, value]) => value !== undefined && name !== "flags",
	);
	const named = given.flatMap(([name, value]) =>
		name === "accounts"
			? accountArguments(value)
			: argumentsOf(name, BY_OPTION.get(name) ?? "port", value),
	);
	refuseTwice(named, flags);
	return [...byDefault(options, flags), ...named, ...flags];
}

function requireKnown(name: string): void {
	if (OPTION_NAMES.includes(name)) return;
	const nearest = findNearest(name, OPTION_NAMES);
	const hint =
		nearest === undefined
			? `the options are ${OPTION_NAMES.join(", ")}`
			: `did you mean ${nearest}?`;
	throw new StartError(`startEmulator has no option ${name}: ${hint}`);
}

function readFlags(value: Value): string[] {
	if (value === undefined) return [];
	if (Array.isArray(value) && value.every((item) => typeof item === "string"))
		return value;
	throw new StartError('flags must be a list of texts: ["--auth", "off"]');
}

/** Free ports, and memory unless a folder is given, so that tests do not interfere. */
function byDefault(options: Options, flags: readonly string[]): string[] {
	const isGiven = (name: SettingName): boolean =>
		options[camelCase(name)] !== undefined ||
		flags.some((flag) => flag === `--${name}` || flag.startsWith(`--${name}=`));
	return [
		...(isGiven("port") ? [] : ["--port=0"]),
		...(isGiven("admin-port") ? [] : ["--admin-port=0"]),
		...(isGiven("data") || isGiven("memory") ? [] : ["--memory"]),
	];
}

function argumentsOf(
	option: string,
	setting: SettingName,
	value: Value,
): string[] {
	const { kind } = settings[setting];
	if (kind === "flag") {
		if (typeof value !== "boolean")
			throw new StartError(`${option} must be true or false, not ${value}`);
		return value ? [`--${setting}`] : [];
	}
	const values = kind === "list" && Array.isArray(value) ? value : [value];
	return values.map((item: unknown) => {
		if (typeof item !== "string" && typeof item !== "number")
			throw new StartError(`${option} must be text or a number, not ${item}`);
		return `--${setting}=${item}`;
	});
}

const FORM =
	"accounts must be a list of { accessKeyId, accessKeySecret, uid? }";

function accountArguments(value: Value): string[] {
	if (!Array.isArray(value) || value.length === 0) throw new StartError(FORM);
	return value.map((account: unknown) => {
		const { accessKeyId, accessKeySecret, uid, ...others } = Object(account);
		const isText = [accessKeyId, accessKeySecret, uid ?? "1"].every(
			(item) => typeof item === "string" && !/[:,]/.test(item),
		);
		if (!isText || Object.keys(others).length > 0) throw new StartError(FORM);
		const key = `${accessKeyId}:${accessKeySecret}`;
		return `--access-key=${uid === undefined ? key : `${key}:${uid}`}`;
	});
}

/** Refuses settings that are given twice. */
function refuseTwice(named: readonly string[], flags: readonly string[]): void {
	const nameOf = (argument: string): string => argument.split("=", 1)[0] ?? "";
	const twice = named
		.map(nameOf)
		.find((name) => flags.map(nameOf).includes(name));
	if (twice !== undefined)
		throw new StartError(
			`${twice} is given as an option and in flags: omit one`,
		);
}
