// Findings of a report by what removes them; what nothing removes comes by kind. Pure.
import type { Finding, FixAction, Report } from '../data/answers.ts';

export interface FindingGroup {
  readonly title: string;
  readonly action: FixAction | null;
  readonly findings: readonly Finding[];
}

const kindTitles: Readonly<Record<Finding['kind'], string>> = {
  malware: 'Malware: remove it',
  secret: 'Secrets: rotate them, then remove them',
  vulnerability: 'Vulnerabilities without a fix yet',
  misconfiguration: 'How the image is built',
  licence: 'Licences',
};

/** Each finding stands in the first group that names it. */
export function groupsOf({ grade, findings }: Report): readonly FindingGroup[] {
  const byId = Map.groupBy(findings, ({ id }) => id);
  const placed = new Set<Finding>();
  const groups: FindingGroup[] = grade.fixFirst.map((action) => {
    // An id stands there once for each package that has it.
    const own = [...new Set(action.ids)]
      .flatMap((id) => byId.get(id) ?? [])
      .filter((one) => !placed.has(one) && isMeant(one, action));
    for (const one of own) placed.add(one);
    return { title: action.action, action, findings: own };
  });
  const rest = findings.filter((one) => !placed.has(one));
  const fixable = rest.filter((one) => one.kind === 'vulnerability' && one.fixedIn.length > 0);
  const byKind = Map.groupBy(
    rest.filter((one) => !fixable.includes(one)),
    ({ kind }) => kind,
  );
  return [
    ...groups,
    ...(fixable.length === 0
      ? []
      : [{ title: 'Update these packages', action: null, findings: fixable }]),
    ...Object.entries(kindTitles).flatMap(([kind, title]) => {
      const own = byKind.get(kind as Finding['kind']) ?? [];
      return own.length === 0 ? [] : [{ title, action: null, findings: own }];
    }),
  ];
}

/** An action on a package means that package; one id may concern several. */
function isMeant(finding: Finding, { action }: FixAction): boolean {
  if (finding.kind !== 'vulnerability' || !/^[a-z]+: /.test(action)) return true;
  return action.includes(finding.package.name);
}

/** Findings of one flaw together, in the order of the first of each; other kinds stand alone. */
export function mergedById(findings: readonly Finding[]): readonly (readonly Finding[])[] {
  const key = (one: Finding, index: number): string =>
    'package' in one ? one.id : `${index} ${one.id}`;
  return [...Map.groupBy(findings, key).values()];
}

/** How many findings and packages each layer brought, in the order of layers. */
export interface LayerShare {
  readonly digest: string;
  readonly createdBy: string | null;
  readonly size: number;
  readonly packages: number;
  readonly findings: number;
  readonly isBase: boolean;
}

export function layerShares({ target, packages, findings }: Report): readonly LayerShare[] {
  const count = (places: readonly { readonly layer: string | null }[][]): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const locations of places) {
      const layer = locations[0]?.layer;
      if (layer !== null && layer !== undefined) counts.set(layer, (counts.get(layer) ?? 0) + 1);
    }
    return counts;
  };
  const ofPackages = count(
    packages.map(({ broughtBy, locations }) => [
      { layer: broughtBy?.layer ?? locations[0]?.layer ?? null },
    ]),
  );
  const ofFindings = count(findings.map(({ locations }) => [...locations]));
  return target.layers.map(({ digest, diffId, createdBy, size }, index) => {
    const of = (counts: ReadonlyMap<string, number>): number =>
      counts.get(diffId) ?? (digest === null ? undefined : counts.get(digest)) ?? 0;
    return {
      digest: diffId,
      createdBy,
      size,
      packages: of(ofPackages),
      findings: of(ofFindings),
      isBase: index < (target.base?.layers ?? 0),
    };
  });
}
