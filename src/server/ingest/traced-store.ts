// The fleet's store with a span around each question and each commit.
import { traced } from '../../base/trace.ts';
import type { FleetStore } from '../../store/fleet/index.ts';

/** The same store; without tracing each call costs one function more. */
export function tracedStore(store: FleetStore): FleetStore {
  const entries = Object.entries(store).map(([name, value]: [string, unknown]) => {
    if (typeof value !== 'function' || name === 'close') return [name, value] as const;
    const action = value as (...words: readonly unknown[]) => Promise<unknown>;
    const attributes = {
      'db.system.name': store.place.startsWith('postgres') ? 'postgresql' : 'sqlite',
    };
    const told = (...words: readonly unknown[]): Promise<unknown> =>
      traced(`store ${name}`, { kind: 'client', attributes }, () => action(...words));
    return [name, told] as const;
  });
  return Object.fromEntries(entries) as unknown as FleetStore;
}
