// What lies around a file that the gate judges: variables, files that it names, its .dockerignore; and
// containers of the engine as sources.
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { SeaworthyError } from '../../base/error.ts';
import { readInto } from '../../base/file-access.ts';
import { limits } from '../../base/limits.ts';
import type { GateSource } from '../../flow/gate.ts';
import type { GateSurroundings } from '../../flow/gate-subjects.ts';
import { readEnvironmentFile } from '../../policy/index.ts';

const scheme = 'container:';

/** The words that name containers, as sources; the engine is asked only where there are some. */
export async function containerSources(
  words: readonly string[],
): Promise<{ readonly sources: readonly GateSource[]; readonly rest: readonly string[] }> {
  const ids = words.filter((word) => word.startsWith(scheme));
  const rest = words.filter((word) => !word.startsWith(scheme));
  if (ids.length === 0) return { sources: [], rest };
  const { connectEngine } = await import('../../host/docker/index.ts');
  const engine = await connectEngine();
  try {
    const sources: GateSource[] = [];
    for (const file of ids) {
      const { raw } = await engine.inspectContainer(file.slice(scheme.length));
      sources.push({ file, text: JSON.stringify([raw], null, 2), reason: null, isNamed: true });
    }
    return { sources, rest };
  } finally {
    engine.close();
  }
}

/** @param envFile of the flags; without it `.env` beside the file counts, as Compose takes it */
export function surroundingsOf(
  file: string,
  envFile: string | undefined,
  now: Date,
): GateSurroundings {
  const isAlone = file === '-' || file.startsWith(scheme);
  const folder = dirname(file);
  return {
    today: now.toISOString().slice(0, 10),
    values: variables(envFile, isAlone ? null : join(folder, '.env')),
    readBeside: (_, name) => {
      if (isAlone || name === '') return null;
      return textOf(isAbsolute(name) ? name : join(folder, name));
    },
    hasIgnoreFile: () => {
      if (isAlone) return null;
      const own = join(folder, `${basename(file)}.dockerignore`);
      if ([own, join(folder, '.dockerignore'), '.dockerignore'].some(isThere)) return true;
      // A Dockerfile of another name, or below a folder, may be built with another context.
      return basename(file).toLowerCase() === 'dockerfile' ? false : null;
    },
  };
}

function variables(named: string | undefined, beside: string | null): ReadonlyMap<string, string> {
  if (named !== undefined) {
    const text = textOf(named);
    if (text !== null) return readEnvironmentFile(text);
    throw new SeaworthyError('unreadable', `${named} cannot be read`, {
      advice: 'check the path of --env-file',
    });
  }
  const text = beside === null ? null : textOf(beside);
  return text === null ? new Map() : readEnvironmentFile(text);
}

function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    return false;
  }
}

/** The text of a regular file within the bound of documents; null: anything else. */
function textOf(path: string): string | null {
  if (!isThere(path)) return null;
  try {
    const descriptor = openSync(path, 'r');
    try {
      const { size } = fstatSync(descriptor);
      if (size > limits.documentBytes) return null;
      const bytes = Buffer.allocUnsafe(size);
      return bytes.subarray(0, readInto(descriptor, bytes, 0)).toString('utf8');
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
