// What `gate check` judges by: flags, waivers, and the files of `--policy`. CEL is loaded only when
// there are some.
import { existsSync, readFileSync } from 'node:fs';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import type { GatePolicy } from '../../flow/gate-policy.ts';
import type { ImageFacts } from '../../policy/image/index.ts';
import {
  noWaivers,
  type Policy,
  parseKubernetesVersion,
  readWaivers,
  type WaiverBook,
} from '../../policy/index.ts';
import type { GateOptions } from './gate-options.ts';

export interface GateSetting {
  readonly gate: GatePolicy | null;
  /** Somebody has to look into the images first. */
  readonly asksImages: boolean;
  /** Policies ask for labels of namespaces. */
  readonly asksNamespaces: boolean;
  readonly policy: (known: (reference: string) => ImageFacts | null) => Policy;
}

type SettingOptions = Pick<
  GateOptions,
  'profile' | 'kubernetesVersion' | 'waivers' | 'onUnknown' | 'policy'
>;

/** Reads all of it. Throws `SeaworthyError` on files that are not understood. */
export async function loadSetting(options: SettingOptions, now: Date): Promise<GateSetting> {
  const defaults = {
    profiles: options.profile,
    minor: parseKubernetesVersion(options.kubernetesVersion),
    waivers: loadWaivers(options.waivers, now),
    onUnknown: options.onUnknown,
  };
  const files = options.policy ?? [];
  if (files.length === 0) {
    return { gate: null, asksImages: false, asksNamespaces: false, policy: () => defaults };
  }
  const { needsImages, needsNamespaces, policyWith, readGatePolicy } = await import(
    '../../flow/gate-policy.ts'
  );
  const { readPolicyTexts } = await import('./gate-policy-files.ts');
  const gate = readGatePolicy(readPolicyTexts(files), now);
  return {
    gate,
    asksImages: needsImages(gate),
    asksNamespaces: needsNamespaces(gate),
    policy: (known) => policyWith(gate, defaults, { known, now }),
  };
}

function loadWaivers(file: string | undefined, now: Date): WaiverBook {
  if (file === undefined) return noWaivers;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('unreadable', `${file} cannot be read (${messageOf(cause)})`, {
      cause,
    });
  }
  return readWaivers(text, file, now);
}

const imageScheme = /^(?:docker-archive|oci-archive|oci|docker|registry):/;
const imageFile = /\.(?:tar|tar\.gz|tgz|tar\.zst)$/i;
const manifestFile = /\.(?:ya?ml|json)$/i;
/** `name:tag`, `registry/name@sha256:...`; a bare word may as well be a file that is missing. */
const reference = /^[a-z0-9][\w.:/-]*(?::[\w.-]+|@sha256:[0-9a-f]{64})$/;

function isImage(word: string): boolean {
  if (imageScheme.test(word)) return true;
  if (existsSync(word)) return imageFile.test(word);
  return reference.test(word) && !manifestFile.test(word);
}

/** Images among the words of a command line; the others are manifests. */
export function splitImages(words: readonly string[]): {
  readonly images: readonly string[];
  readonly manifests: readonly string[];
} {
  return {
    images: words.filter(isImage),
    manifests: words.filter((word) => !isImage(word)),
  };
}
