// One line of progress on a terminal, redrawn in place; nothing at all anywhere else.
import { grouped } from '../base/count-text.ts';
import type { ProgressEvent } from '../flow/services.ts';
import { mayBeTerminal } from './stdout.ts';

const redrawMs = 80;
const quietMs = 400;
const barWidth = 24;

export interface Progress {
  report(event: ProgressEvent): void;
  /** Removes the line, so that results and remarks start on a clean one. */
  clear(): void;
}

/** On stderr, when it is a terminal. */
export function createProgress(isWanted: boolean): Progress {
  const stream = isWanted && mayBeTerminal(2) ? process.stderr : null;
  if (stream?.isTTY !== true) return { report: () => undefined, clear: () => undefined };
  const startedAt = performance.now();
  let drawnAt = 0;
  let visible = false;
  return {
    report(event) {
      const now = performance.now();
      // Work that ends at once needs no bar: it would only flicker.
      if (now - startedAt < quietMs || now - drawnAt < redrawMs) return;
      drawnAt = now;
      visible = true;
      const columns = stream.columns ?? 80;
      stream.write(`\r\u001b[K${progressLine(event).slice(0, columns - 1)}`);
    },
    clear() {
      if (visible) stream.write('\r\u001b[K');
      visible = false;
    },
  };
}

/** @internal `shop.tar  [=====     ]  42 %  88 of 210 MB` */
function progressLine({ step, done, total, unit }: ProgressEvent): string {
  const name = step.length > 32 ? `…${step.slice(-31)}` : step;
  if (total === null || total <= 0) return `  ${name}  ${amount(done, unit)} ${unitWord(unit)}`;
  const share = Math.min(1, done / total);
  const filled = Math.round(share * barWidth);
  const bar = `${'='.repeat(filled)}${' '.repeat(barWidth - filled)}`;
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `  ${name}  [${bar}] ${percent} %  ${amount(done, unit)} of ${amount(total, unit)} ${unitWord(unit)}`;
}

function amount(value: number, unit: ProgressEvent['unit']): string {
  if (unit !== 'bytes') return grouped(value);
  return (value / 1e6).toFixed(value < 1e7 ? 1 : 0);
}

function unitWord(unit: ProgressEvent['unit']): string {
  return unit === 'bytes' ? 'MB' : unit;
}
