// The version of the rule language that is understood, and the plugins whose fields are built in.

export type Version = readonly [number, number, number];

/** Falco's rules engine of 2026. */
export const engineVersion: Version = [0, 63, 0];

/** What other engines load as plugins and what is part of this one, with the version it answers to. */
export const knownPlugins: ReadonlyMap<string, Version> = new Map([
  ['container', [0, 6, 0]],
  ['k8saudit', [0, 16, 0]],
  ['json', [0, 7, 3]],
]);

/** `0.57.0`, or an old single number N that means 0.N.0; null for anything else. */
export function parseVersion(text: string): Version | null {
  const found = /^(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(?:[-+][0-9A-Za-z.+-]*)?$/.exec(
    text.trim(),
  );
  if (found === null) return null;
  const [major = 0, minor, patch = 0] = found.slice(1, 4).map((one) => one && Number(one));
  if (minor === undefined) return [0, Number(major), 0];
  return [Number(major), Number(minor), Number(patch)];
}

/** Whether `a` is newer than `b`; everything is newer than nothing. */
export function isNewer(a: Version, b: Version | undefined): boolean {
  if (b === undefined) return true;
  for (const index of [0, 1, 2] as const) {
    if (a[index] !== b[index]) return a[index] > b[index];
  }
  return false;
}
