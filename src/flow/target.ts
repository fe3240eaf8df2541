// What a user means by TARGET: an explicit scheme, a path whose content tells, or an image reference.
import { join } from 'node:path';
import { SeaworthyError } from '../base/error.ts';
import { headOf, holds, kindOfPath } from '../host/filesystem/index.ts';
import { type TargetKind, targetKinds } from '../model/image.ts';

export interface Target {
  /**
   * `image`: an engine is asked first, then the registry. `archive`: its content tells which. `pipe`: an
   * archive or SBOM that comes through one, as its content tells.
   */
  readonly kind: TargetKind | 'image' | 'archive' | 'pipe';
  /** Path, reference, container id or purl, without the scheme; `-` for standard input. */
  readonly name: string;
  /** As the user typed it. */
  readonly text: string;
}

/** Schemes whose remainder may carry `:reference` after the path. */
const archiveKinds = new Set<Target['kind']>(['docker-archive', 'oci-archive', 'oci']);
/** Schemes of what is one file, and may as well come through a pipe. */
const pipeable = new Set<Target['kind']>(['docker-archive', 'oci-archive', 'sbom']);

/** Throws `SeaworthyError` `usage` for an empty or impossible target. */
export function parseTarget(text: string): Target {
  if (text === '') throw new SeaworthyError('usage', 'the target is empty');
  if (text.startsWith('pkg:')) return { kind: 'pkg', name: text, text };
  const colon = text.indexOf(':');
  const scheme = colon === -1 ? '' : text.slice(0, colon);
  const kind = targetKinds.find((one) => one === scheme);
  if (kind !== undefined) {
    const name = text.slice(colon + 1);
    if (name === '') throw new SeaworthyError('usage', `${scheme}: names nothing`);
    return { kind: pipeable.has(kind) && isPipe(name) ? 'pipe' : kind, name, text };
  }
  if (text === '-') return { kind: 'pipe', name: text, text };
  const bundled = join(text, 'rootfs');
  // A bundle of the OCI runtime (runc, umoci): its root file system is what is meant.
  const isBundle = holds(text, 'config.json') && kindOfPath(text) === 'folder' && isRootfs(bundled);
  if (isBundle) return { kind: 'rootfs', name: bundled, text };
  return { kind: detectKind(text), name: text, text };
}

function isPipe(name: string): boolean {
  return name === '-' || kindOfPath(name) === 'pipe';
}

function detectKind(text: string): Target['kind'] {
  switch (kindOfPath(text)) {
    case 'file':
      return fileKind(text);
    case 'folder':
      if (isLayout(text)) return 'oci';
      return isRootfs(text) ? 'rootfs' : 'dir';
    case 'pipe':
      return 'pipe';
    case 'other':
      throw new SeaworthyError('usage', `${text} is neither a file nor a folder`, {
        advice: 'name an archive, a folder or an image',
      });
    case 'absent':
      return absentKind(text);
  }
}

/** A path that is not there is a typing error, not an image to ask the internet for. */
function absentKind(text: string): Target['kind'] {
  const looksLikePath =
    /^(?:\/|\.\.?\/|~)/.test(text) || /\.(?:tar(?:\.[a-z0-9]{1,4})?|tgz|json|spdx|xml)$/.test(text);
  if (!looksLikePath) return 'image';
  throw new SeaworthyError('not-found', `${text} does not exist`, { advice: 'check the path' });
}

/** An OCI layout, or the `dir:` form of skopeo and podman. A project may have an index.json too. */
function isLayout(folder: string): boolean {
  if (holds(folder, 'oci-layout')) return true;
  if (holds(folder, 'index.json') && holds(folder, 'blobs')) return true;
  const version = join(folder, 'version');
  if (!holds(folder, 'manifest.json') || kindOfPath(version) !== 'file') return false;
  return new TextDecoder().decode(headOf(version, 64)).startsWith('Directory Transport');
}

function isRootfs(folder: string): boolean {
  return [
    'etc/os-release',
    'usr/lib/os-release',
    'etc/debian_version',
    'etc/alpine-release',
    'etc/redhat-release',
    'var/lib/dpkg',
    'lib/apk/db',
    'usr/lib/apk/db',
    'var/lib/rpm',
    'usr/lib/sysimage/rpm',
  ].some((name) => holds(folder, name));
}

function fileKind(path: string): Target['kind'] {
  return looksLikeSbom(headOf(path, 64)) ? 'sbom' : 'archive';
}

/** By its first bytes, some 64: JSON, XML or SPDX's tags. */
export function looksLikeSbom(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, 64)).trimStart();
  return /^(?:[{[<#]|SPDX|DataLicense:)/.test(text);
}

/**
 * Splits `FILE[:REFERENCE]` of archive schemes; a file whose own name holds the colon wins.
 * For other kinds the reference is null.
 */
export function splitReference(target: Target): { path: string; reference: string | null } {
  const { name } = target;
  if (!archiveKinds.has(target.kind) || kindOfPath(name) !== 'absent') {
    return { path: name, reference: null };
  }
  for (let colon = name.lastIndexOf(':'); colon > 0; colon = name.lastIndexOf(':', colon - 1)) {
    const path = name.slice(0, colon);
    if (kindOfPath(path) !== 'absent') return { path, reference: name.slice(colon + 1) };
  }
  return { path: name, reference: null };
}
