// Agents that show who they are by certificates: real TLS on loopback, real refusals, and certificates
// that are replaced while both sides run.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listenLab } from '../../../test/fleet-lab.ts';
import { hasTool } from '../../../test/registry-process.ts';
import { fleetDetection, health } from '../../../test/sample-fleet.ts';
import { createHttpClient, type TlsOptions } from '../../base/http.ts';
import { newSecret, secretHash } from '../../base/secret.ts';
import { openAgentLink } from '../../flow/agent-link.ts';
import { type FleetStore, openFleetStore } from '../../store/fleet/index.ts';
import type { FleetListener, FleetTls } from './index.ts';

const hasOpenssl = hasTool('openssl', 'version');
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-mutual-'));

interface Pair {
  readonly certificate: string;
  readonly key: string;
}

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', words, { cwd: folder, stdio: 'ignore' });
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function pairOf(name: string): Pair {
  const text = (end: string): string => readFileSync(join(folder, `${name}.${end}`), 'utf8');
  return { certificate: text('pem'), key: text('key') };
}

function authority(name: string): Pair {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.pem`];
  openssl('req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, ...files);
  return pairOf(name);
}

let issued = 0;
function certified(
  by: string,
  name: string,
  { days = 2, extension = 'extendedKeyUsage=clientAuth' } = {},
): Pair {
  issued += 1;
  const file = `c${issued}`;
  writeFileSync(join(folder, `${file}.ext`), extension);
  openssl(
    'req',
    ...newKey,
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${file}.key`,
    '-out',
    `${file}.csr`,
  );
  openssl(
    ...`x509 -req -in ${file}.csr -extfile ${file}.ext -days ${days} -out ${file}.pem`.split(' '),
    ...`-CA ${by}.pem -CAkey ${by}.key -CAcreateserial`.split(' '),
  );
  return pairOf(file);
}

describe.skipIf(!hasOpenssl)(
  `agents with certificates${hasOpenssl ? '' : ' (needs openssl)'}`,
  () => {
    const end = new AbortController();
    let store: FleetStore;
    let listener: FleetListener;
    let serverTls: FleetTls;
    let trusted: string;
    const sequences = new Map<string, number>();

    beforeAll(async () => {
      for (const name of ['fleet', 'next', 'stranger', 'fleet-like']) authority(name);
      const serving = certified('fleet', 'server', { extension: 'subjectAltName=IP:127.0.0.1' });
      trusted = pairOf('fleet').certificate;
      serverTls = { ...serving, clientAuthority: trusted };
      store = await openFleetStore(`sqlite:${join(folder, 'fleet.db')}`);
      ({ listener } = await listenLab({ store, tls: serverTls, signal: end.signal }));
    });
    afterAll(async () => {
      end.abort();
      await listener.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    });

    interface As extends TlsOptions {
      readonly renewed?: () => TlsOptions | null;
    }

    function link({ renewed, ...tls }: As) {
      return openAgentLink({
        server: new URL(`https://127.0.0.1:${listener.port}`),
        tls: { authorities: [trusted], ...tls },
        node: 'whatever it says',
        identity: null,
        keep: () => undefined,
        nowMs: () => Date.now(),
        ...(renewed === undefined ? {} : { renewed }),
      });
    }

    /** Sends the next record of a node. */
    async function send(opened: ReturnType<typeof openAgentLink>, node: string) {
      const after = sequences.get(node) ?? 0;
      const head = { stream: 's', after, through: after + 1, health };
      const lines = [`[${after + 1},${JSON.stringify(fleetDetection(node, 'x'))}]`];
      const answer = await opened.send(head, lines, new AbortController().signal);
      if (answer.kind === 'taken') sequences.set(node, answer.acknowledged);
      return answer;
    }

    async function sendOnce(tls: As, node: string) {
      const opened = link(tls);
      try {
        return await send(opened, node);
      } finally {
        opened.close();
      }
    }

    const nodeOf = async (id: string): Promise<string | undefined> =>
      (await store.agents({ after: null, limit: 100 })).find((one) => one.id === id)?.node;

    test('a certificate of the authority is an agent by its name, whatever it says', async () => {
      expect(await sendOnce(certified('fleet', 'node-1'), 'node-1')).toMatchObject({
        kind: 'taken',
      });
      expect(await nodeOf('cert:node-1')).toBe('node-1');
    });

    test('a certificate may send records and do nothing else', async () => {
      const tls = { authorities: [trusted], ...certified('fleet', 'node-9') };
      const client = createHttpClient({ tls });
      const table = [
        ['GET', '/api/v1/agents'],
        ['GET', '/metrics'],
        ['POST', '/api/v1/agents/cert:node-1/revoke'],
      ] as const;
      for (const [method, path] of table) {
        const url = new URL(path, `https://127.0.0.1:${listener.port}`);
        const answer = await client.send({ url, method });
        answer.discard();
        expect([path, answer.status]).toEqual([path, 401]);
      }
      client.close();
    });

    test('forged identities are refused', async () => {
      const own = pairOf('stranger');
      const table: readonly (readonly [string, TlsOptions])[] = [
        ['no certificate', {}],
        ['of another authority', certified('stranger', 'node-1')],
        ['signed by itself', own],
        ['of an authority with the same name', certified('fleet-like', 'node-1')],
        ['expired', certified('fleet', 'node-1', { days: -1 })],
        [
          'for servers only',
          certified('fleet', 'node-1', { extension: 'extendedKeyUsage=serverAuth' }),
        ],
        ['a name that is none', certified('fleet', "'; DROP TABLE agent --")],
        [
          'signed by an agent',
          (() => {
            const agent = certified('fleet', 'node-2');
            writeFileSync(join(folder, 'sub.pem'), agent.certificate);
            writeFileSync(join(folder, 'sub.key'), agent.key);
            const { certificate, key } = certified('sub', 'node-1');
            return { certificate: certificate + agent.certificate, key };
          })(),
        ],
      ];
      const before = (await store.counts()).detections;
      for (const [what, tls] of table) {
        await expect(sendOnce(tls, 'node-1'), what).rejects.toMatchObject({ code: 'denied' });
      }
      expect((await store.counts()).detections).toBe(before);
    });

    test('a token beside a certificate decides, so that neither lends its rights to the other', async () => {
      const viewer = newSecret('swt');
      await store.addToken({ hash: secretHash(viewer), role: 'viewer', label: 'v', teams: null });
      const opened = openAgentLink({
        server: new URL(`https://127.0.0.1:${listener.port}`),
        tls: { authorities: [trusted], ...certified('fleet', 'node-3') },
        node: 'n',
        identity: { server: '', agent: 'x', secret: viewer, next: null },
        keep: () => undefined,
        nowMs: () => Date.now(),
      });
      await expect(send(opened, 'node-3')).rejects.toMatchObject({ code: 'denied' });
      opened.close();
      expect(await nodeOf('cert:node-3')).toBeUndefined();
    });

    test('a revoked name stays out, with a new certificate too', async () => {
      expect(await sendOnce(certified('fleet', 'node-4'), 'node-4')).toMatchObject({
        kind: 'taken',
      });
      expect(await store.revoke('cert:node-4')).toBe(true);
      // A server that never heard of it: names are remembered for some seconds.
      const { listener: other } = await listenLab({ store, tls: serverTls, signal: end.signal });
      const opened = openAgentLink({
        server: new URL(`https://127.0.0.1:${other.port}`),
        tls: { authorities: [trusted], ...certified('fleet', 'node-4') },
        node: 'node-4',
        identity: null,
        keep: () => undefined,
        nowMs: () => Date.now(),
      });
      await expect(send(opened, 'node-4')).rejects.toMatchObject({ code: 'denied' });
      opened.close();
      await other.close();
    });

    test('both sides take other certificates and another authority while they run', async () => {
      let waiting: TlsOptions | null = null;
      const renewed = (): TlsOptions | null => {
        const taken = waiting;
        waiting = null;
        return taken;
      };
      const opened = link({ ...certified('fleet', 'node-5'), renewed });
      expect(await send(opened, 'node-5')).toMatchObject({ kind: 'taken' });
      const next = pairOf('next').certificate;
      const serving = certified('next', 'server', { extension: 'subjectAltName=IP:127.0.0.1' });
      // First the server believes both authorities, then the agent follows, then the old one goes.
      listener.renew({ ...serverTls, clientAuthority: `${trusted}\n${next}` });
      waiting = { authorities: [trusted, next], ...certified('next', 'node-5') };
      expect(await send(opened, 'node-5')).toMatchObject({ kind: 'taken' });
      listener.renew({ ...serving, clientAuthority: next });
      expect(await send(opened, 'node-5')).toMatchObject({ kind: 'taken', acknowledged: 3 });
      const late = { authorities: [trusted, next], ...certified('fleet', 'node-5') };
      await expect(sendOnce(late, 'node-5')).rejects.toMatchObject({ code: 'denied' });
      // What is broken changes nothing.
      const broken = { ...serving, key: serverTls.key, clientAuthority: next };
      expect(() => listener.renew(broken)).toThrow(/key/);
      expect(await send(opened, 'node-5')).toMatchObject({ kind: 'taken', acknowledged: 4 });
      opened.close();
      listener.renew(serverTls);
    });
  },
);
