// Names made-up containers until the code for it is loaded and compiled, so that the first real one is
// held no longer than the others.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '../../base/folder.ts';
import { bundleIdentity, parseRuntimeCommand } from '../identity/index.ts';
import type { EnginePlaces } from './places.ts';
import { resolveAttempt } from './resolve-attempt.ts';

/** Enough for the compiler to take notice of the hot parts; see the flags of the answering process. */
const rounds = 60;
/** Enough that all code is loaded; each serves three attempts. */
const firstRounds = 3;

const id = '0'.repeat(64);

const rules = Array.from({ length: 12 }, (_, index) => ({
  names: Array.from({ length: 30 }, (__, call) => `call_${index}_${call}`),
  action: 'SCMP_ACT_ALLOW',
  args: [{ index, value: 0, op: 'SCMP_CMP_EQ' }],
}));

const mounts = Array.from({ length: 12 }, (_, index) => ({
  destination: `/m${index}`,
  type: 'bind',
  source: '/tmp',
  options: ['rbind', 'ro', 'rprivate'],
}));

const bundle = {
  process: {
    args: ['/bin/true'],
    user: { uid: 0, gid: 0 },
    capabilities: { bounding: ['CAP_KILL', 'CAP_CHOWN'] },
  },
  root: { path: 'rootfs' },
  mounts,
  annotations: { a: 'b' },
  linux: {
    namespaces: [{ type: 'pid' }, { type: 'network' }],
    resources: { devices: [{ allow: false, access: 'rwm' }] },
    seccomp: { syscalls: rules },
  },
};

const container = {
  ID: id,
  Name: '/warm-up',
  Created: '2026-01-01T00:00:00.5Z',
  Path: '/bin/true',
  Args: [],
  Config: { Image: 'a', Labels: { a: 'b' }, User: '' },
  NetworkSettings: { Networks: { bridge: { IPAddress: '' } } },
};

const hostConfig = { NetworkMode: 'default', PortBindings: { '80/tcp': [{ HostPort: '1' }] } };

const shimWords = ['containerd-shim-runc-v2', '-namespace', 'moby', '-id', id, 'start'];

/**
 * Calls `serve` with what an engine has of a container. Has no effect but on the speed of what follows; it leaves no file behind, also when the program ends
 * while it is paused. It is paused (`yield`) when the code is loaded, and then after each round, so that
 * nobody has to wait for all of them.
 */
export function* warmUp(
  serve: (task: string, places: EnginePlaces) => void,
): Generator<void, void> {
  for (let round = 0; round < rounds; round += 1) {
    inFolder((task, places) => {
      serve(task, places);
      others();
    });
    if (round >= firstRounds) yield;
  }
}

/** What an engine has of a container, for the time of one round. */
function inFolder(work: (task: string, places: EnginePlaces) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-warm-up-'));
  try {
    const task = join(folder, 'io.containerd.runtime.v2.task/moby', id);
    const engine = join(folder, 'containers', id);
    makeFolder(task);
    makeFolder(engine);
    writeFileSync(join(task, 'config.json'), JSON.stringify(bundle));
    writeFileSync(join(engine, 'config.v2.json'), JSON.stringify(container));
    writeFileSync(join(engine, 'hostconfig.json'), JSON.stringify(hostConfig));
    work(task, { docker: [folder], containerd: [], storage: [] });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What an attempt of Docker's shims does not lead to. */
function others(): void {
  resolveAttempt(process.pid);
  parseRuntimeCommand(shimWords);
  bundleIdentity({ id, engine: 'containerd', oci: null });
}
