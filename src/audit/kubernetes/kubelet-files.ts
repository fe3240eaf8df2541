// The settings files of a component: which flags name them, and how texts become values.
import { asRecord, parseJson, stringField } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import type { ComponentName, ConfigFile } from './facts.ts';
import { flagsOf } from './settings.ts';

/** Settings of one component; those of large clusters have some KB. */
export const configBytes = 4 * 1024 * 1024;

/** Drop-ins of one kubelet. */
const dropInsMost = 1000;

/** The flag that names the settings file of each component. */
const configFlags: Readonly<Partial<Record<ComponentName, string>>> = {
  kubelet: 'config',
  'kube-proxy': 'config',
  'kube-scheduler': 'config',
  etcd: 'config-file',
};

/** Flags of the API server whose files decide something. */
const documentFlags = [
  'admission-control-config-file',
  'audit-policy-file',
  'authentication-config',
  'authorization-config',
  'encryption-provider-config',
] as const;

export interface NamedFiles {
  readonly config: string | null;
  /** Folder of drop-ins; only the kubelet has one. */
  readonly dropIns: string | null;
  readonly documents: readonly { readonly flag: string; readonly path: string }[];
}

/** The files that the words of a component name. */
export function filesNamed(
  name: ComponentName,
  words: readonly string[],
  environment: ReadonlyMap<string, string>,
): NamedFiles {
  const flags = flagsOf(words);
  const flag = configFlags[name];
  const fromVariable = name === 'etcd' ? environment.get('ETCD_CONFIG_FILE') : undefined;
  return {
    config: (flag === undefined ? undefined : flags.get(flag)) ?? fromVariable ?? null,
    dropIns: name === 'kubelet' ? (flags.get('config-dir') ?? null) : null,
    documents:
      name === 'kube-apiserver'
        ? documentFlags.flatMap((one) => {
            const path = flags.get(one);
            return path === undefined ? [] : [{ flag: one, path }];
          })
        : [],
  };
}

/** A settings file as a value: YAML or JSON, an object. Never throws. */
export function readConfig(path: string, text: string | null): ConfigFile {
  if (text === null) return { path, value: null, problem: 'it could not be read' };
  const isJson = /^\s*\{/.test(text.slice(0, 1000));
  const json = isJson ? parseJson(text, { maximumLength: configBytes }) : null;
  const parsed = json?.ok === true ? json : parseYaml(text, { maximumLength: configBytes });
  if (!parsed.ok) return { path, value: null, problem: parsed.reason.slice(0, 300) };
  if (parsed.value === null) return { path, value: {}, problem: null };
  if (asRecord(parsed.value) === null) return { path, value: null, problem: 'it is no object' };
  return { path, value: parsed.value, problem: null };
}

/**
 * A drop-in of the kubelet. One without kind or of another kind stops the kubelet at its start, so
 * that what runs was not made by it (kubelet configuration directory).
 */
export function readDropIn(path: string, text: string | null): ConfigFile {
  const config = readConfig(path, text);
  if (config.problem !== null) return config;
  return stringField(config.value, 'kind') === 'KubeletConfiguration'
    ? config
    : {
        path,
        value: null,
        problem: 'it is no KubeletConfiguration: the kubelet would not start with it',
      };
}

/** Names of a folder that are drop-ins, in the order in which they are laid over one another. */
export function dropInOrder(paths: readonly string[]): readonly string[] {
  return paths
    .filter((path) => path.endsWith('.conf'))
    .toSorted((a, b) => (a < b ? -1 : 1))
    .slice(0, dropInsMost);
}
