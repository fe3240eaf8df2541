// The catalogers of dpkg, distroless, opkg and chisel: which files are read, and by what.
import { messageOf } from '../../../base/error.ts';
import { textOf, tooLargeToRead } from '../document.ts';
import type { CatalogContext, Cataloger, CatalogResult, FileView } from '../ecosystem.ts';
import { nothingFound } from '../ecosystem.ts';
import { parseChiselManifest } from './chisel.ts';
import { copyrightBytes, copyrightLicences } from './copyright.ts';
import { type Diversions, readChecksumPaths, readDiversions, readOwnedFiles } from './ownership.ts';
import { packagesOfStanzas } from './package.ts';

const decoder = new TextDecoder('utf-8');
const diversionsPath = 'var/lib/dpkg/diversions';
/** A machine with hundreds of diversions has some 50 KB of them. */
const diversionsBytes = 4 * 1024 * 1024;

/** Runs `read`; a file above the limit of metadata becomes an unknown. */
function guarded(read: () => CatalogResult): CatalogResult {
  try {
    return read();
  } catch (error) {
    return { ...nothingFound, unknowns: [{ reason: messageOf(error) }] };
  }
}

const dpkgStatus: Cataloger = {
  name: 'dpkg-status',
  revision: 1,
  evidence: 'installed',
  globs: ['var/lib/dpkg/status'],
  parse: (file) => guarded(() => packagesOfStanzas(file.bytes(), { type: 'deb' })),
};

const opkgStatus: Cataloger = {
  name: 'opkg-status',
  revision: 1,
  evidence: 'installed',
  globs: ['usr/lib/opkg/status', 'var/lib/opkg/status'],
  parse: (file) => guarded(() => packagesOfStanzas(file.bytes(), { type: 'opkg' })),
};

/** Distroless images: one stanza a file, the list of files beside it as `<file>.md5sums`. */
const distroless: Cataloger = {
  name: 'dpkg-status-folder',
  revision: 1,
  evidence: 'installed',
  globs: ['var/lib/dpkg/status.d/*'],
  companions: ['var/lib/dpkg/status.d/*.md5sums'],
  parse: (file, context) => {
    if (file.path.endsWith('.md5sums')) return nothingFound;
    return guarded(() => {
      const checksums = context.companion(`${file.path}.md5sums`);
      const list = checksums === null ? null : textOf(checksums);
      const files = list === null ? null : readChecksumPaths(list).paths;
      return packagesOfStanzas(file.bytes(), { type: 'deb', ...(files ? { files } : {}) });
    });
  },
};

const fileLists: Cataloger = {
  name: 'dpkg-file-list',
  revision: 1,
  evidence: 'installed',
  globs: ['var/lib/dpkg/info/*.list', 'usr/lib/opkg/info/*.list', 'var/lib/opkg/info/*.list'],
  companions: [diversionsPath],
  parse: (file, context) => guarded(() => parseFileList(file, context)),
};

function parseFileList(file: FileView, context: CatalogContext): CatalogResult {
  const owner = file.path.slice(file.path.lastIndexOf('/') + 1, -'.list'.length);
  if (owner === '') return nothingFound;
  const text = textOf(file);
  if (text === null) return tooLargeToRead(file);
  const { hashes, skipped } = readOwnedFiles(text, owner, diversionsOf(context));
  const unknowns =
    skipped > 0 ? [{ reason: `${skipped} paths are too long or too many and were left out` }] : [];
  return { packages: [], unknowns, ownership: [{ owner, hashes }] };
}

/** Parsed once a layer: thousands of file lists ask for the same few lines. */
const diversionsRead = new WeakMap<FileView, Diversions>();

function diversionsOf(context: CatalogContext): Diversions {
  const file = context.companion(diversionsPath);
  if (file === null) return new Map();
  const known = diversionsRead.get(file);
  if (known !== undefined) return known;
  const diversions = readDiversions(textOf(file, diversionsBytes) ?? '');
  diversionsRead.set(file, diversions);
  return diversions;
}

const copyrights: Cataloger = {
  name: 'deb-copyright',
  revision: 1,
  evidence: 'installed',
  globs: ['usr/share/doc/*/copyright'],
  parse: (file) => {
    const owner = file.path.split('/').at(-2) ?? '';
    const licences = copyrightLicences(decoder.decode(file.read(0, copyrightBytes)));
    if (owner === '' || licences.length === 0) return nothingFound;
    return { packages: [], unknowns: [], licences: [{ owner, licences }] };
  },
};

const chisel: Cataloger = {
  name: 'chisel-manifest',
  revision: 1,
  evidence: 'installed',
  globs: ['var/lib/chisel/manifest.wall'],
  parse: (file) => parseChiselManifest(file),
};

export const debCatalogers: readonly Cataloger[] = [
  dpkgStatus,
  distroless,
  opkgStatus,
  fileLists,
  copyrights,
  chisel,
];
