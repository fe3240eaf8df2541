import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytes, addressText } from './address.ts';
import { eventFacts, eventNumber } from './event-table.ts';
import { machine, read, written } from './fixtures/capture.ts';
import { connection, eventOf } from './fixtures/scene.ts';
import { CaptureReader, CaptureWriter } from './index.ts';

describe('hostile captures', () => {
  const honest = written([eventOf('execve'), eventOf('connect', { descriptor: connection })]);
  const base = honest;

  test('come in any pieces', () => {
    const whole = read(honest);
    for (const size of [1, 3, 7, 64, 1000]) {
      const pieces = read(honest, size);
      expect(pieces.counts).toEqual(whole.counts);
      expect(pieces.events.map(({ type }) => type)).toEqual(['execve', 'connect']);
    }
  });

  test('what was before a cut stays valid, and the cut has its place', () => {
    const whole = read(honest);
    const { events, counts } = read(honest.subarray(0, honest.length - 5));
    expect(events).toHaveLength(whole.events.length - 1);
    expect(counts.problems).toEqual([
      { offset: expect.any(Number), reason: 'it ends in the middle of a block' },
    ]);
  });

  test.each([
    ['nothing', Buffer.alloc(0), 'it is empty'],
    ['text', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'it is no capture'],
    ['zeros', Buffer.alloc(64), 'it is no capture'],
    ['a huge block', Buffer.from('0a0d0d0affffffff', 'hex'), 'a block of 4294967295 bytes'],
    ['a tiny block', Buffer.from('0a0d0d0a04000000', 'hex'), 'a block of 4 bytes'],
  ])('%s', (_, bytes, reason) => {
    const { counts } = read(bytes);
    expect(counts.problems[0]?.reason).toContain(reason);
  });

  test('flipped bytes and cuts never make it throw', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: base.length - 1 }), fc.nat({ max: 255 })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.nat({ max: base.length }),
        (flips, length) => {
          const bytes = Uint8Array.from(base);
          for (const [at, value] of flips) bytes[at] = value;
          const { events } = read(bytes.subarray(0, length));
          for (const event of events) expect(event.arguments.size).toBeLessThan(100);
        },
      ),
      { seed: 21, numRuns: 60 },
    );
  });

  test('random parameters of every event never make it throw', () => {
    const writer = new CaptureWriter();
    const head = writer.head(machine, []);
    fc.assert(
      fc.property(
        fc.nat({ max: 440 }),
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 32 }),
        (number, parameters) => {
          const reader = new CaptureReader();
          for (const _ of reader.push(head)) continue;
          const bytes = parameters.reduce((sum, { length }) => sum + length + 2, 26);
          const event = Buffer.alloc(2 + bytes);
          event.writeBigUInt64LE(100n, 10);
          event.writeUInt32LE(bytes, 18);
          event.writeUInt16LE(number, 22);
          event.writeUInt32LE(parameters.length, 24);
          parameters.forEach(({ length }, index) => {
            event.writeUInt16LE(length, 28 + index * 2);
          });
          Buffer.concat(parameters).copy(event, 28 + parameters.length * 2);
          const padded = Buffer.concat([event, Buffer.alloc((4 - (event.length % 4)) % 4)]);
          const length = Buffer.alloc(4);
          length.writeUInt32LE(padded.length + 12);
          const type = Buffer.from('16020000', 'hex');
          for (const one of reader.push(Buffer.concat([type, length, padded, length]))) {
            expect([...one.arguments].length).toBeLessThan(100);
          }
          expect(reader.end().problems.map(({ reason }) => reason)).toEqual([]);
        },
      ),
      { seed: 22, numRuns: 300 },
    );
  });
});

describe('the table of events', () => {
  test.each([
    [2, 'open', false],
    [3, 'open', true],
    [22, 'connect', false],
    [222, 'clone', false],
    [234, 'procinfo', false],
    [272, 'container', false],
    [293, 'execve', true],
    [307, 'openat', true],
    [327, 'openat2', true],
    [419, 'newfstatat', true],
    [424, 'delete_module', false],
  ])('%i is %s', (number, name, isReturn) => {
    expect(eventFacts(number)).toMatchObject({ name, isReturn });
  });

  test('has the 41 types of the official rules', () => {
    const types = `accept accept4 bpf chmod connect creat dup dup2 dup3 execve execveat fchmod
      fchmodat finit_module init_module link linkat listen mkdir mkdirat open openat openat2 ptrace
      recvfrom recvmsg rename renameat renameat2 rmdir sendmsg sendto setns setuid socket symlink
      symlinkat unlink unlinkat unshare userfaultfd`.split(/\s+/);
    expect(types).toHaveLength(41);
    for (const type of types) expect(eventNumber(type), type).not.toBeNull();
  });

  test('addresses are written and read alike', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const bytes = addressBytes(text);
        if (bytes === null) throw new Error(text);
        const again = addressBytes(addressText(bytes));
        expect([...(again ?? [])]).toEqual([...bytes]);
      }),
      { seed: 23, numRuns: 200 },
    );
    expect(addressText(Uint8Array.from([32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]))).toBe(
      '2001:db8::1',
    );
  });
});
