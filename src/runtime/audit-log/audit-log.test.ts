import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeOf, loadRulesOf, RuleEngine } from '../rules/index.ts';
import { auditEntry, cases, type Entry } from './fixtures/entries.ts';
import { type AuditEvent, AuditReader, auditEvent, auditFields, auditRules } from './index.ts';
import { parsePointer, pointedAt } from './pointer.ts';

const path = new URL('../../../rules/kubernetes/k8s-audit.yaml', import.meta.url);
const files = [{ name: 'k8s-audit.yaml', text: readFileSync(path, 'utf8') }];
const loaded = loadRulesOf(files, new Map([['k8s_audit', judgeOf(auditFields)]]));
const engine = new RuleEngine(loaded.rules, auditFields, { matching: 'all' });

function eventOf(entry: Entry): AuditEvent {
  const event = auditEvent(auditEntry(entry), 1);
  if (event === null) throw new Error('no entry');
  return event;
}

function matched(entry: Entry): readonly string[] {
  return engine.match(eventOf(entry)).map(({ name }) => name);
}

describe('our rules for audit logs', () => {
  test('load without a flaw, and each has its facts and its cases', () => {
    expect([...loaded.errors, ...loaded.warnings].map(({ message }) => message)).toEqual([]);
    const names = loaded.rules.map(({ name }) => name);
    expect(names.length).toBeGreaterThanOrEqual(20);
    expect(auditRules.map(({ name }) => name)).toEqual(names);
    expect(cases.map(([name]) => name).toSorted()).toEqual(names.toSorted());
    for (const { name, techniques, maturity } of auditRules) {
      const tags = loaded.rules.find((rule) => rule.name === name)?.tags ?? [];
      expect(tags, name).toEqual(expect.arrayContaining([...techniques, `maturity_${maturity}`]));
    }
  });

  test.each(cases)('%s', (rule, fires, quiet) => {
    expect(matched(fires)).toContain(rule);
    expect(matched(quiet)).not.toContain(rule);
  });

  test('those who are trusted are not told', () => {
    const trust = {
      name: 'mine.yaml',
      text: '- list: ka_trusted_users\n  items: [jane]\n  override: {items: replace}\n',
    };
    const { rules } = loadRulesOf(
      [...files, trust],
      new Map([['k8s_audit', judgeOf(auditFields)]]),
    );
    const own = new RuleEngine(rules, auditFields);
    expect(own.match(eventOf({ verb: 'create', resource: 'pods/exec', code: 101 }))).toEqual([]);
  });

  test('an ordinary day is quiet', () => {
    const day: readonly Entry[] = [
      { verb: 'get', resource: 'pods', name: 'web' },
      { verb: 'update', resource: 'leases', user: 'system:node:n1', groups: ['system:nodes'] },
      {
        verb: 'list',
        resource: 'secrets',
        user: 'system:serviceaccount:kube-system:gc',
        agent: 'kcm/1',
      },
      {
        verb: 'create',
        resource: 'deployments',
        request: { spec: { template: { spec: { containers: [{ image: 'a' }] } } } },
      },
      { verb: 'watch', resource: 'configmaps', stage: 'ResponseStarted' },
      { verb: 'create', resource: 'tokenreviews', user: 'system:node:n1' },
    ];
    expect(day.flatMap((entry) => matched(entry))).toEqual([]);
  });
});

describe('fields', () => {
  const read = (name: string, argument: string | null, entry: Entry): unknown =>
    auditFields.find(name)?.reader(argument)?.(eventOf(entry));
  const exec: Entry = {
    verb: 'create',
    resource: 'pods/exec',
    name: 'web',
    uri: '/api/v1/namespaces/shop/pods/web/exec?command=sh&command=-c&command=id&container=app',
  };

  test.each([
    ['ka.uri.param', 'command', 'sh -c id'],
    ['ka.uri.param', 'container', 'app'],
    ['ka.uri.param', 'nothing', null],
    ['ka.target.subresource', null, 'exec'],
    ['ka.user.groups', null, ['system:authenticated']],
    ['ka.response.code', null, '201'],
    ['ka.auth.decision', null, 'allow'],
    ['jevt.value', '/objectRef/name', 'web'],
    ['jevt.value', '/annotations/authorization.k8s.io~1decision', 'allow'],
    ['jevt.value', '/sourceIPs/0', '10.0.0.7'],
    ['jevt.value', '/sourceIPs', '["10.0.0.7"]'],
    ['jevt.value', '/nothing', null],
  ])('%s[%s]', (name, argument, expected) => {
    expect(read(name, argument, exec)).toEqual(expected);
  });

  test('of pods, also inside what makes pods', () => {
    const spec = {
      containers: [
        { image: 'registry:5000/a/b:1' },
        { image: 'c@sha256:12', securityContext: { privileged: true } },
      ],
      initContainers: [{ image: 'd' }],
    };
    for (const request of [
      { spec },
      { spec: { template: { spec } } },
      { spec: { jobTemplate: { spec: { template: { spec } } } } },
    ]) {
      const entry = { verb: 'create', resource: 'pods', request };
      expect(read('ka.req.pod.containers.image.repository', null, entry)).toEqual([
        'registry:5000/a/b',
        'c',
        'd',
      ]);
      expect(read('ka.req.pod.containers.privileged', null, entry)).toEqual([
        'false',
        'true',
        'false',
      ]);
      expect(read('ka.req.pod.host_pid', null, entry)).toBe('false');
    }
  });

  test('time with nanoseconds and zones', () => {
    const at = (stageTimestamp: string) =>
      auditEvent({ auditID: 'a', verb: 'get', stageTimestamp }, 1)?.timeNs;
    expect(at('2026-01-02T20:54:01.123456Z')).toBe(1767387241123456000n);
    expect(at('2026-01-02T21:54:01+01:00')).toBe(1767387241000000000n);
    expect(at('yesterday')).toBe(0n);
  });
});

describe('reading', () => {
  function readAll(...chunks: readonly string[]): { reader: AuditReader; ids: unknown[] } {
    const reader = new AuditReader();
    const events = [...chunks.flatMap((chunk) => [...reader.push(chunk)]), ...reader.end()];
    return { reader, ids: events.map(({ value }) => pointedAt(value, ['auditID'])) };
  }
  const line = (id: string, stage = 'ResponseComplete') =>
    JSON.stringify({ auditID: id, verb: 'get', stage });

  test('lines, lists, doubles, and what is no entry', () => {
    const list = `{"kind":"EventList","items":[${line('c')},${line('d')}]}`;
    const { reader, ids } = readAll(
      `${line('a')}\n\n${line('a')}\n${line('a', 'ResponseStarted')}\n{\n${list}\n7\n${line('b')}`,
    );
    expect(ids).toEqual(['a', 'a', 'c', 'd', 'b']);
    expect(reader.duplicates).toBe(1);
    expect(reader.problems.map((one) => one.line)).toEqual([5, 7]);
  });

  test('a log comes in any pieces', () => {
    const text = `${line('a')}\n${line('b')}\n`;
    for (let at = 0; at <= text.length; at += 1) {
      expect(readAll(text.slice(0, at), text.slice(at)).ids).toEqual(['a', 'b']);
    }
  });

  test('a line without an end is given up, the next one is read', () => {
    const reader = new AuditReader();
    const long = 'x'.repeat(9 * 1024 * 1024);
    for (const chunk of [long, long, long]) expect([...reader.push(chunk)]).toEqual([]);
    expect([...reader.push(`\n${line('a')}\n`)]).toHaveLength(1);
    expect(reader.problems).toHaveLength(1);
  });

  test('no content makes it throw, or any field', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const event = auditEvent(
          { auditID: 'x', verb: 'y', objectRef: a, requestObject: b, user: a },
          1,
        );
        if (event === null) throw new Error('no entry');
        engine.match(event);
      }),
      { seed: 11, numRuns: 200 },
    );
  });

  test('pointers', () => {
    expect(parsePointer('/a~1b/~0')).toEqual(['a/b', '~']);
    expect(parsePointer('a')).toBeNull();
    expect(pointedAt({ a: 1 }, ['__proto__'])).toBeUndefined();
    expect(pointedAt({ a: 1 }, ['constructor'])).toBeUndefined();
  });
});
