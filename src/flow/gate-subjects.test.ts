// Which kind a source is, by name and by shape; and hostile ones, which cost a bounded time.
import { describe, expect, test } from 'vitest';
import { noWaivers } from '../policy/index.ts';
import { gateSource } from './gate.ts';
import { isComposeName, isDockerfileName, looksLikeDockerfile } from './gate-subjects.ts';

const policy = {
  profiles: ['baseline', 'restricted', 'hardening'],
  minor: 30,
  waivers: noWaivers,
  onUnknown: 'deny',
} as const;

test.each([
  ['Dockerfile', true],
  ['a/Containerfile', true],
  ['Dockerfile.prod', true],
  ['web.dockerfile', true],
  ['Dockerfile.dockerignore', false],
  ['MyDockerfile', false],
  ['Dockerfile/a.yaml', false],
])('%s is a Dockerfile by its name: %j', (name, expected) => {
  expect(isDockerfileName(name)).toBe(expected);
});

test.each([
  ['compose.yaml', true],
  ['a/docker-compose.prod.yml', true],
  ['compose-dev.yml', true],
  ['decompose.yml', false],
])('%s is a Compose file by its name: %j', (name, expected) => {
  expect(isComposeName(name)).toBe(expected);
});

test.each([
  ['# c\n\nFROM a', true],
  ['ARG A=b\nFROM a', true],
  ['from: x\n', false],
  ['FROM x: y', false],
  ['apiVersion: v1', false],
  ['', false],
])('%j looks like a Dockerfile: %j', (text, expected) => {
  expect(looksLikeDockerfile(text)).toBe(expected);
});

const services = (text: string): string => `services:\n  a:\n    image: a:1\n${text}`;
const rows = (line: string, count: number): string => `${line}\n`.repeat(count);

describe('hostile Compose files are answered', () => {
  test.each([
    ['ten megabytes of ports', services(`    ports:\n${rows('      - "80:80"', 600_000)}`)],
    [
      'many services',
      `services:\n${rows('', 0)}${Array.from({ length: 20_000 }, (_, at) => `  s${at}: {image: a}\n`).join('')}`,
    ],
    [
      'an alias bomb',
      `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n${Array.from({ length: 40 }, (_, at) => `d${at}: &d${at} [${at === 0 ? '*c, *c' : `*d${at - 1}, *d${at - 1}`}]`).join('\n')}\n${services('    cap_add: *d39\n')}`,
    ],
    ['deep nesting', services(`    x: ${'['.repeat(5000)}`)],
    ['variables that never close', services(`    user: "${'${A:-'.repeat(10_000)}"\n`)],
    ['keys of objects', services('    __proto__: {privileged: true}\n    constructor: 1\n')],
    [
      'a service of the wrong kind',
      'services:\n  a: {image: [1], ports: 5, volumes: {a: b}, cap_add: x}\n',
    ],
  ])('%s', (_, text) => {
    const before = process.cpuUsage();
    const answers = gateSource({ file: 'compose.yaml', text, reason: null, isNamed: true }, policy);
    expect(answers.length).toBeGreaterThan(0);
    for (const { reasons } of answers) expect(reasons.length).toBeLessThanOrEqual(500);
    // Processor time, not the clock: many times what it takes.
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(30);
  });
});

test('in a folder a broken Compose file is an unknown, a broken stranger is passed over', () => {
  const broken = { text: 'a: [', reason: null, isNamed: false };
  expect(gateSource({ ...broken, file: 'x/compose.yml' }, policy)[0]?.decision).toBe('deny');
  expect(gateSource({ ...broken, file: 'x/values.yml' }, policy)[0]?.passedOver).not.toBeNull();
});
