// A mirror of advisory feeds for tests: a real HTTP server over paths that the test sets and breaks.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Advisory, cleanRecord, interpretRecord } from '../src/advisory/feed/index.ts';
import { createHttpClient } from '../src/base/http.ts';
import type { OsvAffected, OsvRecord } from '../src/model/advisory.ts';
import { buildZip } from './build-zip.ts';
import { startServer } from './http-server.ts';

export type Answer =
  | Uint8Array
  | string
  | ((request: IncomingMessage, response: ServerResponse) => void);

export interface Mirror {
  readonly origin: string;
  /** Decoded path without leading slash -> what it answers; all else is 404. */
  readonly files: Map<string, Answer>;
  /** Raw request paths, in order. */
  readonly requests: string[];
  /** A network for the code under test, that never waits. */
  readonly network: {
    readonly client: ReturnType<typeof createHttpClient>;
    readonly pace: { now(): number; sleep(): Promise<void>; random(): number };
    readonly tries: number;
  };
  close(): Promise<void>;
}

export async function startMirror(): Promise<Mirror> {
  const files = new Map<string, Answer>();
  const requests: string[] = [];
  const server = await startServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    const answer = files.get(decodeURIComponent(path.slice(1)));
    if (answer === undefined) response.writeHead(404).end('no');
    else if (typeof answer === 'function') answer(request, response);
    else response.writeHead(200, { 'content-length': Buffer.byteLength(answer) }).end(answer);
  });
  const client = createHttpClient({ proxyEnvironment: null, idleMs: 5000 });
  return {
    origin: server.origin,
    files,
    requests,
    network: {
      client,
      pace: { now: () => 0, sleep: () => Promise.resolve(), random: () => 0 },
      tries: 3,
    },
    close: async () => {
      client.close();
      await server.close();
    },
  };
}

/** An export of an ecosystem, as OSV's bucket has it. */
export function exportOf(records: readonly (OsvRecord | string)[]): Buffer {
  return buildZip(
    records.map((record, index) =>
      typeof record === 'string'
        ? { name: `BAD-${index}.json`, content: record }
        : { name: `${record.id}.json`, content: JSON.stringify(record) },
    ),
  );
}

/** A record about one package, all versions below `fixed`. */
export function recordOf(
  id: string,
  about: Partial<OsvRecord> & {
    readonly ecosystem?: string;
    readonly name?: string;
    readonly fixed?: string;
  },
): OsvRecord {
  const { ecosystem = 'npm', name = 'lodash', fixed = '2.0.0', ...rest } = about;
  return {
    id,
    affected: [affectedBy(ecosystem, name, fixed)],
    ...rest,
  };
}

/** `package` of an ecosystem with one range: all versions below `fixed`. */
export function affectedBy(ecosystem: string, name: string, fixed: string): OsvAffected {
  return {
    package: { ecosystem, name },
    ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
  };
}

/** An advisory as a writer takes it; about lodash below 4.17.21 where `about` does not tell. */
export function advisoryOf(id: string, about: Partial<OsvRecord> = {}): Advisory {
  const record = cleanRecord({ id, affected: [affectedBy('npm', 'lodash', '4.17.21')], ...about });
  const advisory = typeof record === 'string' ? record : interpretRecord(record);
  if (typeof advisory === 'string') throw new Error(advisory);
  return advisory;
}
