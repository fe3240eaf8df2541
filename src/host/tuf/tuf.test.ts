// Renewal of the trusted root against a TUF repository of our own: good, forged, expired, absent.
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../test/http-server.ts';
import { operatingError } from '../../../test/registry-client.ts';
import { readTrustedRoot } from '../../trust/index.ts';
import { knownRoot, renewRoot } from './index.ts';

/** Canonical JSON as TUF signs it: sorted keys, no blanks. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`);
  return `{${members.join(',')}}`;
}

interface Changes {
  readonly expires?: string;
  /** Signs timestamp, snapshot and targets instead of the key that the root names. */
  readonly signer?: KeyObject;
  /** What is served instead of the target. */
  readonly served?: string;
}

const target = JSON.stringify(readJson(knownRoot('/nonexistent').bytes));

function readJson(bytes: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** The files of a repository by path, and its root. */
function repository({ expires = '2099-01-01T00:00:00Z', signer, served = target }: Changes) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
  const key = { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: raw } };
  const keyid = createHash('sha256').update(canonical(key)).digest('hex');
  const signed = (content: object, by: KeyObject): string => {
    const body = { spec_version: '1.0.0', version: 1, expires, ...content };
    const sig = sign(null, Buffer.from(canonical(body)), by).toString('hex');
    return JSON.stringify({ signatures: [{ keyid, sig }], signed: body });
  };
  const role = { keyids: [keyid], threshold: 1 };
  const roles = { root: role, timestamp: role, snapshot: role, targets: role };
  const rootContent = { _type: 'root', consistent_snapshot: false, keys: { [keyid]: key }, roles };
  const root = signed({ ...rootContent, expires: '2099-01-01T00:00:00Z' }, privateKey);
  const by = signer ?? privateKey;
  const sha256 = createHash('sha256').update(target).digest('hex');
  const listed = { length: Buffer.byteLength(target), hashes: { sha256 } };
  const files = new Map([
    [
      '/timestamp.json',
      signed({ _type: 'timestamp', meta: { 'snapshot.json': { version: 1 } } }, by),
    ],
    ['/snapshot.json', signed({ _type: 'snapshot', meta: { 'targets.json': { version: 1 } } }, by)],
    ['/targets.json', signed({ _type: 'targets', targets: { 'trusted_root.json': listed } }, by)],
    ['/targets/trusted_root.json', served],
  ]);
  return { files, root };
}

let folder = '';
let server: RunningServer | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-tuf-'));
});
afterEach(async () => {
  await server?.close();
  server = null;
  rmSync(folder, { recursive: true, force: true });
});

async function renew(changes: Changes) {
  const { files, root } = repository(changes);
  server = await startServer((request, response) => {
    const text = files.get(request.url ?? '');
    if (text === undefined) response.writeHead(404).end();
    else response.end(text);
  });
  const rootFile = join(folder, 'given-root.json');
  writeFileSync(rootFile, root);
  return renewRoot({ folder, rootFile, mirror: `http://${server.host}` });
}

describe('the trusted root', () => {
  test('is built in, and whole', () => {
    const { bytes, name } = knownRoot(folder);
    const root = readTrustedRoot(bytes, name);
    expect(root.remarks).toEqual([]);
    expect(root.logs.length).toBeGreaterThanOrEqual(2);
    expect(root.authorities.length).toBeGreaterThanOrEqual(1);
    expect(name).toContain('built in');
  });

  test('is renewed by TUF and kept', async () => {
    const renewed = await renew({});
    expect(new TextDecoder().decode(renewed.bytes)).toBe(target);
    expect(renewed.name).toContain('renewed');
    expect(readFileSync(join(folder, 'trusted_root.json'), 'utf8')).toBe(target);
    expect(knownRoot(folder).name).toBe(renewed.name);
  });

  test.each<[string, Changes]>([
    ['another target than was signed', { served: target.replace('2021', '2020') }],
    ['metadata signed by a stranger', { signer: generateKeyPairSync('ed25519').privateKey }],
    ['expired metadata', { expires: '2020-01-01T00:00:00Z' }],
  ])('is not renewed from %s', async (_, changes) => {
    expect((await operatingError(renew(changes))).code).toBe('network');
    expect(existsSync(join(folder, 'trusted_root.json'))).toBe(false);
    expect(knownRoot(folder).name).toContain('built in');
  });

  test('is not renewed where nobody answers', async () => {
    const rootFile = join(folder, 'given-root.json');
    writeFileSync(rootFile, repository({}).root);
    const renewing = renewRoot({ folder, rootFile, mirror: 'http://127.0.0.1:1' });
    expect((await operatingError(renewing)).code).toBe('network');
  });
});
