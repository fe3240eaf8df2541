// Options that several commands share, with the words of the contract.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';

export interface CommonOptions {
  readonly data: string;
  readonly db?: string;
  readonly config?: string;
  readonly offline?: boolean;
  readonly quiet?: boolean;
  /** False with --no-progress. */
  readonly progress: boolean;
  readonly output?: string;
  readonly debug?: boolean;
}

/** `$XDG_DATA_HOME/seaworthy`, else `~/.local/share/seaworthy`. */
function defaultDataFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment['XDG_DATA_HOME'] || join(homedir(), '.local', 'share');
  return join(base, 'seaworthy');
}

/** Adds the flags that every command understands. */
export function withCommonOptions(command: Command): Command {
  // `alerts test` has a file of another kind under this name.
  if (!command.options.some(({ long }) => long === '--config')) {
    command.option('--config <file>', 'these flags as YAML (default: seaworthy.yaml if there)');
  }
  return command
    .addOption(
      new Option('--data <dir>', 'where the store and the advisories are kept')
        .env('SEAWORTHY_DATA')
        .default(defaultDataFolder(), '$XDG_DATA_HOME/seaworthy'),
    )
    .addOption(
      new Option('--db <file>', 'the advisory database (default: <data>/advisories.db)').env(
        'SEAWORTHY_DB',
      ),
    )
    .option('--offline', 'use no network')
    .option('--output <file>', 'write the result to a file instead of stdout')
    .option('--quiet', 'no progress and no remarks on stderr')
    .option('--no-progress', 'no progress bars');
}

/** Flags of everything that may pull from a registry. */
export function withRegistryOptions(command: Command): Command {
  return command
    .option('--platform <os/arch>', 'which image of a multi-platform index')
    .option('--registry-ca <file>', 'PEM file of authorities that registries may be signed by')
    .option('--insecure-registry', 'accept any TLS certificate of registries')
    .option('--plain-http', 'talk plain http to registries that are not on this machine')
    .option('--mirror <registry=url>', 'ask this mirror first (repeatable)', collect, []);
}

export interface RegistryFlags {
  readonly platform?: string;
  readonly registryCa?: string;
  readonly insecureRegistry?: boolean;
  readonly plainHttp?: boolean;
  /** Absent for commands that never pull. */
  readonly mirror?: readonly string[];
}

/** Collects a repeatable option. */
export function collect(value: string, previous: readonly string[]): readonly string[] {
  return [...previous, value];
}

/** Parses a comma-separated list whose words must all be in `allowed`. */
export function wordsOf<T extends string>(allowed: readonly T[]): (value: string) => readonly T[] {
  return (value) =>
    value.split(',').map((word) => {
      const known = allowed.find((one) => one === word.trim());
      if (known === undefined) throw new InvalidArgumentError(`Allowed are ${allowed.join(', ')}.`);
      return known;
    });
}
