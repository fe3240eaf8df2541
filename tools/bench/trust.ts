// Verification of signatures: from memory, cold from a registry on this machine, and one signature
// alone. Run by itself: `node tools/bench/trust.ts [--rounds N]`.
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { createTrustVerifier, registrySource } from '../../src/flow/trust/index.ts';
import { createRegistry } from '../../src/host/registry/index.ts';
import {
  bundleType,
  demandedPolicy,
  type FoundLayer,
  simpleSigningType,
  verifyLayer,
} from '../../src/trust/index.ts';
import {
  jsonBytes,
  pushImage,
  pushLayer,
  pushSignatures,
  registryTestOptions,
} from '../../test/pushed-image.ts';
import { hasOptionalTool, startRegistry } from '../../test/registry-process.ts';
import { sigstoreWorld, worker } from '../../test/sigstore-world.ts';
import { payloadFor, rootOf } from '../../test/trust-samples.ts';
import type { Case } from './context.ts';
import { type Figure, figure, median } from './figure.ts';

const identity = {
  issuer: { text: worker.issuer, kind: 'exact' },
  subject: { text: worker.subject, kind: 'exact' },
} as const;

/** Wall time in milliseconds of each round. */
async function timed(rounds: number, run: () => unknown): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    await run();
    times.push(performance.now() - startedAt);
  }
  return times;
}

function note(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const best = sorted[0]?.toFixed(3) ?? '';
  const worst = sorted.at(-1)?.toFixed(3) ?? '';
  return `median of ${times.length}; best ${best}, worst ${worst} ms`;
}

/** Measures against a registry of its own, which is ended. */
async function measured(rounds: number): Promise<readonly Figure[]> {
  const registry = await startRegistry();
  const client = createRegistry(registryTestOptions);
  try {
    const world = await sigstoreWorld();
    const root = rootOf(world.root);
    const reference = `${registry.host}/bench/shop:1`;
    const { digest, manifestBytes } = await pushImage(reference);
    const bytes = payloadFor(digest);
    const { annotations } = await world.signMessage(bytes);
    const layer = await pushLayer(client, reference, {
      bytes,
      mediaType: simpleSigningType,
      annotations,
    });
    const tag = `${registry.host}/bench/shop:${digest.replace(':', '-')}`;
    await pushSignatures(client, `${tag}.sig`, [layer]);
    const policy = demandedPolicy({ keys: [], identity, attestations: [] });
    const make = () => createTrustVerifier({ policy, root, now: () => new Date() });

    const cold = await timed(rounds, async () => {
      const source = registrySource(reference, registryTestOptions);
      const { verdict } = await make().verify(source);
      source.close();
      if (verdict.decision !== 'allow') throw new Error('the signature does not verify');
    });
    const verifier = make();
    const source = registrySource(`${registry.host}/bench/shop@${digest}`, registryTestOptions);
    await verifier.verify(source);
    const cached = await timed(rounds * 100, () => verifier.verify(source));
    source.close();

    const { bundle } = await world.signMessage(manifestBytes, { log: 'v2' });
    const found: FoundLayer = {
      shape: 'referrer',
      storedIn: digest,
      artifactType: bundleType,
      mediaType: bundleType,
      annotations: new Map(),
      bytes: jsonBytes(bundle),
    };
    const subjects = [{ digest, role: 'manifest', bytes: manifestBytes }] as const;
    const single = await timed(rounds * 4, () => verifyLayer(found, subjects, { keys: [], root }));
    const row = (name: string, times: readonly number[], target?: number): Figure =>
      figure({
        name,
        value: median(times),
        unit: 'ms',
        note: note(times),
        ...(target === undefined ? {} : { target }),
      });
    return [
      row('verify an image again, by digest', cached, 1),
      row('verify an image, cold, local registry', cold, 300),
      row('verify one keyless signature', single),
    ];
  } finally {
    client.close();
    await registry.stop();
  }
}

export const trust: Case = {
  name: 'trust',
  async measure({ rounds, say }) {
    if (!hasOptionalTool('docker-registry', '--version')) {
      return [{ name: 'trust', skipped: 'docker-registry is not installed' }];
    }
    say('trust: signatures on a registry of this machine');
    return measured(rounds * 4);
  },
};

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '20' } } });
  const before = process.cpuUsage();
  const figures = await measured(Number(values.rounds));
  const { user, system } = process.cpuUsage(before);
  for (const { name, value, unit, target, ok, note: how = '' } of figures) {
    const wanted = target === null ? '' : ` (target ${target}: ${ok ? 'met' : 'missed'})`;
    console.log(`${name}: ${value} ${unit}${wanted}; ${how}`);
  }
  const load = loadavg()[0]?.toFixed(1) ?? '';
  console.log(
    `load ${load} on ${availableParallelism()} cores; CPU ${((user + system) / 1e6).toFixed(1)} s`,
  );
  process.exitCode = figures.every(({ ok }) => ok) ? 0 : 1;
}
