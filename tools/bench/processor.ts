// Processor time and memory of other processes, as Linux tells them in /proc.
import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** User and system seconds of a process and of its children that were waited for. */
export function processorSeconds(pid: number): number {
  const fields = fieldsOf(pid);
  return (
    [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index] ?? 0), 0) / ticksPerSecond
  );
}

/** The same of a process and its living children. */
export function treeSeconds(pid: number): number {
  return [pid, ...childrenOf(pid)].reduce((sum, one) => sum + processorSeconds(one), 0);
}

/** Peak and present resident memory of a process, MB. */
export function residentMB(pid: number): { readonly peak: number; readonly now: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) * 1024) / 1e6;
  return { peak: of('VmHWM'), now: of('VmRSS') };
}

function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => fieldsOf(one)[1] === String(pid));
}

/** What follows the name in `stat`; empty when the process has ended. */
function fieldsOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  } catch {
    return [];
  }
}
