// Package lists that stand in for an rpm database: Azure Linux distroless and Bottlerocket.
import { messageOf } from '../../../base/error.ts';
import { limits } from '../../../base/limits.ts';
import type { FoundPackage } from '../../../model/package.ts';
import type { CatalogResult, CatalogUnknown } from '../ecosystem.ts';
import { nothingFound } from '../ecosystem.ts';
import { isCoordinate } from '../package-list.ts';
import { describePackage } from './package.ts';

const manifestColumns = 10;

/**
 * `container-manifest-2`: the output of `rpm -qa` with ten columns parted by tabs: name,
 * version-release, install time, build time, vendor, epoch, size, architecture, epoch number, source rpm.
 */
export function parseContainerManifest(text: string): CatalogResult {
  const packages: FoundPackage[] = [];
  const unknowns: CatalogUnknown[] = [];
  let broken = 0;
  for (const line of text.split('\n', limits.packagesPerFile)) {
    if (line.trim() === '') continue;
    const columns = line
      .replace(/\r$/, '')
      .split('\t', manifestColumns + 1)
      .map(present);
    const [name, versionRelease, , , vendor, , , architecture, epoch, sourceRpm] = columns;
    const isPackage =
      columns.length === manifestColumns &&
      isCoordinate(name ?? '') &&
      isCoordinate(versionRelease ?? '');
    if (!isPackage || !name || !versionRelease?.includes('-')) broken++;
    else if (name !== 'gpg-pubkey') {
      packages.push(
        describePackage({
          name,
          versionRelease,
          epoch: epochNumber(epoch),
          architecture: architecture ?? null,
          sourceRpm: sourceRpm ?? null,
          vendor: vendor ?? null,
        }),
      );
    }
  }
  if (broken > 0)
    unknowns.push({ reason: `${broken} lines do not have the ten columns of a package` });
  return { packages, unknowns };
}

/** rpm prints `(none)` for an absent tag. */
function present(column: string): string | null {
  return column === '' || column === '(none)' ? null : column;
}

function epochNumber(text: string | null | undefined): number {
  return text && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

/** Bottlerocket's `application-inventory.json`: `{ Content: [{ Name, Version, Release, Epoch, ... }] }`. */
export function parseBottlerocketInventory(text: string): CatalogResult {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    return { ...nothingFound, unknowns: [{ reason: `not valid JSON (${messageOf(error)})` }] };
  }
  const content = (document as { Content?: unknown } | null)?.Content;
  if (!Array.isArray(content)) {
    return { ...nothingFound, unknowns: [{ reason: 'the inventory has no list Content' }] };
  }
  const packages: FoundPackage[] = [];
  let broken = 0;
  for (const entry of content.slice(0, limits.packagesPerFile)) {
    const found = bottlerocketPackage(entry);
    if (found === null) broken++;
    else packages.push(found);
  }
  const unknowns = broken > 0 ? [{ reason: `${broken} entries have no name or version` }] : [];
  return { packages, unknowns };
}

function bottlerocketPackage(entry: unknown): FoundPackage | null {
  if (typeof entry !== 'object' || entry === null) return null;
  const fields = entry as Record<string, unknown>;
  const word = (key: string): string | null => {
    const value = Object.hasOwn(fields, key) ? fields[key] : null;
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const [name, version, release] = [word('Name'), word('Version'), word('Release')];
  const isPackage = isCoordinate(name ?? '') && isCoordinate(`${version ?? ''}${release ?? ''}`);
  if (!isPackage || name === null || version === null) return null;
  return describePackage({
    name,
    versionRelease: release === null ? version : `${version}-${release}`,
    epoch: epochNumber(word('Epoch')),
    architecture: word('Architecture'),
    sourceRpm: null,
    vendor: word('Publisher'),
  });
}
