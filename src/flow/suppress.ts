// Waivers and VEX statements of a scan; most have none.
import { kindOfPath } from '../host/filesystem/index.ts';
import type { Suppressor } from './suppressor.ts';

const defaultIgnoreFile = '.seaworthyignore.yaml';

export interface SuppressOptions {
  /** Named by the user: it must be there and sound. */
  readonly ignoreFile?: string;
  readonly vex: readonly string[];
}

const nothingSuppressed: Suppressor = {
  apply: (findings) => ({ findings, suppressed: [] }),
  remarks: () => [],
};

/**
 * Reads the files. Throws `SeaworthyError` when one is missing or malformed: a waiver that is not
 * understood must not be half applied.
 */
export async function loadSuppressor(
  { ignoreFile: named, vex }: SuppressOptions,
  now: () => Date,
): Promise<Suppressor> {
  const found = kindOfPath(defaultIgnoreFile) === 'file' ? defaultIgnoreFile : null;
  const ignoreFile = named ?? found;
  if (ignoreFile === null && vex.length === 0) return nothingSuppressed;
  const { readSuppressor } = await import('./suppressor.ts');
  return readSuppressor({ ignoreFile, vex }, now);
}
