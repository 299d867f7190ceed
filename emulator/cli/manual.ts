/**
 * The subcommands of `oss-emulator`: usage, purpose, and group in the manual.
 *
 * Pure.
 */

type Described = {
	/** The usage after `oss-emulator`, with every flag that the command accepts. */
	readonly usage: string;
	/** The purpose, one line in the imperative. */
	readonly purpose: string;
	/** Additional text on the command's own page. */
	readonly details?: string;
};

const GROUPS = {
	"Objects and buckets": {
		ls: {
			usage: "ls [BUCKET[/PREFIX]] [--recursive] [--account UID] [--json]",
			purpose: "list the buckets, or a bucket folder by folder",
		},
		cat: {
			usage: "cat BUCKET/KEY [--version-id ID]",
			purpose: "print an object's content",
		},
		stat: {
			usage: "stat BUCKET/KEY [--json]",
			purpose: "describe an object and its versions",
		},
		put: {
			usage:
				"put FILE BUCKET/KEY [--content-type TYPE] [--acl ACL] [--storage-class CLASS] [--meta NAME=VALUE] [--tag NAME=VALUE] [--callback URL] [--callback-body BODY] [--json]",
			purpose:
				"upload a file, - for standard input; with --callback OSS calls that URL",
			details:
				"If KEY ends in /, the file's name is appended. Without --callback-body, the body is the object's key and size.",
		},
		get: {
			usage: "get BUCKET/KEY [FILE] [--version-id ID]",
			purpose:
				"download an object into a file, by default named like the last part of the key, or to standard output with -",
		},
		cp: {
			usage: "cp SOURCE TARGET [--recursive]",
			purpose: "copy between files and objects; objects are oss://BUCKET/KEY",
			details:
				"At least one side must be an object. With --recursive, a folder or a prefix is copied.",
		},
		rm: {
			usage: "rm BUCKET/KEY [--recursive] [--version-id ID] [--json]",
			purpose:
				"delete an object, or with --recursive all objects whose keys begin with KEY",
		},
		mb: {
			usage: "mb BUCKET [--acl ACL] [--versioning] [--account UID] [--json]",
			purpose: "create a bucket",
		},
		rb: {
			usage: "rb BUCKET [--force]",
			purpose: "remove a bucket; --force removes its content first",
		},
		presign: {
			usage:
				"presign BUCKET/KEY [--method METHOD] [--seconds COUNT] [--account UID] [--json]",
			purpose: "print a signed URL [GET, 3600 seconds]",
		},
	},
	"What happened": {
		callbacks: {
			usage:
				"callbacks [--follow] [--json] [--verbose] [--bucket NAME] [--key KEY] [--status STATUS] [--account UID] [--limit COUNT]",
			purpose:
				"list callbacks and their outcomes; --verbose shows body and answer",
		},
		requests: {
			usage:
				"requests [--follow] [--json] [--bucket NAME] [--key KEY] [--status STATUS] [--account UID] [--limit COUNT]",
			purpose: "list requests, and why they were refused",
		},
		resend: {
			usage: "resend ID [--url URL] [--json]",
			purpose: "send a callback again, to its own URL or to another URL",
		},
	},
	"State for tests": {
		reset: {
			usage: "reset [--account UID]",
			purpose: "remove everything, or everything that one account owns",
		},
		seed: {
			usage: "seed FILE [--account UID]",
			purpose:
				"create buckets, objects and documents from a JSON file, - for standard input",
		},
		snapshot: {
			usage: "snapshot [save|restore|rm] [NAME] [--json]",
			purpose: "list, save, restore or remove snapshots",
		},
		export: {
			usage: "export FILE.tar [--bucket NAME] [--account UID]",
			purpose: "write buckets, objects and documents into a tar file",
		},
		import: {
			usage: "import FILE.tar [--account UID]",
			purpose: "create the content of a tar file written by export",
		},
		clock: {
			usage: "clock [TIME|+SECONDS|freeze|follow] [--json]",
			purpose: "show or move the emulator's clock",
		},
		fault: {
			usage:
				"fault [OPERATION DO|rm ID|clear] [--bucket NAME] [--key GLOB] [--account UID] [--times COUNT] [--after COUNT] [--json]",
			purpose: "list faults, or make an operation fail",
			details:
				"DO is status=503;code=SlowDown, delayMs=200, cutAfterBytes=100 or callback=time-out. OPERATION is PutObject, callback, * …",
		},
		account: {
			usage: "account [new|rm UID] [--name NAME] [--json]",
			purpose: "list accounts, create one with its own keys, or remove one",
		},
	},
	"About the emulator": {
		check: {
			usage: "check FOLDER [--repair] [--json]",
			purpose: "check an unused data folder, and repair it",
		},
		doctor: {
			usage: "doctor [--json]",
			purpose:
				"print versions, the system and the settings, without secrets, for a bug report",
		},
		openapi: {
			usage: "openapi",
			purpose: "print the description of the admin API",
		},
		completion: {
			usage: "completion bash|zsh",
			purpose: "print a shell script that completes commands and flags",
		},
		help: {
			usage: "help [COMMAND]",
			purpose: "print the manual, or the manual of a command",
		},
		version: { usage: "version", purpose: "print the version" },
	},
} as const satisfies Record<string, Record<string, Described>>;

type Groups = typeof GROUPS;
export type CommandName = {
	[G in keyof Groups]: keyof Groups[G];
}[keyof Groups];

const COMMANDS: ReadonlyMap<string, Described> = new Map(
	Object.values(GROUPS).flatMap((group) => Object.entries<Described>(group)),
);

export const COMMAND_NAMES: readonly string[] = [...COMMANDS.keys()];

/** Commands with additional text. */
export type RunnableName = Exclude<CommandName, "help" | "version">;

export const isRunnable = (word: string | undefined): word is RunnableName =>
	isCommand(word) && word !== "help" && word !== "version";

export const isCommand = (word: string | undefined): word is CommandName =>
	word !== undefined && COMMANDS.has(word);

const describe = (name: CommandName): Described =>
	COMMANDS.get(name) ?? { usage: name, purpose: "" };

export const usageOf = (name: CommandName): string => describe(name).usage;

/** The flags that a command accepts, without their dashes. */
export const flagsOf = (name: CommandName): readonly string[] =>
	Array.from(usageOf(name).matchAll(/--([a-z-]+)/g), ([, flag = ""]) => flag);

/** The manual of one command. */
export function pageOf(name: CommandName): string {
	const { usage, purpose, details } = describe(name);
	const usesAdminPort = !["check", "completion", "help", "version"].includes(
		name,
	);
	const admin =
		"--admin URL (OSS_EMULATOR_ADMIN) is the address of the emulator [http://127.0.0.1:6771]";
	return [
		`usage: oss-emulator ${usage}`,
		"",
		`${purpose[0]?.toUpperCase()}${purpose.slice(1)}.`,
		...(details === undefined ? [] : [details]),
		...(usesAdminPort ? ["", admin] : []),
		"Exit codes: 0 for success; 1 for something that does not exist; 2 for wrong usage or no emulator.",
		"",
	].join("\n");
}

const NAME_COLUMNS = 14;

/** The subcommands' part of the manual. */
export const commandsManual = (): string =>
	[
		...Object.entries(GROUPS).flatMap(([title, group]) => [
			`${title}:`,
			...Object.entries<Described>(group).map(
				([name, { purpose }]) => `  ${name.padEnd(NAME_COLUMNS)}${purpose}`,
			),
			"",
		]),
		"oss-emulator help COMMAND describes a command. --admin URL (OSS_EMULATOR_ADMIN) is the emulator's address",
		"[http://127.0.0.1:6771]. Exit codes: 1 for something that does not exist, 2 for wrong usage or no emulator.",
	].join("\n");
