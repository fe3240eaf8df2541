// What the kernel tells of real containers: seccomp, capabilities, namespaces, users.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasTool } from '../../test/registry-process.ts';
import { hasTinyProgram, tinyProgram } from '../../test/tiny-program.ts';
import { builtinSource } from '../advisory/builtin/index.ts';
import {
  type ConfinedContainer,
  type HostFacts,
  hostControls,
  judgeAudit,
} from '../audit/index.ts';
import { connectEngine } from '../host/docker/index.ts';
import { openMachine } from '../host/machine/index.ts';
import { collectHost } from './audit-host.ts';

const canRun = hasTool('docker', 'version') && hasTinyProgram && process.getuid?.() === 0;
const prefix = `audithost-${process.pid}`;
const image = `audithost/tiny:${process.pid}`;
const sysAdmin = 1n << 21n;
let folder = '';
let facts: HostFacts;

function docker(...words: readonly string[]): void {
  execFileSync('docker', words, { stdio: 'pipe' });
}

const flags: Readonly<Record<string, readonly string[]>> = {
  plain: ['--network', 'none'],
  open: ['--network', 'none', '--security-opt', 'seccomp=unconfined', '--cap-add', 'SYS_ADMIN'],
  near: ['--network', 'host', '--user', '1234'],
};

function named(name: string): ConfinedContainer | undefined {
  return facts.containers?.find((one) => one.name === `${prefix}-${name}`);
}

describe.skipIf(!canRun)('running containers (skipped without root and an engine)', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-audit-host-'));
    writeFileSync(join(folder, 'wait'), tinyProgram(), { mode: 0o755 });
    execFileSync('tar', ['-C', folder, '-cf', join(folder, 'root.tar'), 'wait']);
    docker('import', '--change', 'CMD ["/wait"]', join(folder, 'root.tar'), image);
    for (const [name, own] of Object.entries(flags)) {
      docker('run', '-d', '--name', `${prefix}-${name}`, ...own, image);
    }
    const engine = await connectEngine();
    try {
      const machine = openMachine('/');
      const advisories = builtinSource();
      ({ facts } = await collectHost({ machine, engine, advisories, now: new Date() }));
    } finally {
      engine.close();
    }
  }, 60_000);

  afterAll(() => {
    for (const name of Object.keys(flags)) {
      try {
        docker('rm', '-f', `${prefix}-${name}`);
      } catch {
        // It was not made.
      }
    }
    try {
      docker('rmi', '-f', image);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  test('are seen as they are', () => {
    expect(named('plain')).toMatchObject({
      seccomp: 'filter',
      hasRoot: true,
      isHostRoot: true,
      sharesNetwork: false,
    });
    expect((named('plain')?.capabilities ?? sysAdmin) & sysAdmin).toBe(0n);
    expect(named('open')).toMatchObject({ seccomp: 'off', sharesNetwork: false });
    expect((named('open')?.capabilities ?? 0n) & sysAdmin).toBe(sysAdmin);
    expect(named('near')).toMatchObject({
      hasRoot: false,
      isHostRoot: false,
      sharesNetwork: true,
      capabilities: 0n,
    });
  });

  test('decide what is open', () => {
    const results = judgeAudit(hostControls, facts, () => null);
    const confinement = results.find(({ id }) => id === 'engine.confinement');
    expect(confinement?.status).toBe('fail');
    expect(confinement?.evidence.map(({ subject }) => subject)).toContain(`${prefix}-open`);
    expect(facts.engine?.filtersCalls).toBe(true);
  });
});
