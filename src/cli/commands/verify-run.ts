// What `verify` does; loaded only when it is called.
import { readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { limits } from '../../base/limits.ts';
import { parseTarget, splitReference } from '../../flow/target.ts';
import {
  createTrustVerifier,
  layoutSource,
  registrySource,
  type TrustAnswer,
  type TrustSource,
} from '../../flow/trust/index.ts';
import { knownRoot, renewRoot } from '../../host/tuf/index.ts';
import {
  demandedPolicy,
  isOfType,
  type PolicyDemand,
  predicateTypes,
  readPublicKey,
  readTrustedRoot,
  readTrustPolicy,
  type TrustedRoot,
  type TrustPolicy,
} from '../../trust/index.ts';
import { compose, registryOptions } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { viewOf } from '../stdout.ts';
import { version } from '../version.ts';
import { writeResult } from '../write.ts';
import type { VerifyOptions } from './verify-options.ts';
import { verifyTable } from './verify-table.ts';

/** Verifies one image and writes the answer; returns the exit code. */
export async function runVerify(image: string, options: VerifyOptions): Promise<number> {
  const policy = policyOf(options);
  const root = await rootOf(options);
  const warn = (line: string): void => {
    if (options.quiet !== true) process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
  };
  for (const remark of root.remarks) warn(remark);
  const source = await sourceOf(image, options);
  let answer: TrustAnswer;
  try {
    answer = await createTrustVerifier({
      policy,
      root,
      now: () => new Date(),
      keepPredicates: options.saveSbom !== undefined,
    }).verify(source);
  } finally {
    source.close();
  }
  const text =
    options.format === 'json' ? jsonText(answer, root) : tableText(answer, { root, options });
  await writeResult(text, options.output);
  if (answer.verdict.decision === 'deny') return exitCodes.violated;
  if (options.saveSbom !== undefined) await saveSbom(answer, options.saveSbom);
  return exitCodes.satisfied;
}

/** Who is trusted: by the policy file, else by the flags. */
export function policyOf(options: VerifyOptions): TrustPolicy {
  const demand = demandOf(options);
  if (options.policy === undefined) return demandedPolicy(demand);
  if (demand.keys.length > 0 || demand.identity !== null || demand.attestations.length > 0) {
    throw new SeaworthyError('usage', '--policy names the signers itself', {
      advice: 'leave out --key, --certificate-... and --attestation',
    });
  }
  const file = options.policy;
  const text = readSmall(file, limits.trustPolicyBytes);
  const readKeyFile = (name: string): string =>
    readSmall(resolve(dirname(file), name), keyBytes).toString('utf8');
  return readTrustPolicy(text.toString('utf8'), file, readKeyFile);
}

const keyBytes = 64 * 1024;

function demandOf(options: VerifyOptions): PolicyDemand {
  const subject = either(options.certificateIdentity, options.certificateIdentityRegexp);
  const issuer = either(options.certificateOidcIssuer, options.certificateOidcIssuerRegexp);
  if ((subject === null) !== (issuer === null)) {
    throw new SeaworthyError('usage', 'an identity counts only together with its issuer', {
      advice: 'give both --certificate-identity and --certificate-oidc-issuer',
    });
  }
  const keys = options.key.map((file) =>
    readPublicKey(readSmall(file, keyBytes).toString('utf8'), file),
  );
  const identity = subject === null || issuer === null ? null : { subject, issuer };
  return { keys, identity, attestations: options.attestation };
}

function either(
  exact: string | undefined,
  expression: string | undefined,
): { readonly text: string; readonly kind: 'exact' | 'expression' } | null {
  if (exact !== undefined && expression !== undefined) {
    throw new SeaworthyError('usage', 'an identity and its expression exclude each other');
  }
  if (exact !== undefined) return { text: exact, kind: 'exact' };
  return expression === undefined ? null : { text: expression, kind: 'expression' };
}

function readSmall(file: string, most: number): Buffer {
  try {
    if (statSync(file).size > most) {
      throw new SeaworthyError('limit', `${file} has more than ${most} bytes`);
    }
    return readFileSync(file);
  } catch (cause) {
    if (cause instanceof SeaworthyError) throw cause;
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new SeaworthyError(
      missing ? 'not-found' : 'unreadable',
      missing ? `${file} does not exist` : `${file} cannot be read (${messageOf(cause)})`,
      { cause, advice: 'check the path' },
    );
  }
}

/** The authorities that keyless signatures count by. */
export async function rootOf(options: VerifyOptions): Promise<TrustedRoot> {
  const { trustedRoot, updateTrustedRoot, data } = options;
  if (trustedRoot !== undefined || updateTrustedRoot !== true) return knownRootOf(options);
  if (options.offline === true) {
    throw new SeaworthyError('usage', '--offline forbids --update-trusted-root');
  }
  const { bytes, name } = await renewRoot({ folder: data });
  return readTrustedRoot(bytes, name);
}

/** The same without any network: of the file, else as it was last renewed or built in. */
export function knownRootOf({
  trustedRoot,
  data,
}: Pick<VerifyOptions, 'trustedRoot' | 'data'>): TrustedRoot {
  const { bytes, name } =
    trustedRoot === undefined
      ? knownRoot(data)
      : { bytes: readSmall(trustedRoot, limits.trustedRootBytes), name: trustedRoot };
  return readTrustedRoot(bytes, name);
}

async function sourceOf(image: string, options: VerifyOptions): Promise<TrustSource> {
  const target = parseTarget(image);
  const { kind } = target;
  if (kind === 'oci' || kind === 'oci-archive' || kind === 'archive') {
    return openLayout(target, options);
  }
  if (kind !== 'image' && kind !== 'registry') {
    throw new SeaworthyError('usage', `${image} cannot hold signatures`, {
      advice: 'verify an image of a registry, or an OCI layout',
    });
  }
  if (options.offline === true) {
    throw new SeaworthyError('usage', `--offline forbids asking the registry of ${image}`, {
      advice: 'verify an OCI layout that holds the signatures too',
    });
  }
  return registrySource(target.name, {
    ...registryOptions(options),
    ...(options.platform === undefined ? {} : { platform: options.platform }),
    signal: AbortSignal.timeout(options.timeout * 1000),
  });
}

async function openLayout(
  target: ReturnType<typeof parseTarget>,
  options: VerifyOptions,
): Promise<TrustSource> {
  const { path, reference } = splitReference(target);
  const { openArchiveFile, openFolder } = await import('../../inventory/image/index.ts');
  const composed = compose(options, options);
  const analyst = async () => (await composed.services.reading()).analyst;
  const store =
    target.kind === 'oci'
      ? openFolder({ folder: path, analyst, verifyDigests: true })
      : await openArchiveFile({ file: path, analyst, verifyDigests: true });
  composed.close();
  const platform = options.platform ?? null;
  return layoutSource(store, { text: target.text, reference, platform });
}

function tableText(
  answer: TrustAnswer,
  { root, options }: { readonly root: TrustedRoot; readonly options: VerifyOptions },
): string {
  return verifyTable(answer, { ...viewOf(options.output), rootName: root.name });
}

/** The stable form; docs/schema/verify-1.schema.json describes it. */
function jsonText({ facts, verdict, checkedAt }: TrustAnswer, root: TrustedRoot): string {
  const { trusted: _, ...told } = verdict;
  const document = {
    schemaVersion: 1,
    tool: { name: 'seaworthy', version },
    checkedAt,
    image: { reference: facts.reference, name: facts.name, subjects: facts.subjects },
    ...told,
    signatures: facts.signatures,
    unknowns: facts.unknowns,
    trustedRoot: { name: root.name, hash: root.hash, remarks: root.remarks },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

async function saveSbom({ facts, verdict, predicates }: TrustAnswer, file: string): Promise<void> {
  const wanted = ['cyclonedx', 'spdx'].flatMap((name) => predicateTypes(name) ?? []);
  const at = facts.signatures.findIndex(
    (one) =>
      verdict.trusted.includes(one) &&
      one.predicateType !== null &&
      isOfType(one.predicateType, wanted),
  );
  if (at === -1) {
    throw new SeaworthyError('not-found', 'no trusted signer attests an SBOM of this image', {
      advice: 'leave out --save-sbom; `seaworthy sbom` makes one',
    });
  }
  await writeResult(`${JSON.stringify(predicates[at], null, 2)}\n`, file);
}
