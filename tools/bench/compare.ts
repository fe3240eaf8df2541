// Our inventory of one image beside the peer's, in turns, so that both meet the same machine.
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, seaworthy, withFolder } from './context.ts';
import { figure, median, milliseconds, type Row, spread } from './figure.ts';
import { peerInventory } from './peer.ts';
import { largestPeak, type Run, runOnce } from './process.ts';

export interface Comparison {
  readonly name: string;
  /** Archive or layout folder. */
  readonly input: string;
  /** Ours may take at most this share of the peer's time. */
  readonly share: number;
}

/** Both start without any cache of their own; the image's bytes are in the page cache for both. */
export async function compareWithPeer(
  context: Context,
  { name, input, share }: Comparison,
): Promise<{ rows: Row[]; oursMs: number }> {
  return withFolder(context, async (folder) => {
    const ours: Run[] = [];
    const theirs: Run[] = [];
    const [ourFile, theirFile] = [join(folder, 'ours.json'), join(folder, 'theirs.json')];
    for (let round = 0; round < context.rounds; round += 1) {
      context.say(`${name}: round ${round + 1} of ${context.rounds}`);
      const data = join(folder, 'data');
      rmSync(data, { recursive: true, force: true });
      const words = ['sbom', input, '--format', 'cyclonedx', '--data', data, '--output', ourFile];
      ours.push(await runOnce(seaworthy(words)));
      if (context.peer.kind === 'absent') continue;
      const cache = join(folder, 'peer-cache');
      rmSync(cache, { recursive: true, force: true });
      theirs.push(await runOnce(peerInventory(context.peer, { input, output: theirFile, cache })));
    }
    const oursMs = median(wallOf(ours));
    const size = milliseconds(oursMs);
    const rows: Row[] = [
      figure({
        name: `${name}, nothing cached`,
        value: oursMs,
        unit: 'ms',
        note: `${componentCount(ourFile)} packages of ${megabytes(input)} MB; ${spread(wallOf(ours))}`,
        ...peak(ours),
      }),
    ];
    if (context.peer.kind === 'absent') {
      rows.push({ name: `${name}, share of Trivy's time`, skipped: context.peer.reason });
      return { rows, oursMs };
    }
    const theirsMs = median(wallOf(theirs));
    const memory = largestPeak(theirs);
    rows.push(
      figure({
        name: `${name}, share of Trivy's time`,
        value: oursMs / theirsMs,
        unit: '',
        target: share,
        note:
          `1/${(theirsMs / oursMs).toFixed(1)}: ${size} against ${milliseconds(theirsMs)}` +
          ` for ${componentCount(theirFile)} packages (${spread(wallOf(theirs))}` +
          `${memory === undefined ? '' : `, ${Math.round(memory)} MB`})`,
      }),
    );
    return { rows, oursMs };
  });
}

export function wallOf(runs: readonly Run[]): number[] {
  return runs.map((run) => run.wallMs);
}

/** The memory of a figure, where it is known. */
export function peak(runs: readonly Run[]): { peakMB?: number } {
  const largest = largestPeak(runs);
  return largest === undefined ? {} : { peakMB: largest };
}

function componentCount(file: string): number {
  const document = JSON.parse(readFileSync(file, 'utf8')) as { components?: { type: string }[] };
  return (document.components ?? []).filter(({ type }) => type === 'library').length;
}

function megabytes(path: string): number {
  return Math.round(bytesOf(path) / 1e6);
}

function bytesOf(path: string): number {
  if (!existsSync(path)) return 0;
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}
