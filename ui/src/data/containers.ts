// All containers that the page knows, alive and dead: asked for page by page, kept fresh by events.
import { signal } from '@preact/signals';
import type { ContainerView, Page } from './answers.ts';
import { ask, type Problem } from './client.ts';
import { rested } from './rested.ts';

/** Containers that a page holds; beyond it the newest are shown and the page says so. */
const containersHeld = 10_000;
const pageSize = 1000;

export interface Fleet {
  readonly state: 'loading' | 'ready' | 'failed';
  readonly problem: Problem | null;
  /** There are more than the page holds. */
  readonly isCut: boolean;
  readonly byId: ReadonlyMap<string, ContainerView>;
}

export const fleet = signal<Fleet>({
  state: 'loading',
  problem: null,
  isCut: false,
  byId: new Map(),
});

let isAsking = false;

/** Loads all pages: the newest are shown at once, the rest together, so that little is drawn twice. */
export async function loadContainers(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  const rest: ContainerView[] = [];
  let cursor: string | null = null;
  let count = 0;
  let problem: Problem | null = null;
  do {
    // The first picture is drawn before more is asked for.
    if (cursor !== null) await rested();
    const words: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await ask<Page<ContainerView>>(`/containers?limit=${pageSize}${words}`);
    if (answer.kind !== 'ready') {
      problem = answer.kind === 'failed' ? answer.problem : null;
      break;
    }
    const { items, next } = answer.value;
    if (cursor === null) takeContainers(items);
    else rest.push(...items);
    cursor = next;
    count += items.length;
  } while (cursor !== null && count < containersHeld);
  takeContainers(rest);
  const state = problem === null ? 'ready' : 'failed';
  fleet.value = { ...fleet.value, state, problem, isCut: cursor !== null };
  isAsking = false;
}

/** Puts new and changed ones in; the page keeps its bound by forgetting the first that died. */
export function takeContainers(changed: readonly ContainerView[]): void {
  if (changed.length === 0) return;
  const byId = new Map(fleet.value.byId);
  for (const one of changed) byId.set(one.id, one);
  if (byId.size > containersHeld) {
    const dead = [...byId.values()]
      .filter(({ running }) => !running)
      .sort((a, b) => (a.lastSeen < b.lastSeen ? -1 : 1));
    for (const { id } of dead.slice(0, byId.size - containersHeld)) byId.delete(id);
  }
  fleet.value = { ...fleet.value, byId };
}
