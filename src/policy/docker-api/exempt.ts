// Images that a policy leaves out, by patterns of their names.
import { compilePattern } from '../../base/path-pattern.ts';
import { fullReference } from '../image-name.ts';

/** A test for references, short names in full as well (`nginx` is `docker.io/library/nginx`). */
export function imageMatcher(patterns: readonly string[]): (reference: string) => boolean {
  const compiled = patterns.map(compilePattern);
  return (reference) => {
    const names = [reference, fullReference(reference)];
    return compiled.some((matches) => names.some(matches));
  };
}
