// Settings of dockerd with their source: its command line, then daemon.json, then its default. The
// engine refuses to start where both say the same setting, so that no order between them is guessed.
import { asRecord, field } from '../../base/json.ts';
import type { DaemonProcess } from './facts.ts';

export interface DaemonSetting {
  /** Undefined: the default of the engine holds. */
  readonly value: unknown;
  /** `dockerd --icc=false`, `/etc/docker/daemon.json: icc`, `default`. */
  readonly source: string;
}

/** Flags that stand for true when no value follows. Their value comes behind `=` only. */
const switches: ReadonlySet<string> = new Set([
  'debug',
  'experimental',
  'icc',
  'init',
  'ip-forward',
  'ip-masq',
  'ip6tables',
  'iptables',
  'ipv6',
  'live-restore',
  'no-new-privileges',
  'raw-logs',
  'rootless',
  'selinux-enabled',
  'tls',
  'tlsverify',
  'userland-proxy',
]);

const shortNames: Readonly<Record<string, string>> = {
  D: 'debug',
  G: 'group',
  H: 'host',
  b: 'bridge',
  g: 'graph',
  l: 'log-level',
  p: 'pidfile',
  s: 'storage-driver',
};

/** Flags that may stand several times; the file calls them by their plural. */
const plurals: Readonly<Record<string, string>> = {
  'authorization-plugin': 'authorization-plugins',
  'default-ulimit': 'default-ulimits',
  host: 'hosts',
  'insecure-registry': 'insecure-registries',
  'log-opt': 'log-opts',
  'storage-opt': 'storage-opts',
};

/** The flags of a command line by the names of daemon.json; plural ones are lists. */
export function flagsOf(words: readonly string[]): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>();
  for (let at = 1; at < words.length; at += 1) {
    const parsed = flagAt(words, at);
    if (parsed === null) continue;
    at += parsed.taken - 1;
    const plural = Object.hasOwn(plurals, parsed.name) ? plurals[parsed.name] : undefined;
    if (plural === undefined) found.set(parsed.name, parsed.value);
    else found.set(plural, [...((found.get(plural) as unknown[]) ?? []), parsed.value]);
  }
  return found;
}

function flagAt(words: readonly string[], at: number) {
  const word = words[at] ?? '';
  const long = /^--([a-z0-9-]+)(?:=(.*))?$/s.exec(word);
  const short = /^-([A-Za-z])=?(.*)$/s.exec(word);
  const letter = short?.[1] ?? '';
  const name = long?.[1] ?? (Object.hasOwn(shortNames, letter) ? shortNames[letter] : undefined);
  if (name === undefined) return null;
  const attached = long === null ? (short?.[2] ?? '') : long[2];
  if (switches.has(name)) {
    const text = attached === undefined || attached === '' ? 'true' : attached;
    return { name, value: /^(?:1|t|true)$/i.test(text), taken: 1 };
  }
  if (attached !== undefined && attached !== '') return { name, value: attached, taken: 1 };
  return { name, value: words[at + 1] ?? '', taken: 2 };
}

/** Reads one setting by its name in daemon.json; null: neither source could be read. */
export function settingOf(daemon: DaemonProcess, name: string): DaemonSetting | null {
  if (daemon.arguments !== null) {
    const flags = flagsOf(daemon.arguments);
    if (flags.has(name)) {
      const value = flags.get(name);
      return { value, source: `dockerd --${name}=${String(value).slice(0, 200)}` };
    }
  }
  if (asRecord(daemon.settings) !== null && field(daemon.settings, name) !== undefined) {
    return { value: field(daemon.settings, name), source: `${daemon.file}: ${name}` };
  }
  if (daemon.arguments === null || daemon.problem !== null) return null;
  return { value: undefined, source: 'default' };
}
