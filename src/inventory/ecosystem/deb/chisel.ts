// Chisel's manifest (chiselled Ubuntu images have no dpkg status): zstd-compressed JSON lines with a
// header line, then one entry a line: package, slice, path, content (canonical/chisel, jsonwall).
import { zstdDecompressSync } from 'node:zlib';
import { messageOf } from '../../../base/error.ts';
import { limits } from '../../../base/limits.ts';
import type { FoundPackage } from '../../../model/package.ts';
import type { CatalogResult, CatalogUnknown, FileView } from '../ecosystem.ts';
import { nothingFound } from '../ecosystem.ts';

/** `path` entries read: a chiselled image has hundreds, a full one at most some hundred thousand. */
const mostEntries = 2_000_000;

interface Draft {
  readonly name: string;
  readonly version: string;
  readonly architecture: string | null;
  readonly files: string[];
}

/** Packages and the files of their slices. Never throws on content. */
export function parseChiselManifest(file: FileView): CatalogResult {
  const unknowns: CatalogUnknown[] = [];
  const text = inflate(file, unknowns);
  if (text === null) return { ...nothingFound, unknowns };
  const drafts = new Map<string, Draft>();
  let broken = 0;
  let entries = 0;
  for (let at = 0; at < text.length; entries++) {
    if (entries > mostEntries) {
      unknowns.push({ reason: 'too many manifest entries; the rest was not read' });
      break;
    }
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end + 1;
    if (line.trim() !== '' && !readEntry(line, drafts)) broken++;
  }
  if (broken > 0) unknowns.push({ reason: `${broken} manifest lines are not valid JSON entries` });
  if (drafts.size > 0) {
    unknowns.push({
      reason:
        'the manifest names binary packages without their source packages, so advisories that are ' +
        'filed under another source name are not found',
    });
  } else if (broken === 0) unknowns.push({ reason: 'no package entry was found' });
  return { packages: [...drafts.values()].map((draft) => toPackage(draft)), unknowns };
}

function inflate(file: FileView, unknowns: CatalogUnknown[]): string | null {
  try {
    const plain = zstdDecompressSync(file.bytes(), { maxOutputLength: limits.metadataFileBytes });
    return plain.toString('utf8');
  } catch (error) {
    unknowns.push({ reason: `the manifest could not be decompressed (${messageOf(error)})` });
    return null;
  }
}

/** False when the line is no entry. Entries of kinds that we do not need are fine. */
function readEntry(line: string, drafts: Map<string, Draft>): boolean {
  let entry: unknown;
  try {
    entry = JSON.parse(line);
  } catch {
    return false;
  }
  if (typeof entry !== 'object' || entry === null) return false;
  const { kind, name, version, arch, path, slices } = entry as Record<string, unknown>;
  if (kind === 'package') {
    if (typeof name !== 'string' || typeof version !== 'string') return false;
    if (drafts.size >= limits.packagesPerFile) return false;
    const architecture = typeof arch === 'string' ? arch : null;
    drafts.set(name, { name, version, architecture, files: drafts.get(name)?.files ?? [] });
  } else if (kind === 'path' && typeof path === 'string' && Array.isArray(slices)) {
    if (path.endsWith('/') || path.length > limits.pathBytes) return true;
    for (const slice of slices.slice(0, 100)) addFile(drafts, String(slice), path);
  }
  return true;
}

/** Slices are named `<package>_<slice>`; entries are sorted so that packages come before paths. */
function addFile(drafts: Map<string, Draft>, slice: string, path: string): void {
  const draft = drafts.get(slice.slice(0, slice.indexOf('_')));
  const relative = path.startsWith('/') ? path.slice(1) : path;
  if (draft && draft.files.at(-1) !== relative) draft.files.push(relative);
}

function toPackage(draft: Draft): FoundPackage {
  return {
    type: 'deb',
    namespace: null,
    name: draft.name,
    version: draft.version,
    ...(draft.architecture ? { qualifiers: { arch: draft.architecture } } : {}),
    source: null,
    licences: [],
    files: draft.files,
  };
}
