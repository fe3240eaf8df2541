// The dependency list that cargo-auditable links into Rust binaries (rust-secure-code/cargo-auditable,
// PARSING.md): zlib-compressed JSON in a section `.dep-v0` of ELF, PE, Mach-O or WebAssembly.
import { inflateSync } from 'node:zlib';
import { asArray, asNumber, field, parseJson, stringField } from '../../../base/json.ts';
import type { RandomAccess } from '../../../base/random-access.ts';
import {
  findSection,
  findWasmSection,
  lacksSection,
  readExecutable,
  readSection,
  type Section,
} from '../../binary/index.ts';
import { type CatalogResult, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

const sectionName = '.dep-v0';
/** The list of a thousand crates packs into 20 KiB. */
const packedBytes = 4 * 1024 * 1024;
/** As the reference parser's default. */
const unpackedBytes = 8 * 1024 * 1024;
const packagesLimit = 50_000;

/** Packages of a binary with such a list; a file without one is nothing, a broken list an unknown. */
export function readAuditable(file: RandomAccess): CatalogResult {
  const section = findList(file);
  if (section === null) return nothingFound;
  const packed = readSection(file, section, packedBytes);
  if (!packed.ok) return broken(packed.reason);
  let text: string;
  try {
    const bytes = inflateSync(packed.bytes, { maxOutputLength: unpackedBytes });
    text = bytes.toString('utf8');
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    return broken(tooLarge ? `inflates to more than ${unpackedBytes} bytes` : 'does not inflate');
  }
  return parseAuditable(text);
}

function findList(file: RandomAccess): Section | null {
  if (lacksSection(file, sectionName)) return null;
  const read = readExecutable(file);
  if (read.ok) {
    for (const image of read.images) {
      const section = findSection(image, sectionName);
      if (section !== null && section.size > 0) return section;
    }
    return null;
  }
  const place = findWasmSection(file, sectionName);
  return place === null ? null : { ...place, name: sectionName, address: 0, writable: false };
}

function broken(reason: string): CatalogResult {
  return { packages: [], unknowns: [{ reason: `cargo-auditable list: ${reason}` }] };
}

/** The JSON of the list; entries of kind `build` are not in the program and left out. */
function parseAuditable(text: string): CatalogResult {
  const parsed = parseJson(text, { maximumLength: unpackedBytes });
  if (!parsed.ok) return broken(parsed.reason);
  const entries = asArray(field(parsed.value, 'packages')).slice(0, packagesLimit);
  const list = packageList();
  for (const entry of entries) {
    if (!isRuntime(entry)) continue;
    const dependsOn = dependenciesOf(entry, entries);
    list.add({
      type: 'cargo',
      namespace: null,
      name: stringField(entry, 'name') ?? '',
      version: stringField(entry, 'version') ?? '',
      licences: [],
      origin: originOf(stringField(entry, 'source')),
      ...(dependsOn.length === 0 ? {} : { dependsOn }),
    });
  }
  return list.result();
}

function isRuntime(entry: unknown): boolean {
  const kind = stringField(entry, 'kind');
  return kind === null || kind === 'runtime';
}

function dependenciesOf(entry: unknown, entries: readonly unknown[]): readonly string[] {
  const names = new Set<string>();
  for (const index of asArray(field(entry, 'dependencies'))) {
    const target = entries[asNumber(index) ?? -1];
    const name = stringField(target, 'name');
    if (name !== null && isRuntime(target)) names.add(name);
  }
  return [...names];
}

function originOf(source: string | null): 'registry' | 'git' | 'local' {
  if (source === 'crates.io' || source === 'registry') return 'registry';
  return source === 'git' ? 'git' : 'local';
}
