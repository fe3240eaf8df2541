// The composition root: puts the services of a command together from its flags.
import { join } from 'node:path';
import { oneLine, SeaworthyError } from '../base/error.ts';
import type { Reading } from '../flow/reading.ts';
import { revisionOf } from '../flow/revision.ts';
import type { Services } from '../flow/services.ts';
import type { DockerEngine } from '../host/docker/index.ts';
import type { RegistryOptions } from '../host/registry/index.ts';
import type { Scanner } from '../inspect/scanner.ts';
import { openStore } from '../store/index.ts';
import type { CommonOptions, RegistryFlags } from './options.ts';
import { createProgress, type Progress } from './progress.ts';

export interface Composed {
  readonly services: Services;
  readonly progress: Progress;
  /** Ends what was opened. */
  close(): void;
}

/**
 * Opens the store and prepares everything else to be opened when it is first asked for.
 * @param scanners what the walk over layers looks for besides packages
 */
export function compose(
  options: CommonOptions,
  registry: RegistryFlags,
  scanners: readonly Scanner[] = [],
): Composed {
  const progress = createProgress(options.progress && options.quiet !== true);
  const warn = (line: string): void => {
    progress.clear();
    if (options.quiet !== true) process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
  };
  const store = openStore(options.data, warn);
  let reading: Promise<Reading> | null = null;
  let engine: Promise<DockerEngine | null> | null = null;
  const services: Services = {
    store,
    revision: revisionOf(scanners),
    reading: () =>
      (reading ??= import('../flow/reading.ts').then(({ openReading }) =>
        openReading(store, scanners),
      )),
    engine: () => (engine ??= findEngine()),
    registry: registryOptions(registry),
    now: () => new Date(),
    progress: (event) => progress.report(event),
    warn,
  };
  return {
    services,
    progress,
    close() {
      progress.clear();
      store.close();
      void engine?.then((one) => one?.close());
    },
  };
}

/** No engine is an answer; one that may not be used is an error that the user should see. */
async function findEngine(): Promise<DockerEngine | null> {
  try {
    const { connectEngine } = await import('../host/docker/index.ts');
    return await connectEngine();
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'not-found') return null;
    throw error;
  }
}

/** What the flags say of registries. */
export function registryOptions(flags: RegistryFlags): RegistryOptions {
  return {
    ...(flags.registryCa === undefined ? {} : { caFile: flags.registryCa }),
    ...(flags.insecureRegistry === undefined ? {} : { insecure: flags.insecureRegistry }),
    ...(flags.plainHttp === undefined ? {} : { plainHttp: flags.plainHttp }),
    mirrors: (flags.mirror ?? []).map((pair) => {
      const at = pair.indexOf('=');
      if (at <= 0)
        throw new SeaworthyError('usage', `--mirror ${pair} is not of the form registry=url`);
      return { registry: pair.slice(0, at), endpoints: [pair.slice(at + 1)] };
    }),
  };
}

/** The database file of the flags: `--db`, else in the data folder. */
export function databaseFile(options: CommonOptions): string {
  return options.db ?? join(options.data, 'advisories.db');
}
