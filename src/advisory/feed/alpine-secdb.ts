// Alpine's secdb (one JSON document for each release and repository), as OSV records; Wolfi and
// Chainguard publish the same form. It only knows fixes: what is not fixed yet is not in it.
import { asArray, entriesOf, field, parseJson, stringField } from '../../base/json.ts';
import type { OsvRange } from '../../model/advisory.ts';
import { cleanRecord } from './clean.ts';
import type { AdvisoryItem } from './item.ts';
import { isCve } from './vendor.ts';

const decoder = new TextDecoder('utf-8');

interface Release {
  readonly ecosystem: string;
  /** `ALPINE-`, `WOLFI-`, `CGA-SECDB-`: OSV prefixes its Alpine ids likewise. */
  readonly prefix: string;
  readonly part: string;
}

/**
 * Reads `{distroversion, reponame, packages: [{pkg: {name, secfixes: {"1.2.3-r0": ["CVE-..."]}}}]}`;
 * `name` is the origin package. Version `0` means never affected. A list item may hold several ids and
 * a remark (`CVE-2019-1 XSA-100 (+ regression fix)`).
 */
export function readAlpineSecdb(bytes: Uint8Array, where: string): readonly AdvisoryItem[] {
  const parsed = parseJson(decoder.decode(bytes));
  return parsed.ok
    ? readDocument(parsed.value, where)
    : [{ kind: 'bad', where, reason: parsed.reason }];
}

function readDocument(document: unknown, where: string): readonly AdvisoryItem[] {
  const release = releaseOf(document);
  if (release === null) return [{ kind: 'bad', where, reason: 'no release is named' }];
  const items: AdvisoryItem[] = [];
  for (const [index, entry] of asArray(field(document, 'packages')).entries()) {
    const about = field(entry, 'pkg');
    const name = stringField(about, 'name');
    if (name === null) {
      items.push({ kind: 'bad', where: `${where} packages[${index}]`, reason: 'no package name' });
    } else items.push(...readPackage(release, name, field(about, 'secfixes')));
  }
  return items;
}

function releaseOf(document: unknown): Release | null {
  const repository = stringField(document, 'reponame') ?? '';
  const place = `${stringField(document, 'urlprefix') ?? ''} ${stringField(document, 'apkurl') ?? ''}`;
  if (place.includes('wolfi')) return { ecosystem: 'Wolfi', prefix: 'WOLFI-', part: repository };
  if (place.includes('chainguard') || place.includes('cgr.dev')) {
    return { ecosystem: 'Chainguard', prefix: 'CGA-', part: repository };
  }
  const version = stringField(document, 'distroversion');
  if (version === null || !/^(?:v\d+\.\d+|edge(?:-\w+)?)$/.test(version)) return null;
  return { ecosystem: `Alpine:${version}`, prefix: 'ALPINE-', part: `${version}/${repository}` };
}

/** One record for each flaw of the package; a flaw listed under two versions has two ranges. */
function readPackage(release: Release, name: string, secfixes: unknown): readonly AdvisoryItem[] {
  const fixes = new Map<
    string,
    { readonly versions: Set<string>; readonly related: Set<string> }
  >();
  for (const [version, listed] of entriesOf(secfixes)) {
    if (version === '0') continue;
    for (const item of asArray(listed)) {
      const ids = idsOf(item);
      const flaws = ids.some(isCve) ? ids.filter(isCve) : ids;
      for (const flaw of flaws) {
        const fix = fixes.get(flaw) ?? { versions: new Set(), related: new Set() };
        fixes.set(flaw, fix);
        fix.versions.add(version);
        for (const id of ids) if (!flaws.includes(id)) fix.related.add(id);
      }
    }
  }
  return [...fixes].map(([flaw, fix]): AdvisoryItem => {
    const ranges = [...fix.versions].map(
      (fixed): OsvRange => ({ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }),
    );
    const record = cleanRecord({
      id: release.prefix + flaw,
      ...(isCve(flaw) ? { upstream: [flaw] } : { aliases: [flaw] }),
      related: [...fix.related],
      affected: [{ package: { ecosystem: release.ecosystem, name }, ranges }],
    });
    const where = `${name} ${flaw}`.slice(0, 300);
    return typeof record === 'string'
      ? { kind: 'bad', where, reason: record }
      : { kind: 'record', record, part: `${release.part}/${name}` };
  });
}

/** The words of a list item that look like ids; `CVE_2019-2426` is a typing error that occurs. */
function idsOf(item: unknown): readonly string[] {
  if (typeof item !== 'string') return [];
  const ids = new Set<string>();
  for (const word of item.slice(0, 2000).split(/[\s,;]+/)) {
    const id = word.replace(/^CVE_/, 'CVE-');
    if (isCve(id) || /^(?!CVE-)[A-Z][A-Z0-9]{1,11}-[\w-]{1,60}$/.test(id)) ids.add(id);
  }
  return [...ids];
}
