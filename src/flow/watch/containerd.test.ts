// Runs out of containerd's events, with containers of Docker and of pods' namespaces among them.
import { expect, test } from 'vitest';
import type { ContainerdEvent } from '../../host/containerd/index.ts';
import { createIdentifier, createLifecycle, type RunUpdate } from '../../host/naming/index.ts';
import { followContainerd } from './containerd.ts';

test('ids, images, starts, ends; a gap where containerd was away', async () => {
  const updates: RunUpdate[] = [];
  const gaps: string[] = [];
  const warned: string[] = [];
  const lifecycle = createLifecycle({
    node: 'n',
    workloadOf: () => ({ user: null, team: null, application: null, environment: null }),
    identifier: createIdentifier({ places: { docker: [], containerd: [], storage: [] } }),
    startOf: async () => null,
    onUpdate: (update) => void updates.push(update),
    nowNs: () => 0n,
  });
  const stopping = new AbortController();
  const created = (id: string, namespace: string, image: string): ContainerdEvent => {
    return { kind: 'created', id, namespace, image, atNs: 1n };
  };
  const rounds: ContainerdEvent[][] = [
    [
      { kind: 'connected' },
      created('web', 'k8s.io', 'shop/web:1'),
      created('pod', 'k8s.io', 'registry.k8s.io/pause:3.9'),
      created('docked', 'moby', ''),
      ...['web', 'pod', 'docked', 'stranger'].map(
        (id): ContainerdEvent => ({ kind: 'started', id, namespace: 'k8s.io', pid: 5, atNs: 2n }),
      ),
    ],
    [
      { kind: 'connected' },
      { kind: 'ended', id: 'web', namespace: 'k8s.io', exitCode: 3, atNs: 9n },
    ],
  ];
  const over = Promise.withResolvers<void>();
  async function* events(): AsyncGenerator<ContainerdEvent> {
    yield* rounds.shift() ?? [];
    if (rounds.length > 0) return;
    stopping.abort();
    over.resolve();
  }
  const pace = { now: () => 1000, random: () => 0, sleep: async () => undefined };
  const onGap = ({ why }: { readonly why: string }) => void gaps.push(why);
  const warn = (line: string) => void warned.push(line);
  const { signal } = stopping;
  expect(await followContainerd({ lifecycle, signal, onGap, warn, events, pace })).toBe(true);
  await over.promise;
  expect(
    updates.map((one) => (one.kind === 'gap' ? 'gap' : `${one.kind} ${one.run.identity.id}`)),
  ).toEqual(['named web', 'started web', 'ended web']);
  expect(updates.at(-1)).toMatchObject({
    run: { exitCode: 3, identity: { engine: 'containerd', image: { reference: 'shop/web:1' } } },
  });
  expect(gaps).toHaveLength(1);
  expect(warned[0]).toContain('not by name');
});
