// Completion scripts made from the commands themselves, so that they cannot go stale.
import type { Command, Option } from 'commander';
import { SeaworthyError } from '../base/error.ts';

interface Described {
  readonly name: string;
  readonly description: string;
  readonly options: readonly Option[];
  readonly subcommands: readonly string[];
}

/** The script for `bash`, `zsh` or `fish`. Throws `SeaworthyError` `usage` for any other shell. */
export function completionScript(program: Command, shell: string): string {
  const commands = program.commands.map(describe);
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      // zsh runs bash's completion through its own bridge: one script to keep right.
      return `autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`;
    case 'fish':
      return fish(commands);
    default:
      throw new SeaworthyError('usage', `${shell} is no shell that is known here`, {
        advice: 'name bash, zsh or fish',
      });
  }
}

function describe(command: Command): Described {
  return {
    name: command.name(),
    description: command.description(),
    options: command.options,
    subcommands: command.commands.map((one) => one.name()),
  };
}

function bash(commands: readonly Described[]): string {
  const names = commands.map((command) => command.name).join(' ');
  const cases = commands.map((command) => {
    const words = [...command.options.map((option) => option.long ?? ''), ...command.subcommands];
    return `    ${command.name}) words="${words.join(' ')}" ;;`;
  });
  const values = commands.flatMap((command) =>
    command.options
      .filter((option) => option.argChoices !== undefined)
      .map(
        (option) =>
          `    ${command.name}:${option.long}) words="${option.argChoices?.join(' ')}" ;;`,
      ),
  );
  return `# bash completion for seaworthy
_seaworthy() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" words=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names} --help --version" -- "$current"))
    return
  fi
  case "$command:$previous" in
${values.join('\n')}
  esac
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
    return
  fi
  case "$command" in
${cases.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$words --help" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "\${words//--*([^ ])/}" -- "$current") $(compgen -f -- "$current")) ;;
  esac
}
shopt -s extglob 2>/dev/null
complete -o filenames -o bashdefault -F _seaworthy seaworthy
`;
}

function fish(commands: readonly Described[]): string {
  const lines = [
    '# fish completion for seaworthy',
    'complete -c seaworthy -n __fish_use_subcommand -f',
  ];
  for (const command of commands) {
    lines.push(
      `complete -c seaworthy -n __fish_use_subcommand -f -a ${command.name} -d ${quoted(command.description)}`,
    );
    const condition = `-n '__fish_seen_subcommand_from ${command.name}'`;
    for (const option of command.options) {
      const long = option.long?.replace(/^--/, '') ?? '';
      const words =
        option.argChoices === undefined ? '' : ` -x -a ${quoted(option.argChoices.join(' '))}`;
      const takes = option.required && words === '' ? ' -r' : '';
      lines.push(
        `complete -c seaworthy ${condition} -l ${long}${takes}${words} -d ${quoted(option.description)}`,
      );
    }
    if (command.subcommands.length > 0) {
      lines.push(
        `complete -c seaworthy ${condition} -f -a ${quoted(command.subcommands.join(' '))}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "\\'")}'`;
}
