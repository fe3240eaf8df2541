// Signatures over HTTP: a real registry with signed, unsigned and hostile images, the policy of a file,
// roles and teams, what is remembered, written down and told.
import { generateKeyPairSync } from 'node:crypto';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  jsonBytes,
  pushImage,
  pushLayer,
  pushSignatures,
  registryTestOptions,
} from '../../../test/pushed-image.ts';
import {
  hasRegistry,
  type RegistryProcess,
  startRegistry,
} from '../../../test/registry-process.ts';
import { imageIdOf } from '../../../test/sample-record.ts';
import { openServerLab, type ServerLab } from '../../../test/server-lab.ts';
import { type SigstoreWorld, sigstoreWorld, worker } from '../../../test/sigstore-world.ts';
import { payloadFor, rootOf, statementFor } from '../../../test/trust-samples.ts';
import { SeaworthyError } from '../../base/error.ts';
import { createTrustDesk } from '../../flow/image-trust.ts';
import type { TrustDesk } from '../../flow/image-trust-view.ts';
import type { LiveEvent } from '../../flow/live.ts';
import { registrySource, signImage, type TrustSetting } from '../../flow/trust/index.ts';
import { createRegistry, type Registry } from '../../host/registry/index.ts';
import type { ImageTrustView } from '../../model/image-trust.ts';
import {
  annotationNames,
  envelopeType,
  readSigningKey,
  readTrustPolicy,
  simpleSigningType,
} from '../../trust/index.ts';
import { trustRoutes } from './trust.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
const key = readSigningKey(pem, 'shop', null);
const publicPem = generatePublic();
const shop = imageIdOf('shop/api:1.2');
const path = `/api/v1/images/${shop}/trust`;
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(
  trustRoutes[0]?.answer ?? {},
);

function generatePublic(): string {
  const { publicKey } = readSigningKey(pem, 'shop', null);
  return publicKey.publicKey.export({ format: 'pem', type: 'spki' });
}

function policyText(registry: string, more = ''): string {
  const indented = publicPem.trim().replaceAll('\n', '\n      ');
  return `trust:
  keys:
    shop: |
      ${indented}
  images:
    - pattern: ${registry}/keyless/**
      authorities:
        - identity: { issuer: ${worker.issuer}, subject: '${worker.subject}' }
      attestations:
        - type: slsaprovenance
    - pattern: ${registry}/warned/**
      mode: warn
      authorities: [{ key: shop }]
    - pattern: ${registry}/free/**
      verdict: trusted
    - pattern: '**'
      authorities: [{ key: shop }]
${more}`;
}

describe.skipIf(!hasRegistry)('signatures of images (needs docker-registry)', () => {
  let registry: RegistryProcess;
  let client: Registry;
  let world: SigstoreWorld;
  let lab: ServerLab;
  let setting: TrustSetting;
  /** What the engine says of the image. */
  let digests: readonly string[] | null = [];
  let nowMs = Date.parse('2026-11-22T10:00:00Z');
  const heard: LiveEvent[] = [];
  const warned: string[] = [];

  beforeAll(async () => {
    registry = await startRegistry();
    client = createRegistry(registryTestOptions);
    world = await sigstoreWorld();
    setting = settingOf(policyText(registry.host));
    lab = await openServerLab({ trust: ({ catalogue, live }) => deskOf(catalogue, live) });
    lab.live.hear((event) => heard.push(event));
  });
  afterAll(async () => {
    client.close();
    await lab.close();
    await registry.stop();
  });
  beforeEach(() => {
    // The last look is long ago.
    nowMs += 3_600_000;
    heard.length = 0;
  });

  function deskOf(catalogue: ServerLab['catalogue'], live: ServerLab['live']): TrustDesk {
    return createTrustDesk({
      catalogue,
      setting: async () => setting,
      digestsOf: async () => digests,
      open: async (reference) => registrySource(reference, registryTestOptions),
      cannotAsk: null,
      onProgress: (progress) => live.tell('progress', { step: 'verify', ...progress }),
      onDone: (id) => live.tell('trust', { id }),
      now: () => new Date(nowMs),
      warn: (line) => warned.push(line),
    });
  }

  function settingOf(text: string | null): TrustSetting {
    const policy =
      text === null ? null : readTrustPolicy(text, 'trust.yaml', () => 'no key file is named');
    const root = rootOf(world.root);
    return { policy: policy === null ? null : { file: 'trust.yaml', policy }, root };
  }

  /** Asks for a look and waits until it is done. */
  async function look(held: readonly string[] | null): Promise<ImageTrustView> {
    digests = held;
    const asked = await lab.ask(path, { method: 'POST' });
    expect([asked.status, asked.value]).toMatchObject([200, { running: true }]);
    return settled();
  }

  async function settled(): Promise<ImageTrustView> {
    await expect
      .poll(async () => ((await lab.ask(path)).value as ImageTrustView).running, {
        timeout: 30_000,
      })
      .toBe(false);
    const { value } = await lab.ask(path);
    validate(value);
    expect(validate.errors ?? []).toEqual([]);
    return value as ImageTrustView;
  }

  async function push(name: string): Promise<{ readonly held: string; readonly digest: string }> {
    const { digest } = await pushImage(`${registry.host}/${name}:1`);
    return { held: `${registry.host}/${name}@${digest}`, digest };
  }

  const sign = (reference: string, claim: Parameters<typeof signImage>[0]['claim'] = null) =>
    signImage(
      { reference, key, shape: 'both', claim, recursive: false, now: '2026-11-22T00:00:00Z' },
      registryTestOptions,
    );

  test('nobody asked yet: it says so, with the command', async () => {
    const view = await settled();
    expect(view).toMatchObject({
      state: 'not-asked',
      running: false,
      last: null,
      command: 'seaworthy verify shop/api:1.2',
    });
  });

  test('a key that the policy names: trusted, remembered, told, in the log of changes', async () => {
    const { held } = await push('own/signed');
    await sign(held);
    await sign(held, { predicateType: 'https://cyclonedx.org/bom', predicate: { bomFormat: 'x' } });
    const view = await look([held]);
    expect(view).toMatchObject({
      state: 'trusted',
      sentence: expect.stringContaining('signed by shop'),
      advice: null,
      outdated: false,
      command: `seaworthy verify ${held} --policy trust.yaml`,
      last: {
        reference: held,
        checkedAt: new Date(nowMs).toISOString(),
        policy: { file: 'trust.yaml', mode: 'deny', rule: { patterns: ['**'] } },
      },
    });
    expect(view.last?.policy?.revision).toMatch(/^sha256:[0-9a-f]{64}$/);
    const kinds = view.last?.signatures.map(({ kind, trusted }) => `${kind} ${trusted}`);
    expect(new Set(kinds)).toEqual(new Set(['signature true', 'attestation true']));
    expect(heard.map(({ event }) => event)).toContain('trust');
    const progress = heard.filter(({ event }) => event === 'progress').map(({ data }) => data);
    expect(progress.map((one) => JSON.parse(one) as unknown)).toEqual([
      { step: 'verify', name: 'shop/api:1.2', waiting: 0, running: 1, done: 0 },
      { step: 'verify', name: 'shop/api:1.2', waiting: 0, running: 0, done: 1 },
    ]);
    const changes = (await lab.ask('/api/v1/changes')).value as { items: readonly object[] };
    expect(changes.items[0]).toMatchObject({ method: 'POST', path, status: 200 });
    // Over a restart: it lies in the catalogue.
    expect(lab.catalogue.trust(shop)?.outcome).toBe('trusted');
  });

  test('another policy: what is remembered is outdated until somebody looks again', async () => {
    setting = settingOf(policyText(registry.host, '  default: warn\n'));
    expect(await settled()).toMatchObject({ state: 'trusted', outdated: true });
    setting = settingOf(policyText(registry.host));
    expect(await settled()).toMatchObject({ outdated: false });
  });

  test('unsigned, signed by a stranger, only warned about, free', async () => {
    const unsigned = await push('own/unsigned');
    expect(await look([unsigned.held])).toMatchObject({
      state: 'unsigned',
      advice: expect.stringContaining('seaworthy sign'),
    });
    nowMs += 60_000;
    const strange = generateKeyPairSync('ed25519').privateKey.export({
      format: 'pem',
      type: 'pkcs8',
    });
    const other = await push('own/strange');
    await signImage(
      {
        reference: other.held,
        key: readSigningKey(strange, 'strange', null),
        shape: 'tag',
        claim: null,
        recursive: false,
        now: '2026-11-22T00:00:00Z',
      },
      registryTestOptions,
    );
    expect(await look([other.held])).toMatchObject({
      state: 'not-trusted',
      sentence: expect.stringMatching(/^Not trusted: /),
      last: { signatures: [{ verified: false, trusted: false, refusal: 'bad-signature' }] },
    });
    nowMs += 60_000;
    const warnedOf = await push('warned/unsigned');
    expect(await look([warnedOf.held])).toMatchObject({
      state: 'unsigned',
      last: { policy: { mode: 'warn' } },
    });
    nowMs += 60_000;
    const free = await push('free/any');
    expect(await look([free.held])).toMatchObject({
      state: 'trusted',
      sentence: expect.stringContaining('without signatures'),
    });
  });

  test('keyless with provenance: who built it, from what, by which log', async () => {
    const { held, digest } = await push('keyless/shop');
    const { annotations } = await world.signMessage(payloadFor(digest), { timestamp: true });
    const layer = { bytes: payloadFor(digest), mediaType: simpleSigningType, annotations };
    const tag = `${registry.host}/keyless/shop:${digest.replace(':', '-')}`;
    await pushSignatures(client, `${tag}.sig`, [await pushLayer(client, held, layer)]);
    const bundle = jsonBytes(await world.attest(statementFor(digest)));
    const mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    const attested = await pushLayer(client, held, { bytes: bundle, mediaType });
    await pushSignatures(client, `${tag}.att`, [attested], { artifactType: mediaType });
    const view = await look([held]);
    expect(view).toMatchObject({ state: 'trusted' });
    const provenance = view.last?.signatures.find(({ kind }) => kind === 'attestation');
    expect(provenance).toMatchObject({
      verified: true,
      trusted: true,
      predicateType: 'https://slsa.dev/provenance/v1',
      signer: { kind: 'certificate', subject: worker.subject, issuer: worker.issuer },
    });
    expect(provenance?.provenance).not.toBeNull();
    nowMs += 60_000;
    // Without a policy: who signed it is told, and judged by nobody.
    const before = setting;
    setting = settingOf(null);
    expect(await look([held])).toMatchObject({
      state: 'not-judged',
      sentence: expect.stringContaining(worker.subject),
      last: { policy: null },
    });
    setting = before;
  });

  test('what a registry writes is text, and bounded', async () => {
    const { held, digest } = await push('own/hostile');
    const harm = `<img src=x onerror="document.title='harmed'">${'A'.repeat(20_000)}`;
    const layer = {
      bytes: payloadFor(digest),
      mediaType: simpleSigningType,
      annotations: {
        [annotationNames.signature]: harm,
        'dev.sigstore.cosign/bundle': harm,
        [harm]: harm,
      },
    };
    const envelope = { bytes: jsonBytes({ payload: harm }), mediaType: envelopeType };
    const tag = `${registry.host}/own/hostile:${digest.replace(':', '-')}`;
    const one = await pushLayer(client, held, layer);
    const short = { ...one, annotations: { [annotationNames.signature]: '<script>' } };
    const layers = Array.from({ length: 120 }, (_, index) => (index < 5 ? one : short));
    await pushSignatures(client, `${tag}.sig`, layers);
    await pushSignatures(client, `${tag}.att`, [await pushLayer(client, held, envelope)]);
    const view = await look([held]);
    expect(view.state).toBe('not-trusted');
    expect(view.last?.signatures.length).toBe(100);
    expect(view.last?.moreSignatures).toBe(21);
    expect(JSON.stringify(view).length).toBeLessThan(400_000);
    const text = (await lab.ask(path)).headers['content-type'];
    expect(text).toBe('application/json');
  });

  test('nothing to ask: only local, gone, no image, a registry that is away', async () => {
    expect(await look([])).toMatchObject({
      state: 'no-reference',
      sentence: expect.stringContaining('built or loaded here'),
      advice: expect.stringContaining('Push it'),
      command: null,
    });
    nowMs += 60_000;
    expect(await look(null)).toMatchObject({
      state: 'no-reference',
      sentence: expect.stringContaining('no engine here holds it'),
    });
    nowMs += 60_000;
    const away = `127.0.0.1:9/shop/api@sha256:${'a'.repeat(64)}`;
    expect(await look([away])).toMatchObject({
      state: 'unreachable',
      sentence: expect.stringContaining('could not be asked'),
      advice: expect.stringContaining('docker login'),
      last: { reference: away },
    });
  });

  test('the name that it is called by decides where it is asked', async () => {
    const { held, digest } = await push('own/named');
    await sign(held);
    const catalogue = lab.catalogue.entry(shop);
    const named = `${registry.host}/own/named:1`;
    if (catalogue !== null) lab.catalogue.put({ ...catalogue, reference: named }, null);
    const elsewhere = `127.0.0.1:9/mirror@${digest}`;
    const view = await look([elsewhere, held]);
    expect(view).toMatchObject({ state: 'trusted', last: { reference: held } });
    if (catalogue !== null) lab.catalogue.put(catalogue, null);
  });

  test('viewers read, teams see their own, nobody holds the button down', async () => {
    const token = (name: string, role: 'viewer' | 'responder', teams: readonly string[] | null) =>
      lab.tokens.create({ name, role, teams }).token;
    const viewer = token('v', 'viewer', null);
    expect((await lab.ask(path, { token: viewer })).status).toBe(200);
    expect((await lab.ask(path, { token: viewer, method: 'POST' })).status).toBe(403);
    const stranger = token('s', 'responder', ['nobody']);
    expect((await lab.ask(path, { token: stranger })).status).toBe(404);
    expect((await lab.ask(path, { token: stranger, method: 'POST' })).status).toBe(404);
    const own = token('o', 'responder', ['checkout']);
    digests = [];
    expect((await lab.ask(path, { token: own, method: 'POST' })).status).toBe(200);
    await settled();
    const again = await lab.ask(path, { token: own, method: 'POST' });
    expect([again.status, again.text]).toEqual([409, expect.stringContaining('this moment')]);
    expect((await lab.ask('/api/v1/images/none/trust')).status).toBe(404);
  });

  test('many at once: two are asked, a hundred wait, one more is told to come later', async () => {
    let open: (() => void) | null = null;
    const held = new Promise<void>((done) => (open = done));
    const desk = createTrustDesk({
      catalogue: { trust: () => null, putTrust: () => undefined },
      setting: async () => setting,
      digestsOf: () => held.then(() => []),
      open: () => Promise.reject(new SeaworthyError('network', 'never asked')),
      cannotAsk: null,
      onProgress: () => undefined,
      onDone: () => undefined,
      now: () => new Date(nowMs),
      warn: () => undefined,
    });
    const image = (index: number) =>
      ({ id: `sha256:${index}`, kind: 'image', reference: `x:${index}` }) as const;
    for (let index = 0; index < 102; index += 1) await desk.ask(image(index));
    expect((await desk.view(image(101))).running).toBe(true);
    await expect(desk.ask(image(102))).rejects.toMatchObject({ code: 'busy' });
    // What waits already is not asked for twice.
    expect((await desk.ask(image(50))).running).toBe(true);
    (open as (() => void) | null)?.();
    await expect.poll(async () => (await desk.view(image(101))).running).toBe(false);
    expect(warned).toEqual([]);
  });
});
