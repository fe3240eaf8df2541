// The label of owners set into bodies of any shape, and names by which a proxy may be called.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelled, ownerLabel } from './ownership.ts';
import { screenRequest } from './screen.ts';

test('a label more, whatever the body is', () => {
  const value = fc.record({
    Image: fc.string(),
    Labels: fc.option(fc.dictionary(fc.stringMatching(/^[a-z{}[\],: ]{1,5}$/), fc.string())),
    HostConfig: fc.dictionary(fc.string(), fc.constant({ Labels: {} }), { maxKeys: 3 }),
  });
  fc.assert(
    fc.property(value, fc.integer({ min: 0, max: 2 }), (body, indent) => {
      const made = labelled(JSON.stringify(body, null, indent), 'b"ob');
      const wanted = { ...body, Labels: { ...body.Labels, [ownerLabel]: 'b"ob' } };
      expect(JSON.parse(made?.toString() ?? '')).toEqual(wanted);
    }),
    { seed: 5, numRuns: 200 },
  );
  expect(labelled('{}', 'a')?.toString()).toBe(`{"Labels":{"${ownerLabel}":"a"}}`);
  expect(labelled('{"Labels":null}', 'a')?.toString()).toBe(`{"Labels":{"${ownerLabel}":"a"}}`);
  expect(labelled('{"Labels":7}', 'a')).toBeNull();
});

test('names of loopback with and without a port', () => {
  const screen = (host: string) =>
    screenRequest(
      { method: 'GET', url: '/', rawHeaders: ['Host', host] },
      { isSocket: false, hosts: new Set(['localhost', '[::1]']) },
    );
  for (const host of ['localhost', 'LOCALHOST:1', '[::1]:2375', 'localhost.']) {
    expect([host, screen(host)]).toEqual([host, null]);
  }
  for (const host of ['', 'local', 'localhost:1:2', 'a@localhost', '[::2]', 'localhost/']) {
    expect(screen(host)?.status).toBe(421);
  }
});
