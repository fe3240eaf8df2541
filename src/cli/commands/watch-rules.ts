// The rules of a watch: checked before it begins, and read again when a file changes or at SIGHUP. A
// broken file changes nothing but a line on stderr.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import type { RulesFile } from '../../runtime/rules/index.ts';
import { readRules } from './rules-files.ts';

export interface WatchRules {
  readonly files: readonly RulesFile[];
  /** Looks whether a file has changed. */
  look(): void;
  /** Hands on sound rules at `look` and at SIGHUP. @returns ends the following */
  follow(load: (files: readonly RulesFile[]) => void): () => void;
}

/** Files or folders, as the flags give them. */
export interface RulePaths {
  /** Empty: the rules that come with the program. */
  readonly rules: readonly string[];
  /** Read behind them. */
  readonly exceptions: readonly string[];
}

/** Throws `SeaworthyError` `malformed` with the first flaw. */
export async function openWatchRules(
  { rules, exceptions }: RulePaths,
  warn: (line: string) => void,
): Promise<WatchRules> {
  const paths = [...rules, ...exceptions];
  const files = readRules(rules, exceptions);
  // Those that come with the program are checked when it is built.
  if (paths.length > 0) await demandSound(files);
  let stamp = stampOf(paths);
  let load: ((files: readonly RulesFile[]) => void) | null = null;
  const reload = async (): Promise<void> => {
    stamp = stampOf(paths);
    try {
      const next = readRules(rules, exceptions);
      await demandSound(next);
      load?.(next);
      warn('the rules were read again');
    } catch (error) {
      warn(`the rules stay as they were: ${messageOf(error)}`);
    }
  };
  const hear = (): void => void reload();
  return {
    files,
    look: () => {
      if (paths.length > 0 && stampOf(paths) !== stamp) void reload();
    },
    follow: (taking) => {
      load = taking;
      process.on('SIGHUP', hear);
      return () => process.off('SIGHUP', hear);
    },
  };
}

async function demandSound(files: readonly RulesFile[]): Promise<void> {
  const { checkRules } = await import('../../flow/rules.ts');
  const { errors } = checkRules(files);
  const [first] = errors;
  if (first === undefined) return;
  const place = first.line === null ? first.file : `${first.file}:${first.line}`;
  const more = errors.length === 1 ? '' : ` (and ${errors.length - 1} more)`;
  const what = first.rule === null ? '' : `${first.rule}: `;
  throw new SeaworthyError('malformed', `${place}: ${what}${first.message}${more}`, {
    advice: 'run `seaworthy rules check` on these files',
  });
}

/** Changes when one of the files does. */
function stampOf(paths: readonly string[]): string {
  return paths
    .flatMap((path) => [path, ...entriesOf(path)])
    .map((path) => {
      try {
        const { mtimeNs, size, ino } = statSync(path, { bigint: true });
        return `${path} ${mtimeNs} ${size} ${ino}`;
      } catch {
        return `${path} gone`;
      }
    })
    .join('\n');
}

function entriesOf(path: string): readonly string[] {
  try {
    return readdirSync(path).map((name) => join(path, name));
  } catch {
    return [];
  }
}
