// What an engine's version says of its authorisation plugins: whether requests reach it whose body
// plugins are not shown, and where distributions have mended that.

/** Flaws of the engine itself that plugins cannot see around. */
const flaws = [
  {
    id: 'CVE-2024-41110',
    what: 'bodies of unknown length are not shown to authorisation plugins',
    // https://github.com/moby/moby/security/advisories/GHSA-v23v-6jw2-98fq
    fixed: ['23.0.15', '25.0.6', '26.1.5', '27.1.1'],
  },
  {
    id: 'CVE-2026-34040',
    what: 'bodies that are too long are not shown to authorisation plugins',
    // GHSA-x744-4wpc-v9h2
    fixed: ['29.3.1'],
  },
] as const;

/**
 * Sentences on flaws that this engine has.
 * @param version as the engine tells it, `20.10.24+dfsg1`
 * @param changelog of the distribution's package; empty where there is none
 */
export function pluginFlaws(version: string, changelog: string): readonly string[] {
  return flaws
    .filter(({ id, fixed }) => !isFixed(version, fixed) && !changelog.includes(id))
    .map(
      ({ id, what, fixed }) =>
        `dockerd ${version} has no fix for ${id} (mended in ${fixed.join(', ')}): ${what}. ` +
        'Such requests are denied here where the body decides, but do not lean on a plugin alone: ' +
        'update the engine',
    );
}

/** Within a series that was mended the patch counts, above all of them everything is mended. */
function isFixed(version: string, fixed: readonly string[]): boolean {
  const own = numbersOf(version);
  const all = fixed.map(numbersOf);
  const newest = all.at(-1) ?? [];
  if (compare(own, newest) >= 0) return true;
  return all.some((one) => one[0] === own[0] && compare(own, one) >= 0);
}

function numbersOf(version: string): readonly number[] {
  return (/^(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?/.exec(version)?.slice(1) ?? []).map((part) =>
    Number(part ?? 0),
  );
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let at = 0; at < 3; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
