// apk's installed database (apk-tools, apk-installed(5)): `X:value` lines where case matters; a blank
// line ends a package.
import { limits } from '../../../base/limits.ts';
import { splitLicences } from '../../../model/licence.ts';
import type { FoundPackage } from '../../../model/package.ts';
import type { CatalogResult, CatalogUnknown } from '../ecosystem.ts';

/** Names and versions above this are refused: apk's own are below 200 characters. */
const longestIdentity = 1024;
/** A field above this is broken; `p:` of the largest packages has some 100 kB. */
const longestValueBytes = 4 * 1024 * 1024;
/** Paths kept of one database; a full desktop has about 300,000. */
const mostPaths = 500_000;

interface Draft {
  name: string;
  version: string;
  architecture: string;
  origin: string;
  licence: string;
  maintainer: string;
  /** Of the repository that it was asked from: `apk add x@edge`. */
  tag: string;
  depends: string;
  provides: string;
  readonly files: string[];
}

interface Reading {
  readonly drafts: Draft[];
  readonly unknowns: CatalogUnknown[];
  strayLines: number;
  longValues: number;
  paths: number;
  lostPaths: number;
}

function emptyDraft(): Draft {
  return {
    name: '',
    version: '',
    architecture: '',
    origin: '',
    licence: '',
    maintainer: '',
    tag: '',
    depends: '',
    provides: '',
    files: [],
  };
}

const newline = 10;
const colon = 58;

/** All packages of an installed database. Linear; never throws on content. */
export function parseInstalled(bytes: Uint8Array): CatalogResult {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const reading: Reading = {
    drafts: [],
    unknowns: [],
    strayLines: 0,
    longValues: 0,
    paths: 0,
    lostPaths: 0,
  };
  let draft = emptyDraft();
  let folder = '';
  let filled = false;
  for (let at = 0; at < buffer.length; ) {
    const next = buffer.indexOf(newline, at);
    const stop = next < 0 ? buffer.length : next;
    if (stop === at) {
      if (filled) close(draft, reading);
      if (reading.drafts.length >= limits.packagesPerFile) {
        reading.unknowns.push({ reason: 'too many packages; the rest was not read' });
        filled = false;
        break;
      }
      draft = emptyDraft();
      folder = '';
      filled = false;
    } else if (buffer[at + 1] !== colon) reading.strayLines++;
    else {
      filled = true;
      folder = readLine(buffer, { from: at, to: stop, draft, folder, reading });
    }
    at = stop + 1;
  }
  if (filled) close(draft, reading);
  if (buffer.length > 0 && buffer[buffer.length - 1] !== newline) {
    reading.unknowns.push({ reason: 'the file ends in the middle of a line' });
  }
  return toResult(reading, buffer.length);
}

interface Line {
  readonly from: number;
  readonly to: number;
  readonly draft: Draft;
  readonly folder: string;
  readonly reading: Reading;
}

/** Takes one line into the draft; returns the folder that holds for the next `R:` lines. */
function readLine(buffer: Buffer, line: Line): string {
  const { from, to, draft, folder, reading } = line;
  const key = String.fromCharCode(buffer[from] as number);
  if (!'PVAoLmsDpFR'.includes(key)) return folder;
  if (to - from > longestValueBytes) {
    reading.longValues++;
    return folder;
  }
  const value = buffer.toString('utf8', from + 2, to);
  if (key === 'F') return value;
  if (key === 'R') addFile(folder === '' ? value : `${folder}/${value}`, line);
  else if (key === 'P') draft.name = value;
  else if (key === 'V') draft.version = value;
  else if (key === 'A') draft.architecture = value;
  else if (key === 'o') draft.origin = value;
  else if (key === 'L') draft.licence = value;
  else if (key === 'm') draft.maintainer = value;
  else if (key === 's') draft.tag = value;
  else if (key === 'D') draft.depends = value;
  else draft.provides = value;
  return folder;
}

function addFile(path: string, line: Line): void {
  const { draft, reading } = line;
  if (path.length > limits.pathBytes || reading.paths >= mostPaths) reading.lostPaths++;
  else {
    reading.paths++;
    draft.files.push(path);
  }
}

function close(draft: Draft, reading: Reading): void {
  const { name, version } = draft;
  if (name === '' || version === '') {
    const missing = name === '' ? 'package name' : 'version';
    reading.unknowns.push({ reason: `a package entry has no ${missing}`, within: name || version });
  } else if (name.length > longestIdentity || version.length > longestIdentity) {
    reading.unknowns.push({ reason: 'a package entry has a name or version of absurd length' });
  } else reading.drafts.push(draft);
}

function toResult(reading: Reading, size: number): CatalogResult {
  const { drafts, unknowns, strayLines, longValues, lostPaths } = reading;
  if (strayLines > 0) {
    unknowns.push({ reason: `${strayLines} lines are not fields of a package entry` });
  }
  if (longValues > 0) {
    unknowns.push({ reason: `${longValues} fields are too long and were left out` });
  }
  if (lostPaths > 0) {
    unknowns.push({ reason: `${lostPaths} paths are too long or too many and were left out` });
  }
  if (drafts.length === 0 && unknowns.length === 0 && size > 1) {
    unknowns.push({ reason: 'no package entry was found' });
  }
  const providers = providersOf(drafts);
  return { packages: drafts.map((draft) => toPackage(draft, providers)), unknowns };
}

/** Who provides `so:...`, `cmd:...`, `pc:...` and plain names; a package provides its own name. */
function providersOf(drafts: readonly Draft[]): ReadonlyMap<string, string> {
  const providers = new Map<string, string>();
  for (const draft of drafts) providers.set(draft.name, draft.name);
  for (const draft of drafts) {
    for (const provided of words(draft.provides)) {
      const name = nameOfItem(provided);
      if (!providers.has(name)) providers.set(name, draft.name);
    }
  }
  return providers;
}

function words(text: string): readonly string[] {
  return text === '' ? [] : text.split(' ').filter((word) => word !== '');
}

/** `so:libc.so.6=1.2`, `busybox>=1.36`, `a~1` and `a@edge` without operator, version and tag. */
function nameOfItem(item: string): string {
  const end = item.search(/[<>=~@]/);
  return end < 0 ? item : item.slice(0, end);
}

function toPackage(draft: Draft, providers: ReadonlyMap<string, string>): FoundPackage {
  const needed = new Set<string>();
  for (const item of words(draft.depends)) {
    if (item.startsWith('!')) continue;
    const name = nameOfItem(item);
    const provider = providers.get(name);
    // A file or library that nobody provides names no package; a plain name does.
    if (provider !== undefined) needed.add(provider);
    else if (!/[:/]/.test(name)) needed.add(name);
  }
  needed.delete(draft.name);
  return {
    type: 'apk',
    namespace: null,
    name: draft.name,
    version: draft.version,
    ...(draft.architecture === '' ? {} : { qualifiers: { arch: draft.architecture } }),
    source: isVirtual(draft.name)
      ? null
      : { name: draft.origin === '' ? draft.name : draft.origin, version: draft.version },
    licences: licencesOf(draft.licence),
    ...vendorOf(draft),
    files: draft.files,
    ...(needed.size > 0 ? { dependsOn: [...needed] } : {}),
    ...(isVirtual(draft.name) ? { origin: 'local' as const } : {}),
  };
}

/** A tagged repository is another one than the release's own; who maintains the package says less. */
function vendorOf({ tag, maintainer }: Draft): Pick<FoundPackage, 'vendor'> {
  const vendor = tag === '' ? maintainer : `repository @${tag}`;
  return vendor === '' ? {} : { vendor };
}

/** `apk add --virtual .build-deps`: a name for a set of packages, built by nobody. */
function isVirtual(name: string): boolean {
  return name.startsWith('.');
}

/** Words of an SPDX expression that stand for themselves. */
const operators = /(?:^|\s)(?:AND|OR|WITH)(?:\s|$)|[()]/i;

/** `L:` is an SPDX expression today, and was a list of names parted by blanks until 2019. */
function licencesOf(statement: string): readonly string[] {
  if (operators.test(statement)) return splitLicences(statement);
  return [...new Set(words(statement.replaceAll(',', ' ')))];
}
