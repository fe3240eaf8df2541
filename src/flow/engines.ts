// The container engines of this machine: the one that is meant by the environment or found, and Podman's
// service beside it.
import { SeaworthyError } from '../base/error.ts';
import { connectEngine, type DockerEngine } from '../host/docker/index.ts';

/** An address as engines tell theirs: a socket's path, or a URL. */
export function connectTo(address: string): Promise<DockerEngine> {
  if (address.startsWith('/')) return connectEngine({ socketPath: address });
  return connectEngine({ host: address });
}

export interface FoundEngines {
  readonly engines: readonly DockerEngine[];
  /** Engines that are there and may not be used, in words. */
  readonly refused: readonly string[];
}

const podmanSocket = '/run/podman/podman.sock';

/** Those that answer now. */
export async function findEngines(): Promise<FoundEngines> {
  const engines: DockerEngine[] = [];
  const refused: string[] = [];
  for (const connect of [() => connectEngine(), () => connectTo(podmanSocket)]) {
    try {
      const engine = await connect();
      if (engines.some(({ address }) => address === engine.address)) engine.close();
      else engines.push(engine);
    } catch (error) {
      if (!(error instanceof SeaworthyError)) throw error;
      if (error.code === 'denied') refused.push(`${error.message}; ${error.advice ?? ''}`);
    }
  }
  return { engines, refused };
}
