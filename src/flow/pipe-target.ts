// An image archive or an SBOM that comes through a pipe: `docker save IMAGE | seaworthy scan -`.
import { gathered, headed } from '../base/chunks.ts';
import { SeaworthyError } from '../base/error.ts';
import { limits } from '../base/limits.ts';
import { openPipe } from '../host/filesystem/index.ts';
import { pipedArchive } from '../inventory/image/index.ts';
import { storedInventories } from './archive-inventories.ts';
import type { InventoryRequest, Services } from './services.ts';
import type { Taken } from './taken.ts';
import { looksLikeSbom } from './target.ts';

/** Enough to tell a text from an archive. */
const headBytes = 64;

/**
 * The inventories of what comes through a pipe, as its first bytes tell what it is. Throws
 * `SeaworthyError` when nothing does, or it cannot be read.
 * @param path of a named pipe, or `-` for standard input
 */
export async function pipeInventories(
  services: Services,
  path: string,
  request: InventoryRequest,
): Promise<Taken[]> {
  const name = path === '-' ? 'standard input' : path;
  const source = counted(services, path, name);
  try {
    return await read(services, { name, source, platform: request.platform });
  } finally {
    // A program that goes on writing must not keep this one waiting.
    await source.return(undefined);
  }
}

interface Piped {
  readonly name: string;
  readonly source: AsyncIterable<Uint8Array>;
  readonly platform: string | null;
}

async function read(services: Services, { name, source, platform }: Piped): Promise<Taken[]> {
  const { head, chunks } = await headed(source, headBytes);
  if (head.length === 0) {
    throw new SeaworthyError('malformed', `${name} brought nothing`, {
      advice: 'see what the program before the pipe says',
    });
  }
  if (looksLikeSbom(head)) return sboms(name, chunks);
  const analyst = async () => (await services.reading()).analyst;
  const store = await pipedArchive({ name, chunks, analyst });
  const isDocker = store.has('manifest.json');
  return storedInventories(services, store, { isDocker, reference: null, platform });
}

async function sboms(name: string, chunks: AsyncIterable<Uint8Array>): Promise<Taken[]> {
  const bytes = await gathered(chunks, limits.sbomBytes);
  if (bytes === null) {
    throw new SeaworthyError('limit', `${name} brings more than ${limits.sbomBytes} bytes of text`);
  }
  const { readSboms } = await import('../inventory/sbom/index.ts');
  const found = readSboms({ name, text: bytes.toString('utf8') });
  return found.map((inventory) => ({ inventory, key: null }));
}

async function* counted(
  services: Services,
  path: string,
  name: string,
): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of openPipe(path)) {
    done += chunk.length;
    services.progress({ step: name, done, total: null, unit: 'bytes' });
    yield chunk;
  }
}
