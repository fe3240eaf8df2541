import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { limits } from '../../base/limits.ts';
import type { RuntimeEvent } from '../../model/event.ts';
import { techniqueOf } from '../catalog/index.ts';
import { type Detection, detectionJson } from '../rules/index.ts';
import {
  eventOf,
  fileOf,
  processOf,
  readOf,
  shellChild,
  shop,
  socketTo,
} from './fixtures/events.ts';
import { PatternWatch, patterns } from './index.ts';
import { questionOf } from './pattern-network.ts';

const msNs = 1_000_000n;

interface Sequence {
  readonly count: number;
  /** Between two events. */
  readonly everyMs: number;
  readonly event: (index: number) => RuntimeEvent;
}

function run(
  { count, everyMs, event }: Sequence,
  watch = new PatternWatch({ hostname: 'h' }),
): readonly Detection[] {
  return Array.from({ length: count }, (_, index) => {
    const timeNs = 1_000_000_000n + BigInt(Math.round(index * everyMs * 1000)) * 1000n;
    return watch.observe({ ...event(index), timeNs });
  }).flat();
}

function rename(before: string, after: string): RuntimeEvent {
  return eventOf('renameat2', {
    arguments: new Map([
      ['oldpath', before],
      ['newpath', after],
    ]),
  });
}

function dnsQuestion(...labels: readonly string[]): Uint8Array {
  const name = labels.map((label) => `${String.fromCharCode(label.length)}${label}`).join('');
  const head = '\u0001\u0002\u0001\u0000\u0000\u0001\u0000\u0000\u0000\u0000\u0000\u0000';
  return Buffer.from(`${head}${name}\u0000\u0000\u0001\u0000\u0001`, 'latin1');
}

function lookUp(...labels: readonly string[]): RuntimeEvent {
  const descriptor = { ...socketTo('10.0.0.10', 53), protocol: 'udp' as const };
  return eventOf('sendto', { descriptor, buffer: dnsQuestion(...labels) });
}

const connect = (address: string, port: number): RuntimeEvent =>
  eventOf('connect', { descriptor: socketTo(address, port), result: -111 });

const calls = ['setns', 'mount', 'bpf', 'ptrace', 'unshare'];
const keys = ['.aws/credentials', '.ssh/id_rsa', '.kube/config', '.netrc', '.npmrc', '.pgpass'];
const hex = (index: number): string => index.toString(16).padStart(40, 'a');

/** Too many, and nearly the same but not: slower, fewer, the same thing again, honest. */
const cases: Readonly<Record<string, { fires: Sequence; quiet: readonly Sequence[] }>> = {
  'port-scan': {
    fires: { count: 40, everyMs: 20, event: (index) => connect('10.0.0.5', 1000 + index) },
    quiet: [
      { count: 40, everyMs: 1000, event: (index) => connect('10.0.0.5', 1000 + index) },
      { count: 500, everyMs: 5, event: () => connect('10.0.0.5', 5432) },
      { count: 19, everyMs: 5, event: (index) => connect('10.0.0.5', 1000 + index) },
    ],
  },
  'host-sweep': {
    fires: { count: 60, everyMs: 20, event: (index) => connect(`10.0.0.${index}`, 22) },
    quiet: [
      { count: 200, everyMs: 20, event: (index) => connect(`10.0.0.${index}`, 443) },
      { count: 60, everyMs: 2000, event: (index) => connect(`10.0.0.${index}`, 8080) },
    ],
  },
  'login-guessing-out': {
    fires: { count: 40, everyMs: 500, event: () => connect('10.0.0.5', 22) },
    quiet: [
      { count: 200, everyMs: 100, event: () => connect('10.0.0.5', 5432) },
      { count: 29, everyMs: 500, event: () => connect('10.0.0.5', 22) },
    ],
  },
  'login-guessing-in': {
    fires: {
      count: 40,
      everyMs: 500,
      event: () =>
        eventOf('accept4', {
          process: processOf('sshd', { container: null }),
          descriptor: {
            ...socketTo('203.0.113.9', 51_000),
            local: { address: '10.0.0.1', port: 22, hostName: null },
            isServer: true,
          },
        }),
    },
    quiet: [
      {
        count: 200,
        everyMs: 10,
        event: () =>
          eventOf('accept4', {
            descriptor: {
              ...socketTo('203.0.113.9', 51_000),
              local: { address: '10.0.0.1', port: 443, hostName: null },
            },
          }),
      },
    ],
  },
  'name-tunnel': {
    fires: { count: 40, everyMs: 200, event: (index) => lookUp(hex(index), 'evil', 'example') },
    quiet: [
      { count: 400, everyMs: 20, event: (index) => lookUp(`api${index}`, 'shop', 'example') },
      { count: 400, everyMs: 20, event: () => lookUp(hex(1), 'cdn', 'example') },
    ],
  },
  encryption: {
    fires: {
      count: 60,
      everyMs: 50,
      event: (index) => rename(`/data/f${index}.doc`, `/data/f${index}.doc.locked`),
    },
    quiet: [
      {
        count: 400,
        everyMs: 5,
        event: (index) => rename(`/usr/bin/x${index}.dpkg-new`, `/usr/bin/x${index}`),
      },
      {
        count: 400,
        everyMs: 5,
        event: (index) => rename(`/var/log/x${index}.log`, `/var/log/x${index}.log.1`),
      },
      { count: 60, everyMs: 1000, event: (index) => rename(`/d/${index}`, `/d/${index}.locked`) },
    ],
  },
  'mass-removal': {
    fires: {
      count: 1200,
      everyMs: 1,
      event: (index) => eventOf('unlinkat', { arguments: new Map([['name', `/data/f${index}`]]) }),
    },
    quiet: [
      {
        count: 5000,
        everyMs: 1,
        event: (index) =>
          eventOf('unlinkat', { arguments: new Map([['name', `/app/node_modules/f${index}`]]) }),
      },
    ],
  },
  'refused-opens': {
    fires: { count: 60, everyMs: 10, event: (index) => readOf(`/root/f${index}`, { result: -13 }) },
    quiet: [
      { count: 500, everyMs: 10, event: (index) => readOf(`/usr/lib/f${index}`, { result: -2 }) },
      { count: 500, everyMs: 10, event: () => readOf('/root/f', { result: -13 }) },
    ],
  },
  'credential-search': {
    fires: {
      count: 6,
      everyMs: 100,
      event: (index) => readOf(`/root/${keys[index]}`, { result: -2 }),
    },
    quiet: [
      { count: 100, everyMs: 10, event: () => readOf('/root/.aws/credentials') },
      { count: 100, everyMs: 10, event: (index) => readOf(`/app/config/${index}.json`) },
    ],
  },
  'start-flood': {
    fires: { count: 4000, everyMs: 1, event: () => eventOf('execve') },
    quiet: [{ count: 4000, everyMs: 10, event: () => eventOf('execve') }],
  },
  'privilege-probe': {
    fires: {
      count: 5,
      everyMs: 100,
      event: (index) => eventOf(calls[index] ?? '', { result: -1 }),
    },
    quiet: [
      { count: 50, everyMs: 10, event: () => eventOf('ptrace', { result: -1 }) },
      { count: 5, everyMs: 100, event: (index) => eventOf(calls[index] ?? '', { result: 0 }) },
    ],
  },
};

describe.each(patterns)('$id', ({ id, rule, threshold, onHost, techniques }) => {
  const { fires, quiet } = present(cases[id]);

  test('is told once, as a detection', () => {
    const found = run(fires);
    expect(found.map((one) => one.rule)).toEqual([rule]);
    const detection = present(found[0]);
    expect(detection.outputFields.get('pattern.count')).toBe(threshold.count);
    expect(detection.tags).toEqual(detection.tags.toSorted());
    for (const technique of techniques) expect(techniqueOf(technique)?.id).toBe(technique);
    const json = JSON.parse(detectionJson(detection)) as Record<string, unknown>;
    expect(json).toMatchObject({ hostname: 'h', rule, source: 'syscall' });
  });

  test('near misses stay quiet', () => {
    for (const sequence of quiet) {
      expect(run(sequence).filter((one) => one.rule === rule)).toEqual([]);
    }
  });

  test('thresholds, exceptions and the switch are heard', () => {
    const slow = new PatternWatch({
      hostname: 'h',
      settings: { [id]: { count: threshold.count * 100 } },
    });
    expect(run(fires, slow)).toEqual([]);
    expect(
      run(fires, new PatternWatch({ hostname: 'h', settings: { [id]: { enabled: false } } })),
    ).toEqual([]);
    const excepted = { [id]: { exceptImages: ['docker.io/acme/shop'] } };
    const found = run(fires, new PatternWatch({ hostname: 'h', settings: excepted }));
    expect(found).toHaveLength(id === 'login-guessing-in' ? 1 : 0);
  });

  test(`counts on the host: ${onHost}`, () => {
    const process = shellChild('cat', { container: null });
    const found = run({ ...fires, event: (index) => ({ ...fires.event(index), process }) });
    expect(found).toHaveLength(onHost ? 1 : 0);
  });
});

test('containers are counted apart', () => {
  const event = (index: number): RuntimeEvent => ({
    ...connect('10.0.0.5', 1000 + index),
    process: processOf('x', { container: { ...shop, id: `c${index % 3}` } }),
  });
  expect(run({ count: 57, everyMs: 10, event })).toEqual([]);
  expect(run({ count: 60, everyMs: 10, event })).toHaveLength(3);
});

test('a long attack is told once a window', () => {
  const event = (index: number): RuntimeEvent => connect('10.0.0.5', index % 60_000);
  const found = run({ count: 3000, everyMs: 10, event });
  expect(found.length).toBeGreaterThanOrEqual(3);
  expect(found.length).toBeLessThanOrEqual(4);
});

test('memory is bounded under a flood', () => {
  const watch = new PatternWatch({ hostname: 'h' });
  for (let index = 0; index < 40_000; index += 1) {
    const container = { ...shop, id: `c${index % 50}` };
    const address = `10.${index % 200}.${Math.floor(index / 200) % 200}.1`;
    const event = { ...connect(address, 7000), process: processOf('x', { container }) };
    watch.observe({ ...event, timeNs: BigInt(index) * msNs * 1000n });
  }
  expect(watch.size).toBeLessThanOrEqual(limits.patternWindows);
});

test('damaged questions are no questions', () => {
  const whole = dnsQuestion('abc', 'example');
  expect(questionOf(whole)).toEqual(['abc', 'example']);
  expect(questionOf(whole.subarray(0, 15))).toBeNull();
  expect(questionOf(new Uint8Array(0))).toBeNull();
  expect(questionOf(Buffer.alloc(80, 0xff))).toBeNull();
});

test('events without facts do no harm', () => {
  const watch = new PatternWatch({ hostname: 'h' });
  for (const { types } of patterns) {
    for (const type of types) {
      const bare = eventOf(type, { process: processOf('x'), descriptor: null, result: null });
      expect(watch.observe(bare)).toEqual([]);
      expect(watch.observe({ ...bare, process: null, descriptor: fileOf('') })).toEqual([]);
    }
  }
  expect(watch.wants('close')).toBe(false);
});
