// `sign` and `verify` as a person uses them: a key of one's own, a keyless image, a policy, a layout,
// against a real registry and (where it is installed) an image that skopeo pushed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRegistry, parseReference } from '../../src/host/registry/index.ts';
import { bundleType, simpleSigningType } from '../../src/trust/index.ts';
import { ownSchema } from '../json-schema.ts';
import { present } from '../present.ts';
import {
  jsonBytes,
  pushImage,
  pushLayer,
  pushSignatures,
  registryTestOptions,
} from '../pushed-image.ts';
import {
  hasRegistry,
  hasSkopeo,
  type RegistryProcess,
  startRegistry,
} from '../registry-process.ts';
import { sigstoreWorld, worker } from '../sigstore-world.ts';
import { payloadFor } from '../trust-samples.ts';
import { seaworthy } from './run.ts';

const validate = ownSchema('verify-1.schema.json');

describe.skipIf(!hasRegistry)('sign and verify (needs docker-registry)', () => {
  let registry: RegistryProcess;
  let folder = '';
  let image = '';
  let digest = '';
  const run = (words: readonly string[], password = 'correct horse') =>
    seaworthy([...words, '--platform', 'linux/amd64'], {
      cwd: folder,
      env: { SEAWORTHY_KEY_PASSWORD: password, SEAWORTHY_DATA: join(folder, 'data') },
    });
  const json = async (words: readonly string[]) => {
    const { stdout, code } = await run(['verify', ...words, '--format', 'json']);
    const answer = JSON.parse(stdout);
    expect(validate(answer)).toEqual([]);
    return { ...answer, code };
  };

  beforeAll(async () => {
    registry = await startRegistry();
    folder = mkdtempSync(join(tmpdir(), 'seaworthy-verify-'));
    image = `${registry.host}/team/shop:1`;
    ({ digest } = await pushImage(image, { index: true }));
  });
  afterAll(async () => {
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a key is made, signs, and verifies', async () => {
    const unsigned = await run(['verify', image]);
    expect([unsigned.code, unsigned.stdout]).toEqual([1, expect.stringContaining('not trusted')]);
    const made = await run(['sign', '--generate-key', 'own']);
    expect(made.code).toBe(0);
    expect(statSync(join(folder, 'own.key')).mode & 0o777).toBe(0o600);
    expect(`${made.stdout}${made.stderr}`).not.toContain('PRIVATE KEY');
    expect((await run(['sign', '--generate-key', 'own'])).code).toBe(3);
    expect((await run(['sign', image, '--key', 'own.key'], 'wrong')).stderr).toMatch(/password/);
    const signed = await run(['sign', image, '--key', 'own.key']);
    expect([signed.code, signed.stdout]).toEqual([0, expect.stringContaining(digest)]);
    const good = await run(['verify', image, '--key', 'own.pub']);
    expect([good.code, good.stderr]).toEqual([0, '']);
    expect(good.stdout).toContain('TRUSTED');
    expect(Math.max(...good.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    const answer = await json([image, '--key', 'own.pub']);
    expect(answer).toMatchObject({ code: 0, decision: 'allow', reasons: [] });
    expect(answer.signatures).toHaveLength(2);
    await run(['sign', '--generate-key', 'other', '--no-password']);
    expect(await json([image, '--key', 'other.pub'])).toMatchObject({ code: 1, decision: 'deny' });
  });

  test('an SBOM is attested, wanted and saved', async () => {
    const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', components: [] };
    writeFileSync(join(folder, 'bom.json'), JSON.stringify(bom));
    const words = ['sign', image, '--key', 'own.key', '--attest', 'bom.json'];
    expect((await run(words)).code).toBe(2);
    expect((await run([...words, '--type', 'cyclonedx'])).code).toBe(0);
    const wanted = ['verify', image, '--key', 'own.pub', '--attestation', 'cyclonedx'];
    const saved = await run([...wanted, '--save-sbom', 'saved.json']);
    expect(saved.code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'saved.json'), 'utf8'))).toEqual(bom);
  });

  test('keyless: who signed is told, and must be named', async () => {
    const world = await sigstoreWorld();
    writeFileSync(join(folder, 'root.json'), JSON.stringify(world.root));
    const reference = `${registry.host}/team/keyless:1`;
    const pushed = await pushImage(reference);
    const client = createRegistry(registryTestOptions);
    const bytes = payloadFor(pushed.digest);
    const { annotations } = await world.signMessage(bytes);
    const layer = { bytes, mediaType: simpleSigningType, annotations };
    const tag = `${registry.host}/team/keyless:${pushed.digest.replace(':', '-')}.sig`;
    await pushSignatures(client, tag, [await pushLayer(client, reference, layer)]);
    client.close();
    const root = ['--trusted-root', 'root.json'];
    const told = await run(['verify', reference, ...root]);
    expect(told.code).toBe(1);
    expect(told.stdout.replaceAll(/\s+/g, '')).toContain(
      `--certificate-identity'${worker.subject}'`,
    );
    const named = ['--certificate-identity', worker.subject];
    const issued = ['--certificate-oidc-issuer', worker.issuer];
    expect((await run(['verify', reference, ...root, ...named])).code).toBe(2);
    expect(await json([reference, ...root, ...named, ...issued])).toMatchObject({ code: 0 });
    const expression = ['--certificate-identity-regexp', 'https://github\\.com/acme/.*'];
    expect(await json([reference, ...root, ...expression, ...issued])).toMatchObject({ code: 0 });
    const loose = ['--certificate-identity-regexp', 'github\\.com/acme'];
    expect(await json([reference, ...root, ...loose, ...issued])).toMatchObject({ code: 1 });
    // The public root knows nothing of this world.
    const foreign = await json([reference, ...named, ...issued]);
    expect(foreign).toMatchObject({ code: 1, trustedRoot: { remarks: [] } });
    expect(foreign.signatures[0].refusal).toBe('untrusted-certificate');
  });

  test('a policy file decides by the name of the image', async () => {
    const policy = `trust:
  keys: {release: {file: own.pub}}
  images:
    - {pattern: ${registry.host}/team/shop, authorities: [{key: release}]}
    - {pattern: ${registry.host}/base/, verdict: trusted}
    - {pattern: ${registry.host}/old/, mode: warn, verdict: refused}
`;
    writeFileSync(join(folder, 'policy.yaml'), policy);
    const by = ['--policy', 'policy.yaml'];
    expect(await json([image, ...by])).toMatchObject({ code: 0, rule: { line: 4 } });
    for (const [name, code, decision] of [
      ['base/x:1', 0, 'allow'],
      ['old/x:1', 0, 'warn'],
      ['stranger/x:1', 1, 'deny'],
    ] as const) {
      await pushImage(`${registry.host}/${name}`);
      expect(await json([`${registry.host}/${name}`, ...by])).toMatchObject({ code, decision });
    }
    expect((await run(['verify', image, ...by, '--key', 'own.pub'])).code).toBe(2);
    writeFileSync(join(folder, 'bad.yaml'), 'trust:\n  images:\n    - {patern: x}\n');
    const bad = await run(['verify', image, '--policy', 'bad.yaml']);
    expect([bad.code, bad.stderr]).toEqual([3, expect.stringMatching(/bad\.yaml:3: .*"patern"/)]);
  });

  test.concurrent.each([
    [['verify', 'nowhere.invalid:1/x', '--timeout', '5'], 3],
    [['verify', 'UPPER/CASE'], 2],
    [['verify', 'shop:1', '--offline'], 2],
    [['verify', 'shop:1', '--key', 'missing.pub'], 3],
    [['verify', 'shop:1', '--key', 'own.key'], 3],
    [['verify', 'shop:1', '--trusted-root', 'own.pub'], 3],
    [['verify', 'pkg:npm/a@1'], 2],
    [['verify', 'shop:1', '--timeout', 'never'], 2],
    [['sign', 'shop:1'], 2],
    [['sign', 'shop:1', '--key', 'own.pub'], 3],
    [['sign', 'shop:1', '--key', 'own.key', '--offline'], 2],
  ])('%j exits with %i and one line', async (words, code) => {
    const ran = await run(words);
    expect(ran.code).toBe(code);
    expect(ran.stdout).toBe('');
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
  });

  test.skipIf(!hasSkopeo)(
    'an image that skopeo pushed, and its layout (needs skopeo)',
    async () => {
      const skopeo = (...words: string[]) => spawnSync('skopeo', words, { cwd: folder });
      const to = `docker://${registry.host}/copied/shop:1`;
      const flags = ['--src-tls-verify=false', '--dest-tls-verify=false', '--all'];
      expect(skopeo('copy', ...flags, `docker://${image}`, to).status).toBe(0);
      const copied = `${registry.host}/copied/shop:1`;
      expect((await run(['verify', copied, '--key', 'own.pub'])).code).toBe(1);
      expect((await run(['sign', copied, '--key', 'own.key'])).code).toBe(0);
      // The image and its signatures side by side in one layout.
      // It compresses layers on its way, so that the copy is another image.
      const { image: own } = await json([copied, '--key', 'own.pub']);
      const tag = own.subjects[0].digest.replace(':', '-');
      const copy = ['copy', '--src-tls-verify=false', '--all'];
      for (const [from, name] of [
        ['1', 'shop'],
        [`${tag}.sig`, `${tag}.sig`],
      ]) {
        const source = `docker://${registry.host}/copied/shop:${from}`;
        const ran = skopeo(...copy, source, `oci:layout:${name}`);
        expect([ran.status, ran.stderr.toString()]).toEqual([0, '']);
      }
      for (const words of [['oci:layout:shop'], ['layout', '--offline']]) {
        expect((await run(['verify', ...words, '--key', 'own.pub'])).code).toBe(0);
        expect((await run(['verify', ...words, '--key', 'other.pub'])).code).toBe(1);
      }
      expect(
        spawnSync('tar', ['-C', 'layout', '-cf', 'layout.tar', '.'], { cwd: folder }).status,
      ).toBe(0);
      expect((await run(['verify', 'oci-archive:layout.tar', '--key', 'own.pub'])).code).toBe(0);
    },
  );

  test('a bundle of another kind of content is no crash', async () => {
    const reference = `${registry.host}/team/odd:1`;
    const pushed = await pushImage(reference);
    const client = createRegistry(registryTestOptions);
    const layer = { bytes: jsonBytes({ mediaType: bundleType }), mediaType: bundleType };
    const tag = `${registry.host}/team/odd:${pushed.digest.replace(':', '-')}.sig`;
    await pushSignatures(client, tag, [await pushLayer(client, reference, layer)]);
    const { content } = await client.readManifest(parseReference(tag));
    client.close();
    expect(content.kind).toBe('manifest');
    const answer = await json([reference, '--key', 'own.pub']);
    expect([answer.code, present(answer.signatures[0]).refusal]).toEqual([1, 'malformed']);
  });
});
