/**
 * The subcommands' part of the manual.
 *
 * Pure.
 */

/** How each is written. */
export const USAGE = {
	ls: "ls [BUCKET[/PREFIX]] [--recursive] [--json]",
	cat: "cat BUCKET/KEY [--version-id ID]",
	stat: "stat BUCKET/KEY [--json]",
	callbacks:
		"callbacks [--follow] [--json] [--bucket NAME] [--key KEY] [--status STATUS] [--limit COUNT]",
	check: "check FOLDER [--repair] [--json]",
} as const;

export type CommandName = keyof typeof USAGE;

export const isCommand = (word: string | undefined): word is CommandName =>
	word !== undefined && Object.hasOwn(USAGE, word);

export const COMMANDS_MANUAL = `of a running emulator:
  oss-emulator ls                     the buckets
  oss-emulator ls BUCKET[/PREFIX]     what is in a bucket, folder by folder; all of it with --recursive
  oss-emulator cat BUCKET/KEY         an object's content; --version-id ID for that of one version
  oss-emulator stat BUCKET/KEY        what is known of an object
  oss-emulator callbacks              what application servers were sent, and what came of it; --follow for what comes;
                                      only those of --bucket NAME, --key KEY, --status STATUS; the latest --limit COUNT
  --json prints JSON; --admin URL (OSS_EMULATOR_ADMIN) says where the emulator is [http://127.0.0.1:6771]
  exit codes: 1 when it is not there, 2 for wrong usage or when there is no emulator

of a data folder that no emulator uses:
  oss-emulator check FOLDER           what is in it, and what is missing or damaged; --repair takes out what cannot
                                      be read and puts aside files that may be needed; exit code 1 for problems left`;
