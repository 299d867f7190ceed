/**
 * `oss-emulator completion bash|zsh`: completes commands and their flags. For bash:
 * `source <(oss-emulator completion bash)`.
 */
import { type Command, readOnly, wrongUsage } from "./command.ts";
import { COMMAND_NAMES, flagsOf, isCommand } from "./manual.ts";

export const completion: Command = async ({ words, write }) => {
	const shell = readOnly("completion", words, "shell");
	const script = SCRIPTS.get(shell);
	if (!script) throw wrongUsage("completion", `${shell} is not bash or zsh`);
	write(script());
};

const flagsCase = (): string =>
	COMMAND_NAMES.filter(isCommand)
		.map((name) => {
			const flags = [...flagsOf(name), "admin", "help"];
			return `    ${name}) words="${flags.map((flag) => `--${flag}`).join(" ")}" ;;`;
		})
		.join("\n");

const bash = (): string => `_oss_emulator() {
  local words command=\${COMP_WORDS[1]} word=\${COMP_WORDS[COMP_CWORD]}
  case $command in
${flagsCase()}
    *) words="" ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then words="${COMMAND_NAMES.join(" ")}"; fi
  COMPREPLY=($(compgen -W "$words" -- "$word"))
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$word")); fi
}
complete -F _oss_emulator oss-emulator
`;

const zsh = (): string => `#compdef oss-emulator
autoload -Uz bashcompinit && bashcompinit
${bash()}`;

const SCRIPTS: ReadonlyMap<string, () => string> = new Map([
	["bash", bash],
	["zsh", zsh],
]);
