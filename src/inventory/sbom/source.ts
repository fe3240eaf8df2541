// Source packages as SBOM tools write them.

import type { SourcePackage } from '../../model/package.ts';
import type { PurlParts } from '../../model/purl.ts';

/**
 * The qualifier `upstream` of Syft: `glibc` or `glibc@2.36-9` for deb and apk, the file name of the
 * source package for rpm. Null when there is none; an empty version stands for that of the binary
 * package.
 */
export function sourceOfPurl(parts: PurlParts): SourcePackage | null {
  const upstream = parts.qualifiers?.['upstream'] ?? '';
  if (upstream === '') return null;
  if (parts.type === 'rpm') return sourceOfRpmFile(upstream);
  const at = upstream.indexOf('@');
  if (at < 0) return { name: upstream, version: '' };
  return at === 0 ? null : { name: upstream.slice(0, at), version: upstream.slice(at + 1) };
}

/** `bash-5.1.8-6.el9.src.rpm` -> bash, 5.1.8-6.el9; a bare name stays one. */
export function sourceOfRpmFile(file: string): SourcePackage | null {
  const stem = file.replace(/\.(?:no)?src\.rpm$/, '');
  if (stem === file) return file === '' ? null : { name: file, version: '' };
  const release = stem.lastIndexOf('-');
  const version = stem.lastIndexOf('-', release - 1);
  if (version <= 0) return null;
  return { name: stem.slice(0, version), version: stem.slice(version + 1) };
}

/** `[epoch:]version[-release]` of the parts that Trivy writes one by one. */
export function joinVersion(parts: {
  readonly epoch: string | null;
  readonly version: string | null;
  readonly release: string | null;
}): string {
  const { epoch, version, release } = parts;
  if (version === null || version === '') return '';
  const head = epoch === null || epoch === '' || epoch === '0' ? '' : `${epoch}:`;
  return `${head}${version}${release === null || release === '' ? '' : `-${release}`}`;
}
