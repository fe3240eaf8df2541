// Completion scripts made from the commands themselves, so that they cannot go stale.
import type { Command, Option } from 'commander';
import { SeaworthyError } from '../base/error.ts';

interface Described {
  /** Names below the program: `['gate', 'check']`. */
  readonly path: readonly string[];
  readonly description: string;
  readonly options: readonly Option[];
  readonly below: readonly string[];
}

/** The script for `bash`, `zsh` or `fish`. Throws `SeaworthyError` `usage` for any other shell. */
export function completionScript(program: Command, shell: string): string {
  const commands = program.commands.flatMap((command) => describe(command, []));
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

/** A command and all below it. */
function describe(command: Command, above: readonly string[]): Described[] {
  const path = [...above, command.name()];
  const own: Described = {
    path,
    description: command.description(),
    options: command.options.filter(({ hidden }) => !hidden),
    below: command.commands.map((one) => one.name()),
  };
  return [own, ...command.commands.flatMap((one) => describe(one, path))];
}

function bash(commands: readonly Described[]): string {
  const names = commands.filter(({ path }) => path.length === 1).map(({ path }) => path.join(' '));
  const paths = commands.map(({ path }) => `'${path.join(' ')}'`);
  const flags = commands.map(({ path, options }) => {
    const words = options.map((option) => option.long ?? '');
    return `    '${path.join(' ')}') flags="${words.join(' ')} --help" ;;`;
  });
  const below = commands
    .filter((command) => command.below.length > 0)
    .map((command) => `    '${command.path.join(' ')}') below="${command.below.join(' ')}" ;;`);
  const values = commands.flatMap(({ path, options }) =>
    options
      .filter((option) => option.argChoices !== undefined)
      .map(
        (option) =>
          `    '${path.join(' ')} ${option.long}') values="${option.argChoices?.join(' ')}" ;;`,
      ),
  );
  return `# bash completion for seaworthy
_seaworthy() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="" word index flags="--help --version" below="${names.join(' ')}" values=""
  COMPREPLY=()
  # --format=json comes as three words.
  [ "$current" = "=" ] && current=""
  [ "$previous" = "=" ] && previous="\${COMP_WORDS[COMP_CWORD-2]}"
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${command:+$command }\${COMP_WORDS[index]}"
    case "$word" in
      ${paths.join('|')}) command="$word" ;;
    esac
  done
  [ -n "$command" ] && below=""
  case "$command $previous" in
${values.join('\n')}
  esac
  if [ -n "$values" ]; then
    COMPREPLY=($(compgen -W "$values" -- "$current"))
    return
  fi
  case "$command" in
${flags.join('\n')}
  esac
  case "$command" in
${below.join('\n')}
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$current")) ;;
    # Without a match the shell completes files.
    *) COMPREPLY=($(compgen -W "$below" -- "$current")) ;;
  esac
}
complete -o bashdefault -o default -F _seaworthy seaworthy
`;
}

function fish(commands: readonly Described[]): string {
  const lines = [
    '# fish completion for seaworthy',
    'complete -c seaworthy -n __fish_use_subcommand -f',
  ];
  for (const { path, description, options, below } of commands) {
    const above = commands.find((one) => one.path.join(' ') === path.slice(0, -1).join(' '));
    const place = above === undefined ? '__fish_use_subcommand' : within(above);
    lines.push(
      `complete -c seaworthy -n '${place}' -f -a ${path.at(-1)} -d ${quoted(description)}`,
    );
    const condition = `-n '${within({ path, below })}'`;
    for (const option of options) {
      const long = option.long?.replace(/^--/, '') ?? '';
      const words =
        option.argChoices === undefined ? '' : ` -x -a ${quoted(option.argChoices.join(' '))}`;
      const takes = option.required && words === '' ? ' -r' : '';
      lines.push(
        `complete -c seaworthy ${condition} -l ${long}${takes}${words} -d ${quoted(option.description)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

/** The command is on the line, and none of those below it yet. */
function within({ path, below }: Pick<Described, 'path' | 'below'>): string {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const unseen = below.length === 0 ? [] : [`not __fish_seen_subcommand_from ${below.join(' ')}`];
  return [...seen, ...unseen].join('; and ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
