// Settings from a file (`--config`): flags written as YAML, for all commands or for one.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { type Command, CommanderError, type Option } from 'commander';
import { SeaworthyError } from '../base/error.ts';
import { parseYamlDocuments } from '../base/yaml.ts';
import { collect } from './options.ts';

/** Taken from the folder that one works in, where no other file is named. */
const usualFile = 'seaworthy.yaml';
/** Some hundred flags are a few kilobytes. */
const longestFile = 1024 * 1024;

/**
 * What a file that nobody named may set: flags that choose what is asked and how it is told. It may
 * have come with a checkout of strangers, so it must not choose where we write, whom we talk to, whom
 * we trust or what is done to containers.
 */
const harmless = new Set([
  'exclude-base',
  'fail-on',
  'format',
  'ignore-file',
  'kubernetes-version',
  'no-progress',
  'offline',
  'on-unknown',
  'only-fixed',
  'platform',
  'profile',
  'quiet',
  'scanners',
  'show',
  'verify-digests',
  'vex',
  'waivers',
]);

/**
 * Sets what the file says and neither the command line nor the environment did. Keys of the file are
 * long flags without their dashes; a map under the name of a command speaks for that one alone.
 * `whole` gives the program with every command, to tell a misspelt key from another command's.
 *
 * Throws `SeaworthyError` `usage` for what no command knows, `unreadable` for what is no such file.
 */
export function applySettings(command: Command, whole: () => Command): void {
  const { config } = command.opts<{ config?: string }>();
  const isNamed = config !== undefined;
  // The flag of that name belongs to something else in a command or two.
  if (!command.options.some(({ long, mandatory }) => long === '--config' && !mandatory)) return;
  const file = config ?? usualFile;
  if (!isNamed && !existsSync(file)) return;
  const settings = readSettings(file, isNamed);
  if (settings === null) return;
  const path = pathOf(command);
  check(settings, { file, at: whole(), within: [] });
  for (const [key, value] of valuesFor(settings, path)) {
    const option = command.options.find(({ long }) => long === `--${key}`);
    if (option === undefined) continue;
    if (!isNamed && !harmless.has(key)) {
      throw new SeaworthyError('usage', `${file} may not set ${key} unless it is named`, {
        advice: `give --config ${file} if you trust it`,
      });
    }
    set(command, { option, value, file });
  }
}

type Settings = ReadonlyMap<string, unknown>;

/** Null: a file of that name which is something else, such as a manifest of Kubernetes. */
function readSettings(file: string, isNamed: boolean): Settings | null {
  const text = readBounded(file);
  const parsed = parseYamlDocuments(text);
  const refuse = (reason: string): SeaworthyError =>
    new SeaworthyError('unreadable', `${file}: ${reason}`, {
      advice: 'it holds flags as YAML, such as `fail-on: high`',
    });
  if (!parsed.ok) throw refuse(parsed.reason);
  const [first, ...others] = parsed.documents.map(({ value }) => value);
  if (first === null || first === undefined) return new Map();
  const settings = mapOf(first);
  const isForeign = others.length > 0 || settings?.has('apiVersion') === true;
  if (isForeign && !isNamed) return null;
  if (settings === null || isForeign) throw refuse('it is no map of settings');
  return settings;
}

function readBounded(file: string): string {
  try {
    if (statSync(file).size > longestFile) {
      throw new SeaworthyError('limit', `${file} is larger than any settings`);
    }
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof SeaworthyError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new SeaworthyError('not-found', `${file} cannot be read (${code})`, {
      advice: 'check --config',
    });
  }
}

function mapOf(value: unknown): Settings | null {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? new Map(Object.entries(value)) : null;
}

/** Names of the command below the program: `gate`, `check`. */
function pathOf(command: Command): readonly string[] {
  return command.parent === null ? [] : [...pathOf(command.parent), command.name()];
}

interface Place {
  readonly file: string;
  readonly at: Command;
  readonly within: readonly string[];
}

/** Every key is a flag of this command or of one below it, or the name of one below it. */
function check(settings: Settings, { file, at, within }: Place): void {
  for (const [key, value] of settings) {
    const below = at.commands.find((one) => one.name() === key);
    const section = mapOf(value);
    if (below !== undefined && section !== null) {
      check(section, { file, at: below, within: [...within, key] });
    } else if (section !== null || !hasFlag(at, key)) {
      const place = within.length === 0 ? 'any command' : within.join(' ');
      const wrong = section === null ? `no flag of ${place}` : 'no command';
      throw new SeaworthyError('usage', `${file}: ${key} is ${wrong}`, {
        advice: 'write flags without their dashes; --help lists them',
      });
    }
  }
}

function hasFlag(command: Command, key: string): boolean {
  return (
    command.options.some(({ long }) => long === `--${key}`) ||
    command.commands.some((one) => hasFlag(one, key))
  );
}

/** What the file says to a command: the nearest section wins. */
function valuesFor(settings: Settings, path: readonly string[]): Settings {
  const [first, ...rest] = path;
  const values = new Map([...settings].filter(([, value]) => mapOf(value) === null));
  const section = first === undefined ? null : mapOf(settings.get(first));
  if (section === null) return values;
  return new Map([...values, ...valuesFor(section, rest)]);
}

interface Setting {
  readonly option: Option;
  readonly value: unknown;
  readonly file: string;
}

function set(command: Command, { option, value, file }: Setting): void {
  const name = option.attributeName();
  if (
    command.getOptionValueSource(name) !== 'default' &&
    command.getOptionValue(name) !== undefined
  )
    return;
  const refuse = (reason: string): SeaworthyError =>
    new SeaworthyError('usage', `${file}: ${option.long?.slice(2)}: ${reason}`);
  if (option.isBoolean() || option.negate) {
    if (typeof value !== 'boolean') throw refuse('true or false is wanted');
    if (value) command.setOptionValueWithSource(name, !option.negate, 'config');
    return;
  }
  const words = Array.isArray(value) ? value : [value];
  if (!words.every(isWord)) throw refuse('a text or a list of texts is wanted');
  // A flag that may be repeated takes a list one by one, others one text with commas.
  const texts = option.parseArg === collect ? words.map(String) : [words.join(',')];
  let parsed: unknown = option.parseArg === undefined ? texts[0] : option.defaultValue;
  try {
    for (const text of texts) parsed = option.parseArg?.(text, parsed as never) ?? text;
  } catch (error) {
    throw error instanceof CommanderError ? refuse(error.message) : error;
  }
  command.setOptionValueWithSource(name, parsed, 'config');
}

function isWord(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number';
}
