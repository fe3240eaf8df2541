// What `containers` does; loaded only when it is called.
import { containerView } from '../../flow/container-view.ts';
import { containersTable } from '../../report/record/index.ts';
import { openRecord } from '../../store/record/index.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import type { ContainersOptions } from './containers-options.ts';
import { recordView } from './record-view.ts';

/** Lists recorded containers; returns the exit code. */
export async function runContainers(options: ContainersOptions): Promise<number> {
  const { image, name, remote, alive, since, limit } = options;
  const record = openRecord(options.data);
  try {
    const found = record.runs({
      ...(image === undefined ? {} : { image }),
      ...(name === undefined ? {} : { name }),
      ...(remote === undefined ? {} : { remote }),
      ...(since === undefined ? {} : { sinceNs: since }),
      aliveOnly: alive === true,
      limit: limit + 1,
    });
    const containers = found.slice(0, limit).map(containerView);
    const text =
      options.format === 'json'
        ? `${JSON.stringify(containers, null, 2)}\n`
        : containersTable(containers, { ...recordView(options), more: found.length > limit });
    await writeResult(text, options.output);
    return exitCodes.satisfied;
  } finally {
    record.close();
  }
}
