// Runs out of what is heard of them, in whatever order it comes.
import { describe, expect, test } from 'vitest';
import type { ContainerIdentity, Naming } from '../../model/container.ts';
import type { EngineContainer, Followed } from '../docker/index.ts';
import { bundleIdentity } from '../identity/index.ts';
import { createIdentifier, createLifecycle, type NamedContainer, type RunUpdate } from './index.ts';

function identityOf(id: string): ContainerIdentity {
  return { ...bundleIdentity({ id, engine: 'docker', oci: null }), name: `name of ${id}` };
}

function namedAs(id: string, naming: Naming, stamp: string): NamedContainer {
  return {
    identity: identityOf(id),
    naming,
    stamp,
    namedAtNs: 5n,
    heldMs: 0.2,
    bundle: `/b/${id}`,
    cgroupsPath: null,
    namespace: 'moby',
    exitFile: null,
    pidFile: null,
    engineFolder: null,
    isSandbox: false,
  };
}

function event(action: string, id: string, atNs: bigint, attributes = {}): Followed {
  return {
    kind: 'event',
    event: {
      kind: 'event',
      type: 'container',
      action,
      id,
      timeNanoseconds: atNs,
      attributes: new Map(Object.entries(attributes)),
    },
  };
}

function container(id: string, state: string): EngineContainer {
  return { id, state, names: [], image: '', imageId: '', createdAt: null, labels: new Map() };
}

function open(known: readonly string[] = [], starts: ReadonlyMap<string, bigint> = new Map()) {
  const updates: RunUpdate[] = [];
  const identifier = createIdentifier({ places: { docker: [], containerd: [], storage: [] } });
  for (const id of known) identifier.remember(identityOf(id));
  const lifecycle = createLifecycle({
    node: 'n1',
    workloadOf: () => ({ user: null, team: 'blue', application: null, environment: null }),
    identifier,
    onUpdate: (update) => void updates.push(update),
    nowNs: () => 1000n,
    startOf: async (id) => starts.get(id) ?? null,
  });
  const lines = (): readonly string[] =>
    updates.map((update) => {
      if (update.kind === 'gap') return 'gap';
      const { identity, naming, exitCode } = update.run;
      const words = [update.kind, identity.id, naming, update.atNs, exitCode];
      return (update.kind === 'told' ? [update.action, identity.id] : words).join(' ');
    });
  return { lifecycle, updates, lines };
}

describe('runs', () => {
  test('named before the start, started, ended: one run', async () => {
    const { lifecycle, lines, updates } = open();
    lifecycle.named(namedAs('a', 'before-start', '1'));
    await lifecycle.followed(event('create', 'a', 3n));
    await lifecycle.followed(event('start', 'a', 10n));
    expect(lifecycle.alive()).toMatchObject([{ node: 'n1', startedAtNs: 10n, endedAtNs: null }]);
    await lifecycle.followed(event('die', 'a', 20n, { exitCode: '137' }));
    expect(lines()).toEqual([
      'named a before-start 5 ',
      'started a before-start 10 ',
      'ended a before-start 20 137',
    ]);
    expect(updates[2]).toMatchObject({
      run: { workload: { team: 'blue' }, startedAtNs: 10n, endedAtNs: 20n, grade: null },
    });
    expect(updates[2]).not.toHaveProperty('run.stamp');
    expect(lifecycle.alive()).toEqual([]);
  });

  test('the engine’s create first, the namer’s word counts', async () => {
    const { lifecycle, lines } = open(['a']);
    await lifecycle.followed(event('create', 'a', 3n));
    lifecycle.named(namedAs('a', 'before-start', '1'));
    await lifecycle.followed(event('start', 'a', 10n));
    expect(lines()).toEqual(['named a after-start 3 ', 'started a before-start 10 ']);
  });

  test('a life that was over before the engine’s first word was looked up is one run', async () => {
    const { lifecycle, lines } = open(['a']);
    const created = lifecycle.followed(event('create', 'a', 3n));
    lifecycle.named(namedAs('a', 'before-start', '1'));
    lifecycle.started('a', 10n);
    lifecycle.ended('a', 20n, 0);
    await created;
    expect(lines()).toEqual([
      'named a before-start 5 ',
      'started a before-start 10 ',
      'ended a before-start 20 0',
    ]);
  });

  test('a restart is a second run, with and without the end of the first', async () => {
    const { lifecycle, lines } = open();
    lifecycle.named(namedAs('a', 'before-start', '1'));
    lifecycle.named(namedAs('a', 'before-start', '1'));
    await lifecycle.followed(event('die', 'a', 20n, { exitCode: '0' }));
    lifecycle.named(namedAs('a', 'before-start', '2'));
    lifecycle.named(namedAs('a', 'before-start', '3'));
    expect(lines()).toEqual([
      'named a before-start 5 ',
      'ended a before-start 20 0',
      'named a before-start 5 ',
      'ended a before-start 5 ',
      'named a before-start 5 ',
    ]);
  });

  test('events alone: named after the start; what is gone is named by its event', async () => {
    const { lifecycle, lines, updates } = open(['a']);
    await lifecycle.followed(event('start', 'a', 10n));
    await lifecycle.followed(
      event('die', 'gone', 30n, { image: 'i', name: 'n', exitCode: '1', l: 'v' }),
    );
    expect(lines()).toEqual([
      'named a after-start 10 ',
      'started a after-start 10 ',
      'named gone never 30 ',
      'ended gone never 30 1',
    ]);
    expect(updates[2]).toMatchObject({
      run: { identity: { name: 'n', image: { reference: 'i' }, labels: new Map([['l', 'v']]) } },
    });
  });

  test('after a gap what no longer runs has ended, at a time and with a code that nobody knows', async () => {
    const { lifecycle, lines } = open(['a', 'b', 'c']);
    await lifecycle.followed(event('start', 'a', 10n));
    await lifecycle.followed(event('start', 'b', 11n));
    await lifecycle.followed({ kind: 'gap', fromNs: 1n, toNs: 2n, reason: 'engine-away' });
    const containers = [
      container('a', 'exited'),
      container('b', 'running'),
      container('c', 'paused'),
    ];
    await lifecycle.followed({ kind: 'connected', engine: 'docker', containers });
    expect(lines().slice(4)).toEqual([
      'gap',
      'named c after-start 1000 ',
      'started c after-start 1000 ',
      'ended a after-start 1000 ',
    ]);
  });

  test('what another engine has, one of its own kind too, does not end with a connection', async () => {
    const starts = new Map([['inner', 7n]]);
    const { lifecycle, lines } = open([], starts);
    for (const id of ['inner', 'gone']) lifecycle.named(namedAs(id, 'before-start', id));
    const pod = namedAs('pod', 'before-start', 'pod');
    lifecycle.named({ ...pod, identity: { ...pod.identity, engine: 'podman' } });
    for (const id of ['inner', 'gone', 'pod']) lifecycle.started(id, 8n);
    await lifecycle.followed({ kind: 'connected', engine: 'docker', containers: [] });
    expect(lines().slice(6)).toEqual(['ended gone before-start 1000 ']);
  });

  test('what ran before anybody looked began when its first process did', async () => {
    const { lifecycle, updates } = open(['a', 'b'], new Map([['a', 7n]]));
    lifecycle.named(namedAs('c', 'after-start', '1'));
    lifecycle.named(namedAs('a', 'after-start', '1'));
    const containers = ['a', 'b'].map((id) => container(id, 'running'));
    await lifecycle.followed({ kind: 'connected', engine: 'docker', containers });
    const started = updates.filter(({ kind }) => kind === 'started');
    // Of b nobody knows better than that it runs now; of c not even that.
    expect(started).toMatchObject([
      { atNs: 7n, run: { identity: { id: 'a' }, startedAtNs: 7n } },
      { atNs: 1000n, run: { identity: { id: 'b' } } },
    ]);
  });

  test('one that the sensor saw first and the namer names later is one run', async () => {
    const { lifecycle, lines } = open([], new Map([['a', 7n]]));
    lifecycle.named({ ...namedAs('a', 'after-start', 'seen a'), bundle: '' });
    await lifecycle.followed({ kind: 'connected', engine: 'docker', containers: [] });
    lifecycle.named(namedAs('a', 'after-start', '1'));
    lifecycle.named({ ...namedAs('a', 'after-start', 'seen a'), bundle: '' });
    expect(lines()).toEqual(['named a after-start 5 ', 'started a after-start 7 ']);
  });

  test('the sensor sees the end before the engine tells its code', async () => {
    const { lifecycle, lines } = open();
    lifecycle.named(namedAs('a', 'before-start', '1'));
    lifecycle.started('a', 8n);
    await lifecycle.followed(event('start', 'a', 10n));
    lifecycle.ended('a', 19n, null);
    await lifecycle.followed(event('die', 'a', 20n, { exitCode: '3' }));
    lifecycle.ended('a', 21n, 4);
    expect(lines()).toEqual([
      'named a before-start 5 ',
      'started a before-start 8 ',
      'ended a before-start 19 ',
      'ended a before-start 19 3',
    ]);
  });

  test('what else is told: memory, pause, rename', async () => {
    const { lifecycle, lines } = open();
    lifecycle.named(namedAs('a', 'before-start', '1'));
    await lifecycle.followed(event('oom', 'a', 11n));
    await lifecycle.followed(event('pause', 'a', 12n));
    await lifecycle.followed(event('rename', 'a', 13n, { name: 'new' }));
    await lifecycle.followed(event('oom', 'nobody', 14n));
    expect(lines()).toEqual(['named a before-start 5 ', 'oom a', 'pause a', 'rename a']);
    expect(lifecycle.alive()).toMatchObject([{ identity: { name: 'new' } }]);
  });

  test('odd codes and strangers change nothing', async () => {
    const { lifecycle, lines } = open();
    lifecycle.named(namedAs('a', 'late', '1'));
    lifecycle.started('b', 1n);
    lifecycle.ended('b', 1n, 0);
    await lifecycle.followed(event('die', 'a', 20n, { exitCode: 'x'.repeat(50) }));
    await lifecycle.followed(event('destroy', 'a', 21n));
    expect(lines()).toEqual(['named a late 5 ', 'ended a late 20 ']);
  });
});
