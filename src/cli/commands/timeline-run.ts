// What `timeline` does; loaded only when it is called.
import { availableParallelism, hostname, totalmem } from 'node:os';
import { captureTimeline } from '../../flow/capture-timeline.ts';
import { flatTimeline } from '../../flow/flat-timeline.ts';
import { exceptionsOf, timelineOf } from '../../flow/timeline.ts';
import type { TimelineView } from '../../model/timeline-view.ts';
import { timelinePage, timelineTable } from '../../report/record/index.ts';
import { openRecord } from '../../store/record/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeBytes, writeResult } from '../write.ts';
import { recordView } from './record-view.ts';
import type { TimelineOptions } from './timeline-options.ts';

/** Tells what one container did; returns the exit code. */
export async function runTimeline(container: string, options: TimelineOptions): Promise<number> {
  const { since, until, grep, limit } = options;
  const query = {
    ...(since === undefined ? {} : { sinceNs: since }),
    ...(until === undefined ? {} : { untilNs: until }),
    ...(grep === undefined ? {} : { grep }),
    limit,
  };
  const record = openRecord(options.data);
  try {
    if (options.format === 'scap') {
      const machine = {
        hostName: hostname(),
        processors: availableParallelism(),
        memoryBytes: BigInt(totalmem()),
      };
      await writeBytes(captureTimeline(record, { container, query }, machine), options.output);
      return exitCodes.satisfied;
    }
    const text =
      options.format === 'events'
        ? flatTimeline(record, { container, query })
        : textOf(timelineOf(record, { container, query }), options);
    await writeResult(text, options.output);
    return exitCodes.satisfied;
  } finally {
    record.close();
  }
}

function textOf(timeline: TimelineView, options: TimelineOptions): string {
  const view = recordView(options);
  if (options.format === 'exceptions') return exceptionsFile(timeline);
  if (options.format === 'json') return `${JSON.stringify(timeline, null, 2)}\n`;
  return options.format === 'html'
    ? timelinePage(timeline, view.now)
    : timelineTable(timeline, view);
}

function exceptionsFile(timeline: TimelineView): string {
  const text = exceptionsOf(timeline);
  if (text !== '') return text;
  const found = timeline.detections.length;
  return found === 0
    ? '# nothing was detected\n'
    : `# no exception can be proposed for what was detected (${found})\n`;
}
