// How a cataloger takes the text of a file: within bounds, with a reason where it cannot.
import { limits } from '../../base/limits.ts';
import type { CatalogResult, FileView } from './ecosystem.ts';

/** The text of a file, or null when it is larger than `limits.lockFileBytes`; then say `tooLarge`. */
export function textOf(file: FileView, maximumBytes: number = limits.lockFileBytes): string | null {
  return file.size > maximumBytes ? null : file.text();
}

/** Nothing was read, for this reason. */
export function notRead(reason: string): CatalogResult {
  return { packages: [], unknowns: [{ reason }] };
}

/** The refusal that goes with `textOf` and the same bound. */
export function tooLargeToRead(
  file: FileView,
  maximumBytes: number = limits.lockFileBytes,
): CatalogResult {
  return notRead(`file of ${file.size} bytes, more than the ${maximumBytes} that are read`);
}

/** The parser's answer for the text of a file, or the refusal of a file that is too large. */
export function ofText(
  file: FileView,
  parse: (text: string) => CatalogResult,
  maximumBytes: number = limits.lockFileBytes,
): CatalogResult {
  const text = textOf(file, maximumBytes);
  return text === null ? tooLargeToRead(file, maximumBytes) : parse(text);
}
