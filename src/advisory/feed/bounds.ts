// Bounds of the advisory feeds, with their reasons; everything above them is a bad record.

const MiB = 1024 * 1024;

export const feedLimits = {
  /** One record; the largest known (kernel errata with thousands of packages) have about 3 MB. */
  recordBytes: 32 * MiB,
  /** A document that is read as a whole (secdb, KEV, one OSV file); the largest have 10 MB. */
  documentBytes: 32 * MiB,
  /** Members of one export; OSV's npm export has about 250,000, its export of everything 700,000. */
  zipMembers: 2_000_000,
  /** Affected packages of one record; Red Hat's and SUSE's largest name about 10,000. */
  affected: 100_000,
  /** Ranges of one affected package; OSS-Fuzz and kernel records have hundreds. */
  ranges: 5000,
  /** Events of one range; the longest known has a few hundred. */
  events: 5000,
  /** Listed versions of one affected package; npm's most released package has about 20,000. */
  versions: 100_000,
  /** A version, package name, URL or symbol; longer strings occur in no honest record. */
  stringLength: 4096,
  /** An advisory id: the longest in OSV have about 80 characters. */
  idLength: 256,
  /** Characters kept of a summary: it is a title, the details stay at the source. */
  summaryLength: 240,
  /** References kept of one record; the most telling kinds first. */
  references: 10,
  /** Aliases, upstream and related ids of one record; kernel errata name about 1,500 CVEs. */
  ids: 10_000,
  /** Go imports of one affected module and symbols of one import. */
  imports: 2000,
} as const;
