// Who asked for a container, with its name before and after its start.
import { describe, expect, test } from 'vitest';
import type { ContainerFacts, ProcessFacts, RuntimeEvent } from '../../model/event.ts';
import { unnamedContainer } from '../../runtime/state/index.ts';
import { AskerMemory } from './askers.ts';

const id = 'a'.repeat(64);
const second = 1_000_000_000n;
const facts = (name: string | null, image: string | null): ContainerFacts => ({
  ...unnamedContainer(id.slice(0, 12)),
  name,
  image,
});

function started(name: string, words: readonly string[], timeNs: bigint): RuntimeEvent {
  const user = { id: 1000, name: 'ann' };
  const subject = { name, arguments: words, user, pid: 42 } as unknown as ProcessFacts;
  return { type: 'execve', timeNs, process: subject } as unknown as RuntimeEvent;
}

describe('who asked', () => {
  const outer = 'b'.repeat(64);
  const client = started('docker', ['run', '--name', 'web', 'shop/web:1'], second);
  const by = { user: 'ann', command: 'docker run --name web shop/web:1', pid: 42 };

  test.each([
    [facts('web', null), by],
    [facts('other', 'shop/web:1'), by],
    [facts('other', 'docker.io/shop/web:1'), by],
    [facts('other', 'shop/web:2'), null],
    [facts(null, null), null],
  ])('%#: by name or image', (container, told) => {
    const memory = new AskerMemory();
    memory.seen(client, null);
    expect(memory.began(id, container, { atNs: 2n * second, within: null })).toEqual(told);
  });

  test('a name that comes after the start tells it, once', () => {
    const memory = new AskerMemory();
    memory.seen(client, outer);
    expect(memory.began(id, null, { atNs: 2n * second, within: outer })).toBeNull();
    expect(memory.named(id, facts(null, null))).toBeNull();
    expect(memory.named(id, facts('web', null))).toEqual(by);
    expect(memory.named(id, facts('web', null))).toBeNull();
  });

  test('what is said in one container asks for nothing in another', () => {
    const memory = new AskerMemory();
    memory.seen(client, outer);
    expect(memory.began(id, facts('web', null), { atNs: 2n * second, within: null })).toBeNull();
  });

  test('who said it long ago did not ask for this one', () => {
    const memory = new AskerMemory();
    memory.seen(client, null);
    const at = { atNs: 200n * second, within: null };
    expect(memory.began(id, facts('web', null), at)).toBeNull();
  });

  test('`docker ps web` asks for nothing', () => {
    const memory = new AskerMemory();
    memory.seen(started('docker', ['inspect', 'web'], second), null);
    const at = { atNs: 2n * second, within: null };
    expect(memory.began(id, facts('web', null), at)).toBeNull();
  });
});
