// Rules files as a person names them. Apart from what works with rules: `watch` begins sooner without it.
import { readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { builtinRules } from '../../host/rules/index.ts';
import type { RulesFile } from '../../runtime/rules/index.ts';

/**
 * Rules files of paths; a folder stands for its YAML files in the order of their names. Without paths:
 * the rules that come with the program. Exceptions are read behind either.
 */
export function readRules(
  paths: readonly string[],
  exceptions: readonly string[] = [],
): readonly RulesFile[] {
  const rules = paths.length === 0 ? builtinRules() : readFiles(paths);
  return [...rules, ...readFiles(exceptions)];
}

function readFiles(paths: readonly string[]): readonly RulesFile[] {
  const files = paths.flatMap((path) => {
    if (!statOf(path).isDirectory()) return [path];
    const names = readdirSync(path).filter((name) => /\.ya?ml$/.test(name));
    if (names.length === 0) throw new SeaworthyError('not-found', `${path} has no YAML files`);
    return names.toSorted().map((name) => join(path, name));
  });
  return files.map((name) => ({ name, text: readText(name) }));
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw new SeaworthyError('not-found', `${path} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
}

/** The text of a file, or of stdin for 0. Throws `SeaworthyError` `limit` or `unreadable`. */
export function readText(path: string | 0): string {
  const name = path === 0 ? 'stdin' : path;
  try {
    if (path !== 0 && statSync(path).size > limits.documentBytes) {
      throw new SeaworthyError('limit', `${name} has more than ${limits.documentBytes} bytes`);
    }
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (cause instanceof SeaworthyError) throw cause;
    throw new SeaworthyError('unreadable', `${name} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
}
