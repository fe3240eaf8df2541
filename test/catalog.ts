// How the tests of catalogers call them: by text, with companions, without a layer walk.
import { readFileSync } from 'node:fs';
import type { Cataloger, CatalogResult, Ecosystem } from '../src/inventory/ecosystem/ecosystem.ts';
import { memoryFile } from '../src/inventory/ecosystem/file-view.ts';
import type { FoundPackage } from '../src/model/package.ts';

/** What a cataloger is given: the file and the companions of its layer, by path. */
export interface CatalogInput {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly companions?: Readonly<Record<string, string | Uint8Array>>;
}

/** Runs one cataloger over one file. */
export function catalog(cataloger: Cataloger, input: CatalogInput): CatalogResult {
  const companions = new Map(Object.entries(input.companions ?? {}));
  return cataloger.parse(view(input.path, input.content), {
    companion(path) {
      const content = companions.get(path);
      return content === undefined ? null : view(path, content);
    },
  });
}

/** The cataloger of this name, which must exist. */
export function catalogerOf(ecosystem: Ecosystem, name: string): Cataloger {
  const found = ecosystem.catalogers.find((cataloger) => cataloger.name === name);
  if (found === undefined) throw new Error(`${ecosystem.id} has no cataloger ${name}`);
  return found;
}

/** The bytes of a file in the `fixtures` folder beside the test. */
export function fixture(testUrl: string, name: string): Uint8Array {
  return readFileSync(new URL(`fixtures/${name}`, testUrl));
}

/** `namespace/name@version`, sorted. */
export function identities(result: CatalogResult): readonly string[] {
  return result.packages.map(identity).sort();
}

/** `namespace/name@version`. */
export function identity({ namespace, name, version }: FoundPackage): string {
  return `${namespace === null ? '' : `${namespace}/`}${name}@${version}`;
}

/** The package of this identity, which must exist. */
export function found(result: CatalogResult, wanted: string): FoundPackage {
  const match = result.packages.find((one) => identity(one) === wanted);
  if (match === undefined)
    throw new Error(`${wanted} is not among ${identities(result).join(' ')}`);
  return match;
}

function view(path: string, content: string | Uint8Array) {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return memoryFile({ path, bytes });
}
