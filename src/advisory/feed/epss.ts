// FIRST's Exploit Prediction Scoring System: the daily CSV of scores.
import type { EpssItem } from './item.ts';
import { linesOf } from './lines.ts';
import { isCve } from './vendor.ts';

/**
 * Reads `cve,epss,percentile` lines below an optional `#model_version:...` remark and the heading.
 * Lines that are not understood are bad; a file without the heading is bad as a whole.
 */
export function* readEpss(chunks: Iterable<Uint8Array>, where: string): Generator<EpssItem> {
  let headed = false;
  let number = 0;
  for (const line of linesOf(chunks)) {
    number += 1;
    if (line === '' || line.startsWith('#')) continue;
    if (!headed) {
      headed = line.startsWith('cve,epss');
      if (headed) continue;
      yield { kind: 'bad', where, reason: 'no heading cve,epss,percentile' };
      return;
    }
    const item = readLine(line);
    yield item ?? { kind: 'bad', where: `${where}:${number}`, reason: 'not a CVE with its score' };
  }
  if (!headed) yield { kind: 'bad', where, reason: 'no heading cve,epss,percentile' };
}

function readLine(line: string): EpssItem | null {
  const comma = line.indexOf(',');
  const end = line.indexOf(',', comma + 1);
  const cve = line.slice(0, comma);
  const digits = line.slice(comma + 1, end === -1 ? undefined : end);
  const score = Number(digits);
  if (comma === -1 || digits === '' || !isCve(cve) || !(score >= 0 && score <= 1)) return null;
  return { kind: 'epss', cve, score };
}
