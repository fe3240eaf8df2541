// Events of a real containerd, and what no containerd would send.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasContainerd, type NamingLab, openNamingLab, until } from '../../../test/naming-lab.ts';
import { type ContainerdEvent, containerdEvents, readMessage, textField } from './index.ts';

describe('messages', () => {
  test('numbers and texts by field; the last one counts', () => {
    const data = Uint8Array.from([
      0x08, 0x96, 0x01, 0x12, 0x02, 0x68, 0x69, 0x18, 0x01, 0x18, 0x02,
    ]);
    const message = readMessage(data);
    expect([...message.numbers]).toEqual([
      [1, 150n],
      [3, 2n],
    ]);
    expect(textField(message, 2)).toBe('hi');
    expect(textField(message, 9)).toBe('');
  });

  test('anything else ends where it is strange', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
        const { bytes } = readMessage(data);
        for (const part of bytes.values()) expect(part.length).toBeLessThanOrEqual(data.length);
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});

describe.skipIf(!hasContainerd)(
  `events${hasContainerd ? '' : ' (needs root and containerd)'}`,
  () => {
    let lab: NamingLab;
    beforeAll(() => {
      lab = openNamingLab('containerd');
    });
    afterAll(() => lab?.close());

    test('a container that no Docker engine made: created, started, ended with its code', async () => {
      const told: ContainerdEvent[] = [];
      const stopping = new AbortController();
      const following = (async () => {
        for await (const event of containerdEvents(stopping.signal)) told.push(event);
      })();
      const id = `${lab.prefix}-one`;
      const ctr = (...words: readonly string[]) => lab.command('ctr', '-n', lab.prefix, ...words);
      try {
        await until(() => told.length > 0);
        await ctr('images', 'import', `${lab.folder}/image.tar`);
        await ctr('run', '--rm', lab.reference, id, '/bin/seven').catch(() => undefined);
        const own = () => told.filter((one) => one.kind !== 'connected' && one.id === id);
        await until(() => own().length === 3);
        expect(own()).toMatchObject([
          { kind: 'created', namespace: lab.prefix, image: lab.reference },
          { kind: 'started', namespace: lab.prefix },
          { kind: 'ended', namespace: lab.prefix, exitCode: 7 },
        ]);
      } finally {
        stopping.abort();
        await following;
        await ctr('images', 'rm', '--sync', lab.reference).catch(() => undefined);
        await lab.command('ctr', 'namespaces', 'rm', lab.prefix).catch(() => undefined);
      }
    });

    test('no socket, no right: said with what is missing', async () => {
      const events = containerdEvents(new AbortController().signal, `${lab.folder}/none.sock`);
      await expect(events.next()).rejects.toMatchObject({ code: 'not-found' });
    });
  },
);
