// What the single executable holds (tools/build/executable.ts puts it in) and under which names.
import { getAssetKeys, getRawAsset, isSea } from 'node:sea';

/** Code within the executable has addresses of this scheme: `seaworthy:///code/scan-run-x.mjs`. */
export const embeddedScheme = 'seaworthy:';
/** The first argument of a process of our own, with the name of its entry. No user needs it. */
export const entryFlag = '--entry=';
/** The first code of the executable, which is the first code of its threads as well. */
export const startScript = 'start.cjs';

/** Whether this is the single executable. */
export const isEmbedded: boolean = isSea();

/** A copy of a file that it holds; null when it holds none of that name. */
export function embeddedFile(name: string): Buffer | null {
  return embeddedNames().includes(name) ? Buffer.from(new Uint8Array(getRawAsset(name))) : null;
}

/** Sorted. */
export function embeddedNames(): readonly string[] {
  names ??= isEmbedded ? getAssetKeys().toSorted() : [];
  return names;
}

let names: readonly string[] | undefined;

/** The text of an address of `embeddedScheme`; null when there is none. */
export function embeddedCode(address: string): string | null {
  return embeddedFile(new URL(address).pathname.slice(1))?.toString('utf8') ?? null;
}
