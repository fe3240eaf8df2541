// All containers that the page knows, alive and dead: asked for page by page, kept fresh by events.
import { signal } from '@preact/signals';
import type { ContainerView, Page } from './answers.ts';
import { ask, type Problem } from './client.ts';

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

/** Loads all pages; what has come is shown before the last one is there. */
export async function loadContainers(): Promise<void> {
  if (isAsking) return;
  isAsking = true;
  let cursor: string | null = null;
  do {
    const words: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await ask<Page<ContainerView>>(`/containers?limit=${pageSize}${words}`);
    if (answer.kind !== 'ready') {
      const problem = answer.kind === 'failed' ? answer.problem : null;
      fleet.value = { ...fleet.value, state: 'failed', problem };
      break;
    }
    cursor = answer.value.next;
    takeContainers(answer.value.items);
    const isFull = fleet.value.byId.size >= containersHeld;
    const isLast = cursor === null || isFull;
    fleet.value = {
      ...fleet.value,
      state: isLast ? 'ready' : 'loading',
      isCut: isFull && cursor !== null,
    };
    if (isLast) break;
  } while (cursor !== null);
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
