// Answers that mean no good: any bytes, and those that would make a careless search take for ever.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exposureControls, judgeAudit, type PortFact, questionsFor, recognise } from '../index.ts';

const keys = questionsFor(1).map(({ key }) => key);

function portWith(body: string, more: Partial<PortFact> = {}): PortFact {
  const answer = {
    kind: 'answer',
    status: 200,
    headers: new Map([['server', body.slice(0, 50)]]),
    body,
  } as const;
  const port: PortFact = {
    host: 'h',
    address: '10.0.0.1',
    reach: 'private',
    port: 1,
    state: 'open',
    tls: null,
    answers: new Map(keys.map((key) => [key, answer])),
    service: null,
    ...more,
  };
  return { ...port, service: recognise(port) };
}

function judged(ports: readonly PortFact[]) {
  const facts = {
    now: new Date(0),
    ports,
    listeners: [],
    sockets: [],
    mounters: [],
    hasConsent: true,
    asker: 'container' as const,
  };
  return judgeAudit(exposureControls, facts, () => null);
}

const words = fc.constantFrom(
  '"kind":"PodList"',
  '{"etcdserver":',
  '"1.2"}',
  '<title>',
  'cAdvisor',
  'kubelet_',
  '\n',
  '{',
  '}',
  '[',
  '"',
  '"skippable": true',
  '"ApiVersion":"1"',
  'Docker/',
  'null',
  '9'.repeat(50),
);

test('any answer is judged', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(words, fc.string())),
      fc.integer({ min: 0, max: 65_535 }),
      (parts, port) => {
        const results = judged([portWith(parts.join(''), { port })]);
        expect(
          results.some(({ evidence }) => /could not be judged/.test(evidence[0]?.message ?? '')),
        ).toBe(false);
      },
    ),
    { seed: 7, numRuns: 200 },
  );
});

test.each(['"kind":"Status"', 'system:anonymous ', '<title> ', '"kind" ', '[', '{"a":', '\n '])(
  'a quarter of a megabyte of %j is searched in one go',
  (piece) => {
    const body = piece.repeat(262_144 / piece.length);
    const results = judged(Array.from({ length: 10 }, () => portWith(body)));
    expect(results.length).toBe(exposureControls.length);
  },
  5000,
);
