// Globs in arguments of fields.
import { compileGlob, PatternError } from '../engine/index.ts';

/** The matcher of a glob; null when it is too large to be one. */
export function compileGlobMatcher(glob: string): ((text: string) => boolean) | null {
  try {
    return compileGlob(glob, false);
  } catch (error) {
    if (error instanceof PatternError) return null;
    throw error;
  }
}
