// Which advisories speak of the same flaw: groups by CVE, else by shared aliases. A finding is made
// for each group; two CVEs are never fused, and `related` ids join nothing.
import type { AdvisoryMatch } from '../../model/advisory.ts';

export type Identified = Pick<AdvisoryMatch, 'id' | 'aliases' | 'upstream'>;

export interface AliasGroup<Item extends Identified> {
  /** CVE, else GHSA, else the ecosystem's id. */
  readonly id: string;
  /** Every other id of the flaw, sorted; other CVEs are flaws of their own and left out. */
  readonly aliases: readonly string[];
  /** Sorted by advisory id. */
  readonly members: readonly Item[];
}

const cvePattern = /^CVE-\d{4}-\d{4,}$/;
/** `DEBIAN-CVE-2023-4911`, `ALPINE-CVE-...`, `UBUNTU-CVE-...`: the feed's own name of a CVE. */
const wrappedCvePattern = /^[A-Za-z]+-(CVE-\d{4}-\d{4,})$/;

export function isCveId(id: string): boolean {
  return id.startsWith('CVE-') && cvePattern.test(id);
}

/**
 * Groups advisories by flaw. An advisory belongs to the CVEs among its id, aliases and upstream
 * (errata list every CVE that they fix, so one erratum can stand in several groups). One without a
 * CVE follows its aliases to the nearest advisories that have one, else forms a group with all that
 * it is joined to. The result does not depend on the order of the input.
 */
export function groupByFlaw<Item extends Identified>(
  items: readonly Item[],
): readonly AliasGroup<Item>[] {
  const single = items[0];
  if (single === undefined) return [];
  if (items.length === 1) {
    const own = cvesOf(single);
    const sorted = own.length === 0 ? [null] : own.toSorted(compareText);
    return sorted.map((cve) => groupOf(cve, items));
  }
  const cves = items.map(cvesOf);
  const byCve = new Map<string, Item[]>();
  const without: number[] = [];
  for (const [index, item] of items.entries()) {
    const own = cves[index] ?? [];
    for (const cve of own) append(byCve, cve, item);
    if (own.length === 0) without.push(index);
  }
  const groups: AliasGroup<Item>[] = [];
  if (without.length > 0) {
    const graph = neighboursOf(items);
    const orphans: number[] = [];
    for (const index of without) {
      const nearest = nearestCves(index, graph, cves);
      for (const cve of nearest) append(byCve, cve, items[index] ?? single);
      if (nearest.length === 0) orphans.push(index);
    }
    for (const component of componentsOf(orphans, graph)) {
      groups.push(
        groupOf(
          null,
          component.map((index) => items[index] ?? single),
        ),
      );
    }
  }
  for (const [cve, members] of byCve) groups.push(groupOf(cve, members));
  return groups.toSorted((a, b) => compareText(a.id, b.id));
}

function append<Item>(groups: Map<string, Item[]>, key: string, item: Item): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else if (!group.includes(item)) group.push(item);
}

function cvesOf(item: Identified): readonly string[] {
  const found = new Set<string>();
  const wrapped = item.id.includes('-CVE-') ? wrappedCvePattern.exec(item.id)?.[1] : undefined;
  if (wrapped !== undefined) found.add(wrapped);
  for (const id of linksOf(item)) if (isCveId(id)) found.add(id);
  // Errata: an upstream of many CVEs is a list of fixes, not an identity.
  if (found.size === 0) for (const id of item.upstream) if (isCveId(id)) found.add(id);
  return [...found];
}

/** Ids that mean the same flaw: its own, its aliases, and an upstream of exactly one id. */
function linksOf(item: Identified): readonly string[] {
  const upstreamCves = item.upstream.filter(isCveId);
  const links = [item.id, ...item.aliases];
  const first = upstreamCves[0] ?? item.upstream[0];
  const isOne =
    upstreamCves.length === 1 || (upstreamCves.length === 0 && item.upstream.length === 1);
  if (isOne && first !== undefined) links.push(first);
  return links;
}

/** For each item the items that share an id with it which is not a CVE. */
function neighboursOf(items: readonly Identified[]): readonly (readonly number[])[] {
  const holders = new Map<string, number[]>();
  for (const [index, item] of items.entries()) {
    for (const id of new Set(linksOf(item))) if (!isCveId(id)) append(holders, id, index);
  }
  return items.map((item) => linksOf(item).flatMap((id) => holders.get(id) ?? []));
}

/** CVEs of the items with a CVE that are the fewest steps away; at one distance all count. */
function nearestCves(
  start: number,
  graph: readonly (readonly number[])[],
  cves: readonly (readonly string[])[],
): readonly string[] {
  const seen = new Set([start]);
  let front = [start];
  while (front.length > 0) {
    const next: number[] = [];
    for (const index of front) {
      for (const neighbour of graph[index] ?? []) {
        if (seen.has(neighbour)) continue;
        seen.add(neighbour);
        next.push(neighbour);
      }
    }
    const found = new Set(next.flatMap((index) => cves[index] ?? []));
    if (found.size > 0) return [...found];
    front = next;
  }
  return [];
}

function componentsOf(
  indexes: readonly number[],
  graph: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const seen = new Set<number>();
  const components: number[][] = [];
  for (const start of indexes) {
    if (seen.has(start)) continue;
    seen.add(start);
    const component = [start];
    for (const index of component) {
      for (const neighbour of graph[index] ?? []) {
        if (seen.has(neighbour)) continue;
        seen.add(neighbour);
        component.push(neighbour);
      }
    }
    components.push(component);
  }
  return components;
}

function groupOf<Item extends Identified>(
  cve: string | null,
  members: readonly Item[],
): AliasGroup<Item> {
  const ids = new Set<string>();
  for (const member of members) {
    for (const id of linksOf(member)) if (!isCveId(id)) ids.add(id);
  }
  const aliases = [...ids].sort(compareText);
  const id = cve ?? bestId(aliases);
  return {
    id,
    aliases: cve === null ? aliases.filter((alias) => alias !== id) : aliases,
    members: members.length === 1 ? members : members.toSorted((a, b) => compareText(a.id, b.id)),
  };
}

/** The first of the best kind among sorted ids. */
function bestId(sorted: readonly string[]): string {
  let best = '';
  let bestRank = Number.POSITIVE_INFINITY;
  for (const id of sorted) {
    const rank = idRank(id);
    if (rank >= bestRank) continue;
    best = id;
    bestRank = rank;
  }
  return best;
}

function idRank(id: string): number {
  if (id.startsWith('GHSA-')) return 0;
  return /^[A-Z][A-Za-z]*-\d/.test(id) ? 1 : 2;
}

/** By UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
