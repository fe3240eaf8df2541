// One trace from the agent through the server into the store.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listenLab } from '../../../test/fleet-lab.ts';
import { fleetDetection, health } from '../../../test/sample-fleet.ts';
import { newSecret, secretHash } from '../../base/secret.ts';
import { type EndedSpan, setTracing } from '../../base/trace.ts';
import { openAgentLink } from '../../flow/agent-link.ts';
import { openFleetStore } from '../../store/fleet/index.ts';
import { tracedStore } from './index.ts';

test('sending, request and commit are one trace; no secret is in it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-trace-'));
  const store = tracedStore(await openFleetStore(`sqlite:${join(folder, 'fleet.db')}`));
  const secret = newSecret('swa');
  await store.addEnrolment({ hash: 'e', label: 't', uses: 1, lifeMs: 1e9 });
  const agent = { id: 'a'.repeat(32), node: 'n', secretHash: secretHash(secret) };
  await store.enrol({ ...agent, enrolmentHash: 'e' });
  const end = new AbortController();
  const { listener } = await listenLab({ store, signal: end.signal });
  const spans: EndedSpan[] = [];
  setTracing({
    nowNs: () => process.hrtime.bigint(),
    isSampled: () => true,
    onSpan: (span) => void spans.push(span),
  });
  const link = openAgentLink({
    server: new URL(`http://127.0.0.1:${listener.port}`),
    tls: {},
    node: 'n',
    identity: { server: '', agent: agent.id, secret, next: null },
    keep: () => undefined,
    nowMs: () => Date.now(),
  });
  try {
    const head = { stream: 's', after: 0, through: 1, health };
    const lines = [`[1,${JSON.stringify(fleetDetection('web', 'x'))}]`];
    await link.send(head, lines, new AbortController().signal);
  } finally {
    setTracing(null);
    link.close();
    end.abort();
    await listener.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const byName = new Map(spans.map((span) => [span.name, span]));
  const sent = byName.get('send records');
  const request = byName.get('POST /api/v1/ingest');
  const identified = byName.get('store identify');
  expect(sent).toMatchObject({ kind: 'client', parentId: null, failure: null });
  expect(request).toMatchObject({ kind: 'server', traceId: sent?.traceId, parentId: sent?.spanId });
  expect(identified).toMatchObject({ traceId: sent?.traceId, parentId: request?.spanId });
  expect(byName.get('store ingest')?.traceId).toBe(sent?.traceId);
  const told = spans.map(({ name, attributes }) => [name, ...attributes].join(' ')).join('\n');
  expect(told).not.toContain(secret);
  expect(told).not.toContain(secretHash(secret));
});
