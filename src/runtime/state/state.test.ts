import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DescriptorFacts } from '../../model/event.ts';
import { RuntimeState, unnamedContainer } from './index.ts';

const names = {
  user: (id: number) => (id === 0 ? 'root' : null),
  group: () => null,
};

function key(pid: number, start = 1): { pid: number; start: number } {
  return { pid, start };
}

function file(number: number, name: string): DescriptorFacts {
  return {
    number,
    kind: 'file',
    name,
    rawName: null,
    nameChanged: null,
    connected: null,
    protocol: null,
    local: null,
    remote: null,
    isServer: null,
  };
}

function open(state: RuntimeState, pid: number, number: number, closesOnExec = false): void {
  const descriptor = file(number, `/f${number}`);
  state.opened({ key: key(pid), number, descriptor, closesOnExec });
}

function small(processes = 8, dead = 4): RuntimeState {
  return new RuntimeState({ names, limits: { processes, dead, descriptors: 100 } });
}

describe('processes', () => {
  test('a child is a copy of its parent until it says otherwise', () => {
    const state = small();
    state.seen({
      key: key(1),
      description: { name: 'sshd', userId: 0, workingDirectory: '/', capabilitiesEffective: 3n },
    });
    state.forked({ parent: key(1), child: key(2) });
    expect(state.process(key(2))).toMatchObject({
      name: 'sshd',
      parentPid: 1,
      user: { id: 0, name: 'root' },
      capabilitiesEffective: ['CAP_CHOWN', 'CAP_DAC_OVERRIDE'],
      parent: { pid: 1, name: 'sshd' },
    });
    state.executed({ key: key(2), description: { name: 'bash', arguments: ['-c', 'id'] } });
    expect(state.process(key(2))).toMatchObject({ name: 'bash', workingDirectory: '/' });
    expect(state.process(key(1))?.name).toBe('sshd');
  });

  test('its number inside a pid namespace is its own', () => {
    const state = small();
    state.seen({ key: key(7), description: { namespacePid: 7 } });
    state.seen({ key: key(8), description: { namespacePid: 1 } });
    state.forked({ parent: key(7), child: key(9) });
    state.forked({ parent: key(8), child: key(10) });
    expect(state.process(key(9))?.namespacePid).toBe(9);
    expect(state.process(key(10))?.namespacePid).toBeNull();
  });

  test('facts are shared between events and made again when an ancestor changes', () => {
    const state = small();
    state.seen({ key: key(1), description: { name: 'a' } });
    state.forked({ parent: key(1), child: key(2) });
    state.forked({ parent: key(2), child: key(3) });
    const before = state.process(key(3));
    expect(state.process(key(3))).toBe(before);
    expect(state.process(key(2))).toBe(before?.parent);
    state.described(key(1), { name: 'b' });
    expect(state.process(key(3))?.parent?.parent?.name).toBe('b');
    expect(before?.parent?.parent?.name).toBe('a');
  });

  test('threads have the facts of their process with their own number', () => {
    const state = small();
    state.seen({ key: key(1), description: { name: 'java' } });
    expect(state.process(key(1), 7)).toMatchObject({ pid: 1, tid: 7, name: 'java' });
    expect(state.process(key(1), 7)).toBe(state.process(key(1), 7));
  });

  test('a number that comes again is another process', () => {
    const state = small();
    state.seen({ key: key(5, 10), description: { name: 'old' } });
    state.seen({ key: key(6, 11), parent: key(5, 10), description: { name: 'child' } });
    open(state, 5, 3);
    state.seen({ key: key(5, 20), description: { name: 'new' } });
    expect(state.process(key(5, 20))?.name).toBe('new');
    expect(state.descriptor(key(5, 20), 3)).toBeNull();
    expect(state.process(key(5, 10))).toBeNull();
    expect(state.process(key(6, 11))?.parent?.name).toBe('old');
  });

  test('a parent stays known to its children after its death', () => {
    const state = small(8, 1);
    state.seen({ key: key(1), description: { name: 'cron' } });
    state.forked({ parent: key(1), child: key(2), description: { name: 'sh' } });
    state.forked({ parent: key(2), child: key(3), description: { name: 'nc' } });
    state.exited(key(1));
    state.exited(key(2));
    expect(state.process(key(1))).toBeNull();
    const chain = state.process(key(3));
    expect([chain?.parent?.name, chain?.parent?.parent?.name]).toEqual(['sh', 'cron']);
  });

  test('the kernel may give it another parent', () => {
    const state = small();
    state.seen({ key: key(1), description: { name: 'init' } });
    state.forked({ parent: key(1), child: key(2), description: { name: 'runc' } });
    state.forked({ parent: key(2), child: key(3), description: { name: 'app' } });
    state.executed({ key: key(3), parent: key(1), description: { name: 'nginx' } });
    expect(state.process(key(3))).toMatchObject({ parentPid: 1, parent: { name: 'init' } });
  });

  test('the dead leave before the living, and losses are told', () => {
    const state = small(4, 4);
    for (const pid of [1, 2, 3, 4]) state.seen({ key: key(pid), description: {} });
    state.exited(key(3));
    state.seen({ key: key(5), description: {} });
    expect(state.process(key(3))).toBeNull();
    expect(state.losses.processes).toBe(0);
    state.seen({ key: key(6), description: {} });
    expect(state.losses.processes).toBe(1);
    expect(state.size).toBe(4);
  });

  test('a chain of processes that fork and die does not grow for ever', () => {
    const state = small(8, 2);
    state.seen({ key: key(1), description: { name: 'worm' } });
    for (let pid = 1; pid < 2000; pid += 1) {
      state.forked({ parent: key(pid), child: key(pid + 1) });
      state.exited(key(pid));
    }
    let length = 0;
    for (let one = state.process(key(2000)); one !== null; one = one.parent) length += 1;
    expect(length).toBeGreaterThan(60);
    expect(length).toBeLessThan(70);
  });

  test('the leader of the session gives its name', () => {
    const state = small();
    state.seen({ key: key(1), description: { name: 'bash', namespacePid: 1, sessionId: 1 } });
    state.forked({ parent: key(1), child: key(9), description: { namespacePid: 4, name: 'ls' } });
    expect(state.process(key(9))?.sessionName).toBe('bash');
  });
});

describe('containers', () => {
  test('what is learnt later is known to all processes', () => {
    const state = small();
    state.seen({ key: key(1), description: { name: 'nginx', containerId: 'abc' } });
    state.forked({ parent: key(1), child: key(2) });
    expect(state.process(key(2))?.container).toEqual(unnamedContainer('abc'));
    state.contained({ ...unnamedContainer('abc'), name: 'web' });
    expect(state.process(key(2))?.container?.name).toBe('web');
    state.described(key(2), { containerId: null });
    expect(state.process(key(2))?.container).toBeNull();
    expect(state.process(key(1))?.container?.name).toBe('web');
  });
});

describe('descriptors', () => {
  test('a child has its own from the fork on', () => {
    const state = small();
    open(state, 1, 3);
    state.forked({ parent: key(1), child: key(2) });
    open(state, 2, 4);
    state.closed(key(2), 3);
    expect(state.descriptor(key(1), 3)?.name).toBe('/f3');
    expect(state.descriptor(key(1), 4)).toBeNull();
    expect(state.descriptor(key(2), 3)).toBeNull();
  });

  test('cloned with CLONE_FILES they are the same ones until exec', () => {
    const state = small();
    open(state, 1, 3);
    state.forked({ parent: key(1), child: key(2), sharesDescriptors: true });
    open(state, 2, 4);
    expect(state.descriptor(key(1), 4)?.name).toBe('/f4');
    state.exited(key(1));
    expect(state.descriptor(key(2), 3)?.name).toBe('/f3');
    state.executed({ key: key(2), description: {} });
    expect(state.descriptor(key(2), 4)?.name).toBe('/f4');
  });

  test('exec closes what asked for it', () => {
    const state = small();
    open(state, 1, 3, true);
    open(state, 1, 4);
    state.duplicated({ key: key(1), from: 3, to: 0, closesOnExec: false });
    state.executed({ key: key(1), description: {} });
    expect(state.descriptor(key(1), 3)).toBeNull();
    expect(state.descriptor(key(1), 4)?.name).toBe('/f4');
    expect(state.descriptor(key(1), 0)).toMatchObject({ number: 0, name: '/f3' });
  });

  test('bounds are told, and what is released can be used again', () => {
    const state = new RuntimeState({ names, limits: { processes: 9, dead: 9, descriptors: 2 } });
    for (const number of [3, 4, 5]) open(state, 1, number);
    expect(state.losses.descriptors).toBe(1);
    state.exited(key(1));
    open(state, 2, 3);
    open(state, 2, 4);
    expect(state.losses.descriptors).toBe(1);
  });

  test('are those of a simple model, whatever happens', () => {
    const pid = fc.integer({ min: 1, max: 4 });
    const number = fc.integer({ min: 0, max: 5 });
    const step = fc.oneof(
      fc.record({ kind: fc.constant('open' as const), pid, number, closes: fc.boolean() }),
      fc.record({ kind: fc.constant('close' as const), pid, number }),
      fc.record({ kind: fc.constant('dup' as const), pid, number, to: number }),
      fc.record({ kind: fc.constant('fork' as const), pid, child: pid }),
      fc.record({ kind: fc.constant('exec' as const), pid }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const state = new RuntimeState({ names });
        const model = new Map<number, Map<number, { name: string; closes: boolean }>>();
        const tableOf = (one: number): Map<number, { name: string; closes: boolean }> => {
          const found = model.get(one) ?? new Map();
          model.set(one, found);
          return found;
        };
        let start = 1;
        const starts = new Map([1, 2, 3, 4].map((one) => [one, start]));
        const at = (one: number): { pid: number; start: number } => key(one, starts.get(one));
        for (const one of [1, 2, 3, 4]) state.seen({ key: at(one), description: {} });
        for (const [index, one] of steps.entries()) {
          const table = tableOf(one.pid);
          if (one.kind === 'open') {
            const descriptor = file(one.number, `/${index}`);
            const { number: opened, closes } = one;
            state.opened({ key: at(one.pid), number: opened, descriptor, closesOnExec: closes });
            table.set(opened, { name: `/${index}`, closes });
          } else if (one.kind === 'close') {
            state.closed(at(one.pid), one.number);
            table.delete(one.number);
          } else if (one.kind === 'dup') {
            const { number: from, to } = one;
            state.duplicated({ key: at(one.pid), from, to, closesOnExec: false });
            const found = table.get(from);
            if (from !== to && found === undefined) table.delete(to);
            else if (from !== to && found !== undefined) table.set(to, { ...found, closes: false });
          } else if (one.kind === 'exec') {
            state.executed({ key: at(one.pid), description: {} });
            for (const [opened, { closes }] of table) if (closes) table.delete(opened);
          } else if (one.child !== one.pid) {
            start += 1;
            starts.set(one.child, start);
            state.forked({ parent: at(one.pid), child: at(one.child) });
            model.set(one.child, new Map(table));
          }
        }
        for (const one of [1, 2, 3, 4]) {
          const known = [...state.descriptors(at(one))].map(
            ([opened, { facts }]) => [opened, facts.name] as const,
          );
          const expected = [...tableOf(one)].map(([opened, { name }]) => [opened, name] as const);
          expect(new Map(known)).toEqual(new Map(expected));
        }
        expect(state.losses).toEqual({ processes: 0, descriptors: 0 });
      }),
      { seed: 5, numRuns: 200 },
    );
  });
});
