// Settings of components with their source, by the order that each component itself has: kubelet flags
// lie over its drop-ins, those over its file; kube-proxy and etcd forget their flags when they get a
// file; schedulers forget some. Getting this wrong is why benchmarks cry wolf.
import { asArray, asRecord, field, stringsOf } from '../../base/json.ts';
import type { Component, ConfigFile } from './facts.ts';

export type Setting =
  | {
      readonly kind: 'known';
      /** Undefined: nothing is set, and there is no default. */
      readonly value: unknown;
      /** `--profiling of process 12`, `/var/lib/kubelet/config.yaml: readOnlyPort`, `default`. */
      readonly source: string;
    }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Question {
  /** Without dashes. */
  readonly flag?: string;
  /** Where it stands in the configuration file. */
  readonly path?: readonly string[];
  /** What the component takes where nothing is set; undefined: nothing. */
  readonly fallback?: unknown;
}

/** Flags that take no next word: `--profiling false` is true to Go, and `false` a stray word. */
const switches: ReadonlySet<string> = new Set([
  'allow-privileged',
  'anonymous-auth',
  'auto-tls',
  'client-cert-auth',
  'enable-bootstrap-token-auth',
  'make-iptables-util-chains',
  'peer-auto-tls',
  'peer-client-cert-auth',
  'profiling',
  'protect-kernel-defaults',
  'rotate-certificates',
  'rotate-server-certificates',
  'seccomp-default',
  'service-account-extend-token-expiration',
  'service-account-lookup',
  'use-service-account-credentials',
]);

/**
 * The last value of each flag, as Go reads words: `--name=value`, `--name value`, and `--name` alone
 * for true. Two dashes and one are the same to etcd, the rest is written with two.
 */
export function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const flags = new Map<string, string>();
  for (let at = 1; at < words.length; at += 1) {
    const match = /^--?([A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(words[at] ?? '');
    if (match === null) continue;
    // Dashes and underlines are the same to Kubernetes.
    const name = (match[1] ?? '').replaceAll('_', '-');
    const next = switches.has(name) ? undefined : words[at + 1];
    const isAlone = next === undefined || /^--?[A-Za-z]/.test(next);
    const value = match[2] ?? (isAlone ? 'true' : next);
    if (match[2] === undefined && !isAlone) at += 1;
    // Values of some flags add up: lists of gates may come in parts.
    const before = flags.get(name);
    const adds = name === 'feature-gates' && before !== undefined;
    flags.set(name, adds ? `${before},${unquoted(value)}` : unquoted(value));
  }
  return flags;
}

function unquoted(value: string): string {
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value;
}

/** Flags of a component; the same words are parsed once. */
const parsed = new WeakMap<readonly string[], ReadonlyMap<string, string>>();

export function flagsFor({ words }: Component): ReadonlyMap<string, string> {
  const known = parsed.get(words);
  if (known !== undefined) return known;
  const flags = flagsOf(words);
  parsed.set(words, flags);
  return flags;
}

/** One setting of a component, after its own order. */
export function settingOf(component: Component, question: Question): Setting {
  const { name, words, configs } = component;
  const isLaidAside = forgetsFlags(component, question);
  if (words.length === 0) {
    return { kind: 'unknown', reason: `the command line of ${name} could not be read` };
  }
  const flag = question.flag;
  if (flag !== undefined && !isLaidAside) {
    const value = flagsFor(component).get(flag);
    if (value !== undefined) {
      return { kind: 'known', value, source: `--${flag} of ${component.source}` };
    }
    const variable = `ETCD_${flag.replaceAll('-', '_').toUpperCase()}`;
    const given = name === 'etcd' ? component.environment.get(variable) : undefined;
    if (given !== undefined) {
      return { kind: 'known', value: given, source: `${variable} of ${component.source}` };
    }
  }
  const { path } = question;
  if (path !== undefined) {
    const inFile = inConfigs(configs, path);
    if (inFile !== null) return inFile;
  }
  return { kind: 'known', value: question.fallback, source: 'default' };
}

/** kube-proxy and etcd ignore flags once they are given a file, kube-scheduler those it has in there. */
function forgetsFlags({ name, configs }: Component, { path }: Question): boolean {
  if (configs.length === 0) return false;
  if (name === 'kube-proxy' || name === 'etcd') return true;
  return name === 'kube-scheduler' && path !== undefined;
}

/** The value of the last file that has one; a file that is not known might have had one. */
function inConfigs(configs: readonly ConfigFile[], path: readonly string[]): Setting | null {
  for (const config of configs.toReversed()) {
    if (config.problem !== null) {
      return { kind: 'unknown', reason: `${config.path}: ${config.problem}` };
    }
    const value = at(config.value, path);
    // Null in a file is the same as nothing there.
    if (value !== undefined && value !== null) {
      return { kind: 'known', value, source: `${config.path}: ${path.join('.')}` };
    }
  }
  return null;
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce((inner, key) => field(inner, key), value);
}

/** Whether a value of a flag or file is true; null: it is neither true nor false. */
export function isTrue(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return null;
  if (/^(?:1|t|true)$/i.test(value)) return true;
  return /^(?:0|f|false)$/i.test(value) ? false : null;
}

/** A number of a flag or file; null: it is none. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : null;
}

/** Words of a list in a file, or of `a,b` behind a flag. */
export function listOf(value: unknown): readonly string[] {
  const parts = typeof value === 'string' ? value.split(',') : stringsOf(value);
  return parts.map((one) => one.trim()).filter((one) => one !== '');
}

/** One feature gate: `--feature-gates` before `featureGates` of files, each gate for itself. */
export function gateOf(component: Component, gate: string, fallback: boolean): Setting {
  const given = settingOf(component, { flag: 'feature-gates' });
  if (given.kind === 'unknown') return given;
  const word = listOf(given.value)
    .toReversed()
    .find((one) => one.startsWith(`${gate}=`));
  if (word?.startsWith(`${gate}=`) === true) {
    return { ...given, value: word.slice(gate.length + 1) };
  }
  return settingOf(component, { path: ['featureGates', gate], fallback });
}

/** What is printed of a value: never a whole document. */
export function shown(value: unknown): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return value.slice(0, 200);
  if (Array.isArray(value))
    return asArray(value)
      .slice(0, 20)
      .map((one) => String(one).slice(0, 100));
  return asRecord(value) === null ? value : Object.keys(value as object).slice(0, 20);
}
