// What `gate serve` does: policy, certificate and images put together, renewed while it runs.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CertifiedKey,
  certificateEnd,
  makeAuthority,
  makeServing,
} from '../../base/certificate.ts';
import { messageOf, oneLine, SeaworthyError } from '../../base/error.ts';
import { makeFolder } from '../../base/folder.ts';
import { realPace } from '../../base/retry.ts';
import { createVerdicts } from '../../flow/gate-verdicts.ts';
import {
  clusterAccess,
  type NamespaceWatch,
  watchNamespaces,
} from '../../host/kubernetes/index.ts';
import { createRegistry, parseReference } from '../../host/registry/index.ts';
import { type AdmissionServer, startAdmission } from '../../server/admission/index.ts';
import { registryOptions } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { openImages } from './gate-image-run.ts';
import type { GateServeOptions } from './gate-serve-options.ts';
import { type GateSetting, loadSetting } from './gate-setting.ts';

const renewMs = 60_000;
const servingDays = 30;
const renewedDays = 10;
const authorityDays = 3650;
const dayMs = 86_400_000;

function warn(line: string): void {
  process.stderr.write(`seaworthy: ${oneLine(line)}\n`);
}

/** Serves until it is told to end; returns the exit code. */
export async function runGateServe(options: GateServeOptions): Promise<number> {
  const port = wholeNumber('--port', options.port, 65_535);
  const deadlineMs = wholeNumber('--deadline', options.deadline, 25_000);
  let setting: GateSetting = await loadSetting(options, new Date());
  const source = certificateSource(options);
  let current = source.read(new Date());
  const images = await openImages(options);
  const registry = createRegistry({ ...registryOptions(options) });
  const verdicts = createVerdicts({
    nowMs: () => realPace.now(),
    look: (reference) => images.lookup(`registry:${reference}`),
    resolve: async (reference) => (await registry.readManifest(parseReference(reference))).digest,
    warn,
  });
  const namespaces = options.namespaces === true ? namespacesOf(options) : null;
  if (setting.asksNamespaces && namespaces === null) {
    warn(
      'policies ask for labels of namespaces, which reviews do not tell: give --namespaces; until then their selectors select every namespace',
    );
  }
  const server = await startAdmission({
    host: options.host,
    port,
    certificate: current.certificate,
    key: current.key,
    policy: (known) => setting.policy(known),
    images: verdicts,
    asksImages: () => setting.asksImages,
    namespaces,
    asksNamespaces: () => setting.asksNamespaces,
    pins: options.pin === true,
    failMode: options.failMode,
    exempt: new Set(options.exempt),
    deadlineMs,
    recordFile: options.record ?? null,
    certificateEnd: () => certificateEnd(current.certificate),
    now: () => new Date(),
    clockMs: () => performance.now(),
    warn,
  });
  warn(`the webhook listens on ${options.host}:${server.port}${source.words}`);
  const end = new AbortController();
  void renewing();
  /** Expiries of waivers, changed files, certificates near their end: an old policy beats none. */
  async function renew(): Promise<void> {
    try {
      setting = await loadSetting(options, new Date());
      const next = source.read(new Date());
      if (next.certificate !== current.certificate) server.renew(next.certificate, next.key);
      current = next;
    } catch (error) {
      warn(`kept as it was: ${messageOf(error)}`);
    }
  }
  async function renewing(): Promise<void> {
    while (!end.signal.aborted) {
      await realPace.sleep(renewMs, end.signal).catch(() => undefined);
      if (!end.signal.aborted) await renew();
    }
  }
  await ended(server);
  end.abort();
  namespaces?.close();
  registry.close();
  images.close();
  return exitCodes.satisfied;
}

/** Followed with the service account of the Pod, or with a kubeconfig. */
function namespacesOf(options: GateServeOptions): NamespaceWatch {
  const { kubeconfig, context } = options;
  return watchNamespaces({
    access: () =>
      clusterAccess({
        kubeconfig: kubeconfig ?? null,
        context: context ?? null,
        allowExec: false,
        environment: process.env,
      }),
    warn,
  });
}

async function ended(server: AdmissionServer): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  await server.close();
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new SeaworthyError('usage', `${flag} ${text} is no number up to ${most}`);
}

interface CertificateSource {
  /** The certificate of now: read again, or made anew where the last one is near its end. */
  read(now: Date): CertifiedKey;
  /** Behind the line that says where it listens. */
  readonly words: string;
}

function certificateSource(options: GateServeOptions): CertificateSource {
  const { cert, key, caCert, caKey } = options;
  if (cert !== undefined || key !== undefined) {
    const files = pair('--cert', '--key', { certificate: cert, key });
    return { read: () => readPair(files), words: '' };
  }
  const isGiven = caCert !== undefined || caKey !== undefined;
  const files = isGiven
    ? pair('--ca-cert', '--ca-key', { certificate: caCert, key: caKey })
    : ownAuthority(options.data);
  const [first = 'localhost', ...others] = options.name;
  let made: CertifiedKey | null = null;
  let stamp = 0;
  return {
    words: isGiven ? '' : `; its authority is ${files.certificate}`,
    read(now) {
      const changed = statSync(files.certificate).mtimeMs;
      const end = made === null ? null : certificateEnd(made.certificate);
      const isFresh = end !== null && end.getTime() - now.getTime() > renewedDays * dayMs;
      if (made !== null && isFresh && changed === stamp) return made;
      stamp = changed;
      made = makeServing(readPair(files), { names: [first, ...others], days: servingDays, now });
      return made;
    },
  };
}

function pair(
  certificateFlag: string,
  keyFlag: string,
  files: { readonly certificate: string | undefined; readonly key: string | undefined },
): CertifiedKey {
  const { certificate, key } = files;
  if (certificate !== undefined && key !== undefined) return { certificate, key };
  throw new SeaworthyError('usage', `${certificateFlag} and ${keyFlag} belong together`);
}

function readPair(files: CertifiedKey): CertifiedKey {
  try {
    return {
      certificate: readFileSync(files.certificate, 'utf8'),
      key: readFileSync(files.key, 'utf8'),
    };
  } catch (cause) {
    throw new SeaworthyError('unreadable', `the certificate cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
}

/** An authority of this machine, made once and kept in the data folder. */
function ownAuthority(data: string): CertifiedKey {
  const folder = join(data, 'gate');
  const files = { certificate: join(folder, 'ca.crt'), key: join(folder, 'ca.key') };
  if (existsSync(files.certificate) && existsSync(files.key)) return files;
  const made = makeAuthority('Seaworthy admission', authorityDays, new Date());
  makeFolder(folder);
  writeFileSync(files.key, made.key, { mode: 0o600 });
  writeFileSync(files.certificate, made.certificate, { mode: 0o644 });
  return files;
}
