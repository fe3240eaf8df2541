// What this machine lacks for the sensor, and what is still seen without it.
import { accessSync, constants, readFileSync } from 'node:fs';
import { bpfLibraryProblem } from '../kernel/index.ts';
import { hasSensorObject } from './kernel-sensor.ts';

export interface SupportItem {
  readonly name: 'platform' | 'object' | 'library' | 'types' | 'rights' | 'pid-namespace';
  /** Null: there. Otherwise what is missing and what to do, in one sentence. */
  readonly problem: string | null;
}

export interface SensorSupport {
  readonly isSupported: boolean;
  readonly items: readonly SupportItem[];
  /** One sentence for people on what is seen as things are. */
  readonly covered: string;
}

const capSysAdmin = 21n;
const capPerfmon = 38n;
const capBpf = 39n;

/** Looks at everything that `openSensor` needs, without loading a program. */
export function sensorSupport(): SensorSupport {
  const items: SupportItem[] = [
    { name: 'platform', problem: platformProblem() },
    { name: 'object', problem: hasSensorObject() ? null : 'the sensor is not part of this build' },
    { name: 'library', problem: bpfLibraryProblem() },
    {
      name: 'types',
      problem: readProblem(
        '/sys/kernel/btf/vmlinux',
        'the kernel has no BTF (CONFIG_DEBUG_INFO_BTF); kernels of distributions since 2021 have it',
      ),
    },
    { name: 'rights', problem: rightsProblem() },
    { name: 'pid-namespace', problem: namespaceProblem() },
  ];
  const isSupported = items.every(
    ({ name, problem }) => problem === null || name === 'pid-namespace',
  );
  return {
    isSupported,
    items,
    covered: isSupported
      ? 'processes, files, sockets and containers are seen as they change'
      : 'only what the container engine itself reports is seen: starts and ends, not what happens inside',
  };
}

/** What a sensor that was opened does not see here, in sentences. */
export function sensorLimits(): readonly string[] {
  const problem = namespaceProblem();
  return problem === null ? [] : [problem];
}

function platformProblem(): string | null {
  const { platform, arch } = process;
  if (platform !== 'linux') return `the sensor needs Linux, this is ${platform}`;
  if (arch !== 'x64' && arch !== 'arm64') return `the sensor knows x86-64 and arm64, not ${arch}`;
  return null;
}

function readProblem(path: string, problem: string): string | null {
  try {
    accessSync(path, constants.R_OK);
    return null;
  } catch {
    return problem;
  }
}

/** CAP_BPF and CAP_PERFMON (Linux 5.8), or CAP_SYS_ADMIN, among the effective ones. */
export function rightsProblem(status: string | null = readStatus()): string | null {
  const text = /^CapEff:\s*([0-9a-f]{1,16})$/m.exec(status ?? '')?.[1];
  const effective = BigInt(`0x${text ?? '0'}`);
  const has = (capability: bigint) => ((effective >> capability) & 1n) === 1n;
  if (has(capSysAdmin) || (has(capBpf) && has(capPerfmon))) return null;
  return 'no right to load BPF programs: run as root, or with CAP_BPF and CAP_PERFMON';
}

function readStatus(): string | null {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return null;
  }
}

/** Inside another pid namespace numbers of processes are not those that the kernel tells us. */
function namespaceProblem(): string | null {
  try {
    const scheduler = readFileSync('/proc/2/comm', 'utf8').trim();
    if (scheduler === 'kthreadd') return null;
  } catch {
    // No process 2: not the first pid namespace.
  }
  return 'not in the pid namespace of the host (--pid host): processes that live already are not known';
}
