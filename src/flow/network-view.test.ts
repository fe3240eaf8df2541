// Peers of runs as nodes and flows: whose an address is, both ends of a flow, what is no flow.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { flow, idOf, lifecycle, sampleRun, startNs } from '../../test/sample-record.ts';
import type { ContainerRun } from '../model/container.ts';
import type { FlowRecord } from '../model/timeline.ts';
import { openRecord, openRecorder, usualRetention } from '../store/record/index.ts';
import { type NetworkView, networkView } from './network-view.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-network-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Named before its start: nobody knows its address yet. */
function named(name: string, mode: string): ContainerRun {
  const run = sampleRun(name);
  const network = { mode, addresses: [], ports: [] };
  return { ...run, identity: { ...run.identity, network } };
}

function from(address: string, record: FlowRecord, protocol: 'tcp' | 'udp' = 'tcp'): FlowRecord {
  return { ...record, protocol, local: { ...record.local, address } };
}

function recorded(): NetworkView {
  let nowNs = startNs;
  const clock = {
    wallNs: () => nowNs,
    monotonicNs: () => nowNs,
  };
  const writer = openRecorder({
    folder,
    clock,
    retention: { ...usualRetention, rawAgeMs: 1e15, runAgeMs: 1e15 },
    warn: () => {},
  });
  writer.append(lifecycle(named('api', 'shop')));
  writer.append(lifecycle(named('db', 'shop')));
  writer.append(lifecycle(named('agent', 'host')));
  const closed = { phase: 'closed' as const };
  writer.append(from('10.0.0.2', flow('api', 'out', '10.0.0.3', { port: 5432 })));
  writer.append(from('10.0.0.2', flow('api', 'out', '10.0.0.3', { port: 5432, ...closed })));
  writer.append(from('10.0.0.2', flow('api', 'out', '10.0.0.3', { port: 5432 }), 'udp'));
  writer.append(from('10.0.0.3', flow('db', 'in', '10.0.0.2', { port: 5432, ...closed })));
  writer.append(from('10.0.0.3', flow('db', 'in', '192.0.2.7', { port: 5432, timeNs: nowNs })));
  writer.append(from('10.0.0.3', flow('db', 'in', '192.0.2.7', { port: 5432, ...closed })));
  writer.append(from('127.0.0.1', flow('api', 'out', '127.0.0.11', { port: 53 }), 'udp'));
  writer.append(from('127.0.0.1', flow('api', 'out', '127.0.0.1', { port: 9000 })));
  writer.append(from('192.0.2.1', flow('agent', 'out', '127.0.0.1', { port: 2375 })));
  nowNs += 60_000_000_000n;
  writer.tick();
  nowNs += 60_000_000_000n;
  writer.tick();
  writer.close();
  const reader = openRecord(folder);
  const peers = reader.peersOfAll({ sinceNs: 0n, runsMost: 100, limit: 100 });
  const view = networkView(peers, 100);
  const agent = reader.find('agent', 1)[0];
  expect(agent?.run.identity.network.addresses).toEqual([]);
  reader.close();
  return view;
}

test('addresses are those of the flows; a flow with two ends is one', () => {
  const { nodes, flows, truncated } = recorded();
  const told = flows.map(({ from: start, to, protocol, port, count }) => {
    const name = (id: string): string | undefined => nodes.find((one) => one.id === id)?.name;
    return `${name(start)} -> ${name(to)}: ${protocol} ${port} x${count}`;
  });
  expect(new Set(told)).toEqual(
    new Set([
      'agent -> this machine: tcp 2375 x1',
      'api -> api: tcp 9000 x1',
      'api -> db: tcp 5432 x1',
      '192.0.2.7 -> db: tcp 5432 x1',
      'api -> this machine: udp 53 x1',
    ]),
  );
  const bytesOf = (start: string) => {
    const pair = flows.find((one) => one.from === start && one.to === idOf('db'));
    return [pair?.bytesSent, pair?.bytesReceived];
  };
  expect(bytesOf(idOf('api'))).toEqual([1200, 34_000]);
  // Whoever serves receives what the other end has sent.
  expect(bytesOf('address:192.0.2.7')).toEqual([34_000, 1200]);
  expect(truncated).toBe(false);
});
