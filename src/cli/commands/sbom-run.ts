// What `sbom` does; loaded only when it is called.
import { takeInventories } from '../../flow/inventory.ts';
import { inventoryReport } from '../../flow/scan.ts';
import { parseTarget } from '../../flow/target.ts';
import { outputs } from '../../report/index.ts';
import { compose } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { SbomOptions } from './sbom-options.ts';

/** Writes the inventory of one target; returns the exit code. */
export async function runSbom(word: string, options: SbomOptions): Promise<number> {
  const composed = compose(options, options);
  try {
    const taken = await takeInventories(composed.services, parseTarget(word), {
      platform: options.platform ?? null,
      verifyDigests: options.verifyDigests === true,
      offline: options.offline === true,
    });
    composed.progress.clear();
    const now = composed.services.now();
    const reports = taken.map(({ inventory }) => inventoryReport(inventory, { now, version }));
    const text = outputs[options.format].pieces(reports, {
      columns: 80,
      colour: false,
      show: null,
      elapsedSeconds: null,
    });
    await writeResult(text, options.output);
    return exitCodes.satisfied;
  } finally {
    composed.close();
  }
}
