import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../test/shared-data.ts';
import { detectionText, replayText } from '../cli/commands/replay-text.ts';
import { builtinAuditRules, builtinRules } from '../host/rules/index.ts';
import type { Detection } from '../runtime/rules/index.ts';
import { loadReplayRules, type Recording, type ReplaySummary, replay } from './replay.ts';
import { explainRule } from './rules.ts';

const rules = `
- rule: A program of curl
  desc: d
  condition: evt.type = execve and proc.name = curl
  output: Started %proc.cmdline by %proc.pname
  priority: NOTICE
- rule: Asked a name server
  desc: d
  condition: evt.type = connect and fd.sport = 53 and fd.l4proto = udp
  output: Asked %fd.sip
  priority: WARNING
- rule: Shell
  desc: d
  condition: evt.type = execve and proc.name = bash
  output: x
  priority: INFO
- rule: Exec
  desc: d
  condition: ka.target.subresource = exec
  output: By %ka.user.name
  priority: ERROR
  source: k8s_audit
`;
const files = [{ name: 'r.yaml', text: rules }];

function recording(name: string, bytes: Uint8Array, pieceBytes = 1000): Recording {
  return {
    name,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        yield await Promise.resolve(bytes.subarray(at, at + pieceBytes));
      }
    },
  };
}

async function run(
  ...recordings: readonly Recording[]
): Promise<{ summary: ReplaySummary; detections: readonly Detection[] }> {
  const detections: Detection[] = [];
  const summary = await replay(recordings, {
    files,
    matching: 'first',
    hostname: 'node-1',
    detected: (one) => detections.push(one),
  });
  return { summary, detections };
}

const flat = [
  '{"evt.type":"execve","proc.name":"bash","evt.rawtime":1767387241123456789}',
  '{"output_fields":{"evt.type":"execve","proc.name":"bash","evt.time":1}}',
  '{"kind":"event","fields":{"evt.type":"execve","proc.name":"bash"}}',
  '{"evt.type":"open"}',
  '{',
  '{"proc.name":"bash"}',
  '',
].join('\n');
const audit = [
  '{"kind":"Event","auditID":"1","verb":"create","user":{"username":"jane"},"objectRef":{"resource":"pods","subresource":"exec"}}',
  '{"kind":"Event","auditID":"2","verb":"get","objectRef":{"resource":"pods"}}',
].join('\n');

describe('replay', () => {
  test('events and alerts, a line each', async () => {
    const { summary, detections } = await run(recording('a.jsonl', Buffer.from(flat), 7));
    expect(detections.map(({ rule }) => rule)).toEqual(['Shell', 'Shell', 'Shell']);
    expect(summary.recordings).toEqual([
      {
        name: 'a.jsonl',
        kind: 'events',
        events: 4,
        detections: 3,
        problemCount: 2,
        problems: [
          { at: 'line 5', reason: 'not valid JSON' },
          { at: 'line 6', reason: 'no event: evt.type is missing' },
        ],
      },
    ]);
  });

  test('audit logs, plain or gzip', async () => {
    for (const bytes of [Buffer.from(audit), gzipSync(audit)]) {
      const { summary, detections } = await run(recording('audit.log', bytes));
      expect(detections[0]).toMatchObject({ rule: 'Exec', source: 'k8s_audit', priority: 'Error' });
      expect(detections[0]?.output).toContain('By jane');
      expect(summary.recordings[0]).toMatchObject({ kind: 'audit', events: 2, problemCount: 0 });
    }
  });

  test('what is none of these is told', async () => {
    const { summary } = await run(
      recording('x', Buffer.from('hello')),
      recording('y', Buffer.alloc(0)),
    );
    expect(summary.recordings.map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
  });

  const folder = sharedData('scap');
  test.skipIf(folder === null)(`captures: ${noSharedData}`, async () => {
    const bytes = readFileSync(`${folder}/curl_google.scap`);
    const { summary, detections } = await run(recording('curl.scap', bytes));
    expect(detections.map(({ rule, time }) => [rule, time])).toEqual([
      ['A program of curl', '2018-08-17T17:35:48.514632619Z'],
      ['Asked a name server', '2018-08-17T17:35:48.519206167Z'],
    ]);
    expect(detections[0]?.output).toContain('Started curl -6 http://www.google.com by bash');
    expect(detections[1]?.output).toContain('Asked 2001:4860:4860::8888');
    expect(summary.detections).toEqual([
      { rule: 'A program of curl', priority: 'Notice', count: 1 },
      { rule: 'Asked a name server', priority: 'Warning', count: 1 },
    ]);
    const [first] = detections;
    expect(first === undefined ? '' : detectionText(first)).toBe(
      '2018-08-17T17:35:48.514632619Z  Notice        A program of curl\\u000a    Started curl -6 http://www.google.com by bash'.replace(
        '\\u000a',
        '\n',
      ),
    );
    expect(replayText(summary)).toContain('curl.scap: capture, ');
  });

  test.skipIf(folder === null)(
    `a compressed capture that breaks off: ${noSharedData}`,
    async () => {
      const whole = readFileSync(`${folder}/curl_google.scap`);
      const bytes = whole[0] === 0x1f ? whole : gzipSync(whole);
      const { summary, detections } = await run(
        recording('half', bytes.subarray(0, bytes.length - 2000)),
      );
      expect(detections[0]?.rule).toBe('A program of curl');
      const reasons = summary.recordings[0]?.problems.map(({ reason }) => reason).join();
      expect(reasons).toContain('compressed stream is broken');
    },
  );

  test('our own rules of both sources load as one set', () => {
    const loaded = loadReplayRules([...builtinRules(), ...builtinAuditRules()]);
    expect(loaded.errors).toEqual([]);
    const sources = new Set(loaded.rules.map(({ source }) => source));
    expect([...sources].toSorted()).toEqual(['k8s_audit', 'syscall']);
  });
});

describe('explain', () => {
  test('an entry of an audit log', () => {
    const [line = ''] = audit.split('\n');
    expect(explainRule('Exec', files, line)).toMatchObject({ matches: true });
    expect(() => explainRule('Exec', files, '{}')).toThrow(/no entry of an audit log/);
  });
});
