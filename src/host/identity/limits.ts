// How much of the machine a container may use, as its engine told the runtime: memory, processors,
// processes. The words are the same for both versions of control groups, save what `unified` adds for v2.
import { asNumber, field, stringField } from '../../base/json.ts';
import type { ContainerLimits } from '../../model/container.ts';

/** Version 1 says "no limit" as the largest number of whole pages. */
const boundless = 2 ** 62;
const nanoCpus = 1e9;
/** Linux's period, where only a quota is given, in microseconds. */
const usualPeriodUs = 100_000;

/** `linux.resources` of a bundle (runtime specification, config-linux.md "Control groups"). */
export function ociLimits(linux: unknown): ContainerLimits {
  const resources = field(linux, 'resources');
  const cpu = field(resources, 'cpu');
  const unified = field(resources, 'unified');
  const own = (name: string): string | null => stringField(unified, name);
  const [memory, cpuMax, pids] = [own('memory.max'), own('cpu.max'), own('pids.max')];
  return {
    memoryBytes:
      memory === null ? limitOf(field(field(resources, 'memory'), 'limit')) : parseMaximum(memory),
    cpus: cpuMax === null ? quota(field(cpu, 'quota'), field(cpu, 'period')) : parseCpuMax(cpuMax),
    processes:
      pids === null ? limitOf(field(field(resources, 'pids'), 'limit')) : parseMaximum(pids),
  };
}

/** `HostConfig` of Docker's documents; Podman answers with the same words. */
export function dockerLimits(hostConfig: unknown): ContainerLimits {
  const nano = limitOf(field(hostConfig, 'NanoCpus'));
  return {
    memoryBytes: limitOf(field(hostConfig, 'Memory')),
    cpus:
      nano === null
        ? quota(field(hostConfig, 'CpuQuota'), field(hostConfig, 'CpuPeriod'))
        : nano / nanoCpus,
    processes: limitOf(field(hostConfig, 'PidsLimit')),
  };
}

/** `memory.max`, `pids.max` of cgroup v2: a number or `max`; null: no limit, or not to be read. */
export function parseMaximum(text: string): number | null {
  return /^\d{1,19}$/.test(text.trim()) ? limitOf(Number(text)) : null;
}

/** `cpu.max` of cgroup v2, `50000 100000` or `max 100000`, as a number of processors. */
export function parseCpuMax(text: string): number | null {
  const [, used, period] = /^(\d{1,15})(?: (\d{1,15}))?$/.exec(text.trim()) ?? [];
  return used === undefined ? null : quota(Number(used), Number(period ?? usualPeriodUs));
}

function quota(used: unknown, period: unknown): number | null {
  const usedUs = limitOf(used);
  const periodUs = limitOf(period) ?? usualPeriodUs;
  return usedUs === null ? null : usedUs / periodUs;
}

/** Zero and below are engines' words for no limit. */
function limitOf(value: unknown): number | null {
  const number = asNumber(value);
  return number === null || number <= 0 || number >= boundless ? null : number;
}
