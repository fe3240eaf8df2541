// Questions to a fleet over HTTP: each word is checked here, and is a parameter in the store.
import { parsePurl } from '../../model/purl.ts';
import type { FleetStore } from '../../store/fleet/index.ts';

export type FleetAnswer =
  | { readonly found: unknown }
  | { readonly wrong: string }
  /** About the whole fleet: not for who is limited to teams. */
  | { readonly whole: true };

const usualLimit = 100;
const mostLimit = 1000;

/**
 * Null: no such page.
 * @param only the teams of who asks; null: everything
 */
export async function askFleet(
  store: FleetStore,
  url: URL,
  only: readonly string[] | null,
): Promise<FleetAnswer | null> {
  const words = url.searchParams;
  const limit = Number(words.get('limit') ?? usualLimit);
  if (!Number.isInteger(limit) || limit < 1 || limit > mostLimit) {
    return { wrong: `limit is a number from 1 to ${mostLimit}` };
  }
  const page = { limit, ...(only === null ? {} : { teams: only }) };
  switch (url.pathname) {
    case '/api/v1/agents': {
      if (only !== null) return { whole: true };
      const items = await store.agents({ after: words.get('cursor'), limit });
      return { found: { items, next: items.length < limit ? null : items.at(-1)?.id } };
    }
    case '/api/v1/fleet/counts':
      return only === null ? { found: await store.counts() } : { whole: true };
    case '/api/v1/fleet/containers':
      return containers(store, words, page);
    case '/api/v1/fleet/detections':
      return detections(store, words, page);
    case '/api/v1/fleet/flows':
      return {
        found: { items: await store.flows({ ...given(words, 'agent', 'container'), ...page }) },
      };
    case '/api/v1/fleet/exposed':
      return exposed(store, words, page);
    default:
      return null;
  }
}

interface Page {
  readonly limit: number;
  readonly teams?: readonly string[];
}

/** The named words that are there. */
function given(words: URLSearchParams, ...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = words.get(name);
      return value === null ? [] : [[name, value.replaceAll('\0', '')]];
    }),
  );
}

async function containers(
  store: FleetStore,
  words: URLSearchParams,
  page: Page,
): Promise<FleetAnswer> {
  const cursor = words.get('cursor');
  const place = cursor === null ? null : /^(-?\d{1,16})-(\d{1,16})$/.exec(cursor);
  if (cursor !== null && place === null) return { wrong: 'cursor is none of ours' };
  const items = await store.runs({
    ...given(words, 'image', 'name', 'node', 'team'),
    ...(words.get('alive') === 'true' ? { aliveOnly: true } : {}),
    ...(place === null ? {} : { before: { firstUs: Number(place[1]), id: Number(place[2]) } }),
    ...page,
  });
  const last = items.length < page.limit ? undefined : items.at(-1);
  const next = last === undefined ? null : `${last.run.firstUs}-${last.id}`;
  return { found: { items, next } };
}

async function detections(
  store: FleetStore,
  words: URLSearchParams,
  page: Page,
): Promise<FleetAnswer> {
  const cursor = words.get('cursor');
  if (cursor !== null && !/^\d{1,16}$/.test(cursor)) return { wrong: 'cursor is none of ours' };
  const items = await store.detections({
    ...given(words, 'agent', 'container'),
    ...(words.has('priority') ? { priorities: words.getAll('priority') } : {}),
    ...(cursor === null ? {} : { beforeId: Number(cursor) }),
    ...page,
  });
  return { found: { items, next: items.length < page.limit ? null : String(items.at(-1)?.id) } };
}

async function exposed(
  store: FleetStore,
  words: URLSearchParams,
  page: Page,
): Promise<FleetAnswer> {
  const asked = words.get('question') ?? '';
  const skip = Number(words.get('skip') ?? 0);
  if (!Number.isSafeInteger(skip) || skip < 0) return { wrong: 'skip is a number' };
  const part = { skip, ...page };
  if (/^[A-Z][\w-]{2,63}$/i.test(asked)) {
    return { found: await store.exposed({ kind: 'advisory', id: asked }, part) };
  }
  const purl = asked.startsWith('pkg:') ? parsePurl(asked) : null;
  if (purl === null) return { wrong: 'question is an advisory or a package URL' };
  const question = {
    kind: 'package',
    type: purl.type,
    name: purl.name,
    version: purl.version ?? null,
  } as const;
  return { found: await store.exposed(question, part) };
}
