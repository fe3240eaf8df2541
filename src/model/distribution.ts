// The operating system of an image and the package feed that speaks for it.

export interface Distribution {
  /** os-release ID in lower case: debian, ubuntu, alpine, rhel, rocky, almalinux, ol, amzn, ... */
  readonly id: string;
  /** VERSION_ID as written, or the code name where there is none (Debian testing: `sid`). */
  readonly versionId: string;
  /** Human name, e.g. `Debian GNU/Linux 12 (bookworm)`. */
  readonly name: string;
  readonly codename: string | null;
  /** ISO date of the end of free security support of this release, or null if not known. */
  readonly endOfLife: string | null;
  /** purl namespace and `distro` qualifier: `debian`, `debian-12`. */
  readonly purlNamespace: string;
  readonly purlDistro: string;
  /** purl type of its packages: deb, apk or rpm; null when it has no package manager that we read. */
  readonly packageType: string | null;
  /** OSV ecosystem with its release (`Debian:12`, `Alpine:v3.10`), or null: no advisories exist. */
  readonly osvEcosystem: string | null;
  /**
   * Further OSV ecosystems that speak for packages of this very release: vendors that file by
   * product stream (`Red Hat:enterprise_linux:9::appstream`, SUSE modules). To be asked as well.
   */
  readonly osvStreams?: readonly string[];
}

/** Whether free security support is over: it lasts to the end of the stated day (UTC). */
export function isUnsupported(endOfLife: string | null | undefined, now: Date): boolean {
  return typeof endOfLife === 'string' && now.toISOString().slice(0, 10) > endOfLife;
}
