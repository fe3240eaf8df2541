// What `gate manifests` does: prints the objects with a new authority; its key is in the Secret.
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { makeAuthority } from '../../base/certificate.ts';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { gateManifests } from '../../flow/gate-manifests.ts';
import { needsNamespaces, readGatePolicy } from '../../flow/gate-policy.ts';
import { exitCodes } from '../exit-codes.ts';
import { stdout } from '../stdout.ts';
import { readPolicyTexts } from './gate-policy-files.ts';
import type { GateManifestsOptions } from './gate-serve-options.ts';

const authorityDays = 3650;
const deadlineSeconds = 5;

/** Writes the manifests; returns the exit code. */
export function runGateManifests(options: GateManifestsOptions): number {
  const now = new Date();
  const texts = readPolicyTexts(options.policy);
  // A policy that the webhook would refuse is refused here.
  const policy = texts.length > 0 ? readGatePolicy(texts, now) : null;
  const replicas = Number(options.replicas);
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > 100) {
    throw new SeaworthyError('usage', `--replicas ${options.replicas} is no number from 1 to 100`);
  }
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(options.namespace)) {
    throw new SeaworthyError('usage', `${options.namespace} is no name of a namespace`);
  }
  const manifests = gateManifests({
    namespace: options.namespace,
    image: options.image,
    replicas,
    failMode: options.failMode,
    exempt: options.exempt,
    pins: options.pin === true,
    authority: makeAuthority('Seaworthy admission', authorityDays, now),
    policies: texts.map(({ file, text }, index) => ({
      name: `${index}-${basename(file).replaceAll(/[^\w.-]/g, '-')}`,
      text,
    })),
    deadlineSeconds,
    readsNamespaces: policy !== null && needsNamespaces(policy),
  });
  // JSON is YAML, and quotes every word as it must be.
  const text = manifests.map((one) => `---\n${JSON.stringify(one, null, 2)}\n`).join('');
  if (options.output === undefined) stdout().write(text);
  else {
    try {
      writeFileSync(options.output, text, { mode: 0o600 });
    } catch (cause) {
      throw new SeaworthyError(
        'unreadable',
        `${options.output} cannot be written (${messageOf(cause)})`,
        { cause },
      );
    }
  }
  return exitCodes.satisfied;
}
