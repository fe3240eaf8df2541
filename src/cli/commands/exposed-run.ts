// What `exposed` does; loaded only when it is called.
import { openAdvisories } from '../../flow/advisories.ts';
import { matchEcosystems } from '../../flow/ecosystems.ts';
import { exposedTo } from '../../flow/exposure.ts';
import { usualScanners } from '../../inspect/scanner.ts';
import { exposureTable } from '../../report/record/index.ts';
import { openRecord, type RecordReader } from '../../store/record/index.ts';
import { databaseFile } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import type { ExposedOptions } from './exposed-options.ts';
import { recordView } from './record-view.ts';

/** Loaded only when an image ran that the index does not know. */
async function learnKnown(record: RecordReader, options: ExposedOptions): Promise<void> {
  if (record.unindexed(1).length === 0) return;
  const { indexKnown } = await import('../../flow/ran-images.ts');
  const { compose } = await import('../compose.ts');
  const composed = compose(options, {}, usualScanners);
  try {
    await indexKnown(composed.services, record);
  } finally {
    composed.close();
  }
}

/** Tells who ran it; returns the exit code. */
export async function runExposed(asked: string, options: ExposedOptions): Promise<number> {
  const record = openRecord(options.data);
  const advisories = openAdvisories(databaseFile(options));
  try {
    await learnKnown(record, options);
    const { limit, skip } = options;
    const services = { record, advisories, ecosystems: matchEcosystems };
    const answer = exposedTo(services, { asked, limit, skip });
    const text =
      options.format === 'json'
        ? `${JSON.stringify(answer.rows, null, 2)}\n`
        : exposureTable(answer, recordView(options));
    await writeResult(text, options.output);
    return exitCodes.satisfied;
  } finally {
    advisories.close();
    record.close();
  }
}
