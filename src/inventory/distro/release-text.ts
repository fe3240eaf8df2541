// Reads the release files of a root file system in their order of precedence: os-release(5) first, then
// the files that came before it.
import type { ReleaseFacts } from './definition.ts';

/** Files that the walk keeps whole for detection; the order is the order of precedence. */
export const distributionGlobs: readonly string[] = [
  'etc/os-release',
  'usr/lib/os-release',
  'etc/lsb-release',
  'etc/alpine-release',
  'etc/debian_version',
  'etc/centos-release',
  'etc/oracle-release',
  'etc/fedora-release',
  'etc/redhat-release',
  'etc/system-release',
  'etc/SuSE-release',
  'etc/apk/repositories',
  'root/buildinfo/content_manifests/*.json',
];

/** Longest value that is believed; os-release values are a few words. */
const longestValue = 256;
/** Characters read of one release file. */
const longestText = 64 * 1024;
/** Fields of one file. */
const mostLines = 1000;

interface Fields {
  readonly id: string;
  readonly idLike?: readonly string[];
  readonly versionId: string | null;
  readonly codename?: string | null;
  readonly name: string;
  readonly fields?: ReadonlyMap<string, string>;
}

export interface ReleaseReading {
  readonly facts: ReleaseFacts | null;
  /** The file that decided, or the one that could not be understood. */
  readonly path: string;
  /** Files before it that exist and say nothing. */
  readonly silent: readonly string[];
}

/** What the first file that names a distribution says; null facts when none does. */
export function readRelease(texts: ReadonlyMap<string, string>): ReleaseReading {
  const silent: string[] = [];
  for (const [path, read] of readers) {
    const text = texts.get(path);
    if (text === undefined) continue;
    const found = read(text.slice(0, longestText));
    if (found !== null) {
      const { id, idLike = [], versionId, codename = null, name, fields = new Map() } = found;
      const facts: ReleaseFacts = {
        id,
        idLike,
        versionId,
        codename,
        name,
        fields,
        file: (other) => texts.get(other) ?? null,
        files: (prefix) =>
          [...texts]
            .filter(([other]) => other.startsWith(prefix))
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([, text]) => text),
      };
      return { facts, path, silent };
    }
    silent.push(path);
  }
  return { facts: null, path: silent[0] ?? '', silent: silent.slice(1) };
}

/** Text that may be shown: one line, no control characters, of sane length. */
function clean(value: string): string {
  return value
    .replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '')
    .slice(0, longestValue)
    .trim();
}

/** KEY=value lines with shell quotes (os-release(5)); the last assignment wins, as in a shell. */
function assignments(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n', mostLines)) {
    const at = line.indexOf('=');
    const key = at < 0 ? '' : line.slice(0, at).trim();
    if (/^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(key))
      fields.set(key, clean(unquote(line.slice(at + 1))));
  }
  return fields;
}

function unquote(value: string): string {
  const text = value.trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== '"' && quote !== "'") || !text.endsWith(quote)) return text;
  const inner = text.slice(1, -1);
  return quote === '"' ? inner.replaceAll(/\\([$"\\`])/g, '$1') : inner;
}

/** An ID as os-release(5) allows it, lower-cased; null otherwise. */
function validId(text: string | undefined): string | null {
  const id = text?.toLowerCase() ?? '';
  return /^[a-z0-9._-]{1,64}$/.test(id) ? id : null;
}

function osRelease(text: string): Fields | null {
  const fields = assignments(text);
  const id = validId(fields.get('ID'));
  if (id === null) return null;
  const name = fields.get('NAME') ?? id;
  const version = fields.get('VERSION') ?? fields.get('VERSION_ID') ?? '';
  const idLike = (fields.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/);
  return {
    id,
    idLike: idLike.filter((word) => validId(word) !== null),
    versionId: fields.get('VERSION_ID') || null,
    codename: fields.get('VERSION_CODENAME') || fields.get('UBUNTU_CODENAME') || null,
    name: fields.get('PRETTY_NAME') || `${name} ${version}`.trim(),
    fields,
  };
}

function lsbRelease(text: string): Fields | null {
  const fields = assignments(text);
  const id = validId(fields.get('DISTRIB_ID'));
  if (id === null) return null;
  const versionId = fields.get('DISTRIB_RELEASE') || null;
  return {
    id,
    versionId,
    codename: fields.get('DISTRIB_CODENAME') || null,
    name:
      fields.get('DISTRIB_DESCRIPTION') || `${fields.get('DISTRIB_ID')} ${versionId ?? ''}`.trim(),
  };
}

function firstLine(text: string): string {
  return clean(text.trimStart().split('\n', 1)[0] ?? '');
}

function alpineRelease(text: string): Fields | null {
  const versionId = firstLine(text);
  if (!/^\d/.test(versionId)) return null;
  return { id: 'alpine', versionId, name: `Alpine Linux v${versionId}` };
}

/** `12.5`, or `trixie/sid` before a release. */
function debianVersion(text: string): Fields | null {
  const line = firstLine(text);
  const major = /^\d+/.exec(line)?.[0] ?? null;
  const codename = /^([a-z]+)\/sid$/.exec(line)?.[1] ?? null;
  if (major === null && codename === null) return null;
  return { id: 'debian', versionId: major, codename, name: `Debian GNU/Linux ${line}` };
}

/** Words at the start of `<name> release <version> (<code name>)` and the id that they stand for. */
const releaseNames: readonly (readonly [string, string])[] = [
  ['Red Hat Enterprise Linux', 'rhel'],
  ['CentOS', 'centos'],
  ['Rocky Linux', 'rocky'],
  ['AlmaLinux', 'almalinux'],
  ['Oracle Linux', 'ol'],
  ['Enterprise Linux Enterprise Linux', 'ol'],
  ['Fedora', 'fedora'],
  ['Amazon Linux', 'amzn'],
  ['Scientific Linux', 'scientific'],
  ['VMware Photon', 'photon'],
  ['CBL-Mariner', 'mariner'],
];

function releaseLine(text: string): Fields | null {
  const name = firstLine(text);
  const known = releaseNames.find(([start]) => name.startsWith(start));
  if (known === undefined) return null;
  const versionId = / (?:release )?(\d[\w.]*)/.exec(name)?.[1] ?? null;
  const codename = /\(([^()]+)\)\s*$/.exec(name)?.[1] ?? null;
  return { id: known[1], versionId, codename, name, idLike: [] };
}

/** `SUSE Linux Enterprise Server 11 (x86_64)` with `VERSION = 11` and `PATCHLEVEL = 4` below. */
function suseRelease(text: string): Fields | null {
  const name = firstLine(text);
  const fields = assignments(text);
  const version = fields.get('VERSION');
  const id = name.startsWith('openSUSE')
    ? 'opensuse'
    : name.startsWith('SUSE Linux Enterprise Desktop')
      ? 'sled'
      : 'sles';
  if (!version || !/^(?:open)?SUSE/.test(name)) return null;
  const patch = fields.get('PATCHLEVEL');
  const hasPatch = id !== 'opensuse' && patch !== undefined && patch !== '0';
  return { id, versionId: hasPatch ? `${version}.${patch}` : version, name };
}

const readers: readonly (readonly [string, (text: string) => Fields | null])[] = [
  ['etc/os-release', osRelease],
  ['usr/lib/os-release', osRelease],
  ['etc/lsb-release', lsbRelease],
  ['etc/alpine-release', alpineRelease],
  ['etc/debian_version', debianVersion],
  ['etc/centos-release', releaseLine],
  ['etc/oracle-release', releaseLine],
  ['etc/fedora-release', releaseLine],
  ['etc/redhat-release', releaseLine],
  ['etc/system-release', releaseLine],
  ['etc/SuSE-release', suseRelease],
];
