// What a thread leaves behind that ended without a word: descriptors and mappings belong to the process,
// so its programs would go on telling rings that nobody reads. Its successor removes them.
import { readdirSync, readlinkSync } from 'node:fs';
import { closeDescriptor, type Mapping, unmapMemory } from '../kernel/index.ts';

/** Of one sensor; plain data that crosses threads. */
export interface Remains {
  readonly descriptors: readonly number[];
  readonly mappings: readonly { readonly address: bigint; readonly bytes: number }[];
}

const own = '/proc/self/fd';
/** Nothing else in this process has programs, maps and links of BPF, or tracepoints by perf. */
const isOurs = /^anon_inode:(?:bpf|\[perf_event\]|btf)/;

/** What would be left of the sensor that this process has now. */
export function remainsOf(mappings: readonly Mapping[]): Remains {
  const descriptors = readdirSync(own).filter((name) => isOurs.test(targetOf(name)));
  return {
    descriptors: descriptors.map(Number),
    mappings: mappings.map(({ address, bytes }) => ({ address, bytes })),
  };
}

/** Only once for each dead thread: the numbers may be somebody else's afterwards. */
export function removeRemains({ descriptors, mappings }: Remains): void {
  for (const { address, bytes } of mappings) unmapMemory(address, bytes);
  for (const descriptor of descriptors) {
    if (isOurs.test(targetOf(String(descriptor)))) closeDescriptor(descriptor);
  }
}

function targetOf(name: string): string {
  try {
    return readlinkSync(`${own}/${name}`);
  } catch {
    return '';
  }
}
