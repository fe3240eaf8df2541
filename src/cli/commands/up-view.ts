// What `up` shows on the terminal: one link, one line that stays up to date, plain lines elsewhere.
import { counted, grouped } from '../../base/count-text.ts';
import { realPace } from '../../base/retry.ts';
import { type HarbourSources, harbourOf } from '../../flow/harbour.ts';
import type { UpStatus } from '../../flow/up.ts';
import type { UpRunOptions } from './up-options.ts';

export interface UpView {
  /** Another `up` serves this folder. */
  running(link: string): void;
  link(link: string): void;
  /** Shows what is known, again and again. */
  follow(sources: () => HarbourSources & { readonly scans: UpStatus }): void;
  end(): void;
}

const redrawMs = 1000;

/** @param isRead false: nobody reads what is shown */
export function createUpView({ quiet }: UpRunOptions, isRead: () => boolean): UpView {
  const stopping = new AbortController();
  const { stdout } = process;
  const isTerminal = stdout.isTTY && quiet !== true;
  let last = '';
  const show = (text: string, isIdle: boolean): void => {
    if (text === last || quiet === true || !isRead()) return;
    if (isTerminal) stdout.write(`\r\u001b[K${text.slice(0, (stdout.columns ?? 80) - 1)}`);
    else if (isIdle) stdout.write(`${text}\n`);
    else return;
    last = text;
  };
  const loop = async (
    sources: () => HarbourSources & { readonly scans: UpStatus },
  ): Promise<void> => {
    while (!stopping.signal.aborted) {
      await realPace.sleep(redrawMs, stopping.signal).catch(() => undefined);
      if (stopping.signal.aborted || quiet === true || !isRead()) return;
      const now = sources();
      show(lineOf(now), now.scans.waiting + now.scans.running === 0);
    }
  };
  return {
    running: (link) => stdout.write(`Seaworthy serves this data folder already: ${link}\n`),
    link: (link) => stdout.write(`Seaworthy is up: ${link}\n`),
    follow: (sources) => void loop(sources),
    end() {
      stopping.abort();
      if (isTerminal && last !== '' && isRead()) stdout.write('\n');
    },
  };
}

/** ` C  2 of 5 running containers are not seaworthy: ... · scanning 3 of 12` */
function lineOf(sources: HarbourSources & { readonly scans: UpStatus }): string {
  const { answer, grade, counts } = harbourOf(sources);
  const { waiting, running } = sources.scans;
  const open = waiting + running;
  const parts = [
    ` ${grade?.letter ?? '-'}  ${answer}`,
    `${grouped(counts.containersAlive)} running, ${grouped(counts.containersDead)} ended`,
    counted(counts.images, 'image'),
    ...(open === 0 ? [] : [`${grouped(open)} to scan`]),
    ...(counts.detections24h === 0 ? [] : [`${counted(counts.detections24h, 'detection')} today`]),
  ];
  return parts.join(' · ');
}
