// Every cataloger of the registry, each with files of its own kind.
import type { Cataloger, CatalogResult } from '../../../src/inventory/ecosystem/ecosystem.ts';
import { memoryFile } from '../../../src/inventory/ecosystem/file-view.ts';
import { ecosystems } from '../../../src/inventory/ecosystem/registry.ts';
import type { FoundPackage } from '../../../src/model/package.ts';
import { formatPurl, parsePurl } from '../../../src/model/purl.ts';
import { languageSamples } from '../samples/languages.ts';
import { systemSamples } from '../samples/system.ts';
import { type FuzzTarget, promise, promiseReason, promiseText, type Sample } from '../target.ts';

const samples = new Map([...Object.entries(systemSamples), ...Object.entries(languageSamples)]);

/** A cataloger without samples must be given some: see `tools/fuzz/samples/`. */
export function catalogersWithoutSamples(): string[] {
  return ecosystems
    .flatMap(({ catalogers }): readonly Cataloger[] => catalogers)
    .map(({ name }) => name)
    .filter((name) => !samples.has(name));
}

export const catalogerTargets: readonly FuzzTarget[] = ecosystems.flatMap((ecosystem) =>
  ecosystem.catalogers.flatMap((cataloger: Cataloger): FuzzTarget[] => {
    const own = samples.get(cataloger.name);
    if (own === undefined) return [];
    return [
      {
        name: cataloger.name,
        weight: 1,
        samples: own,
        tokens: wordsOf(own),
        run: (input) => promiseResult(parse(cataloger, input)),
      },
    ];
  }),
);

/** What the cataloger makes of one file. */
function parse(cataloger: Cataloger, { path, bytes, companions }: Sample): CatalogResult {
  return cataloger.parse(memoryFile({ path, bytes, mode: 0o755 }), {
    companion(wanted) {
      const found = companions?.get(wanted);
      return found === undefined ? null : memoryFile({ path: wanted, bytes: found });
    },
  });
}

/** Keys and keywords of the samples: the words that the format itself uses. */
function wordsOf(own: readonly Sample[]): string[] {
  const text = own.map(({ bytes }) => Buffer.from(bytes.subarray(0, 8192)).toString('latin1'));
  const words = text.join(' ').match(/["#\w!:@/.-]{3,24}/g) ?? [];
  return [...new Set(words)].slice(0, 300);
}

function promiseResult({ packages, unknowns, ownership, licences }: CatalogResult): void {
  for (const found of packages) promisePackage(found);
  for (const { reason } of unknowns) promiseReason(reason);
  for (const { owner, hashes } of ownership ?? []) {
    promiseText(owner, 'an owner');
    promise(hashes.every(Number.isSafeInteger), 'the hash of a path is no whole number');
  }
  for (const { owner } of licences ?? []) promiseText(owner, 'the owner of a licence');
}

function promisePackage(found: FoundPackage): void {
  const { type, namespace, name, version } = found;
  promiseText(name, 'a name');
  promiseText(version, 'a version');
  promise(name !== '', 'a name is empty');
  promise(name.length + version.length <= 4096, 'a name or version is endless');
  promise(namespace === null || typeof namespace === 'string', 'a namespace is no text');
  const purl = formatPurl({ type, namespace, name, version });
  promise(parsePurl(purl) !== null, `the package URL ${purl.slice(0, 200)} is not readable again`);
  for (const licence of found.licences) promiseText(licence, 'a licence');
  for (const path of found.files ?? []) promisePath(path);
  for (const needed of found.dependsOn ?? []) promiseText(needed, 'a dependency');
  const { source } = found;
  if (source) {
    promiseText(source.name, 'the name of a source');
    promiseText(source.version, 'the version of a source');
  }
  const { line } = found;
  promise(line === undefined || (Number.isInteger(line) && line > 0), `line ${line}`);
}

function promisePath(path: unknown): void {
  promiseText(path, 'a path');
  promise(!path.startsWith('/'), `the path ${path.slice(0, 100)} starts with a slash`);
}
