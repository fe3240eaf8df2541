// Every bound on hostile input, by name, with its reason. A reader that meets its bound reports an
// `Unknown` (content) or a `SeaworthyError` with code `limit` (the target as a whole).

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

export const limits = {
  /** A manifest, index or image config; registries themselves refuse manifests over 4 MiB. */
  manifestBytes: 8 * MiB,
  /** Layers of one image; overlayfs stops at 500 and Docker at 127. */
  imageLayers: 1000,
  /** Entries of one layer: three million tiny files are known from practice (anchore/grype#1509). */
  layerEntries: 10_000_000,
  /**
   * What is kept of one layer: its packages, names of links and deleted files, unknowns. A package
   * counts with some 500 bytes and needs eight times as much until it is written out in a report.
   */
  layerRecordBytes: 64 * MiB,
  /** The same for all layers of an image, and its entries with 16 bytes each. */
  imageRecordBytes: 160 * MiB,
  /** Files of one layer that other files are read together with (go.sum, direct_url.json, ...). */
  companionFiles: 200_000,
  /** The bytes of these, in a temporary file beyond the first 16 MiB. */
  companionBytes: 1 * GiB,
  /** Paths of one layer that its package databases assign to packages; Debian has 500,000 in all. */
  ownedPaths: 4_000_000,
  /** Inflated bytes of one layer: the largest public images are below 100 GB in all. */
  layerInflatedBytes: 256 * GiB,
  /** Inflated against compressed bytes; deflate cannot exceed 1032, honest layers stay below 200. */
  inflationRatio: 1100,
  /** Ratio is judged only above this size, so that small files of zeros pass. */
  inflationFloorBytes: 64 * MiB,
  /** A path inside an image and the target of a link: Linux opens none above PATH_MAX. */
  pathBytes: 4 * KiB,
  /** One PAX or GNU long-name header. */
  tarHeaderBytes: 1 * MiB,
  /** Symbolic links followed for one path, as Linux (MAXSYMLINKS). */
  symlinkHops: 40,
  /** A package database that is read as a whole; those of 10,000 packages have about 20 MB. */
  metadataFileBytes: 64 * MiB,
  /** A small text file kept for detection (os-release and its kin). */
  captureBytes: 256 * KiB,
  /** A file that a cataloger wants with random access is held in memory up to here, then spooled. */
  residentFileBytes: 4 * MiB,
  /** A spooled file (large JARs and binaries in compressed layers). */
  spooledFileBytes: 4 * GiB,
  /** JARs inside JARs; Spring Boot needs 2, EAR in practice 3. */
  archiveDepth: 8,
  /** Members of one zip. */
  archiveMembers: 200_000,
  /** Documents (manifests, configs) kept of one streamed image archive. */
  archiveDocumentBytes: 64 * MiB,
  /** Inflated bytes read from one zip in all. */
  archiveInflatedBytes: 2 * GiB,
  /** Packages of one file; the largest monorepo lock files have about 60,000. */
  packagesPerFile: 100_000,
  /** Nested OCI indexes: index -> index -> manifest is the deepest form in use. */
  indexDepth: 4,
  /** Nesting of JSON and YAML documents; JSON.parse itself overflows far later. */
  documentDepth: 200,
  /**
   * Text of one JSON, YAML or TOML document that becomes objects: hostile text grows about 25-fold
   * in memory.
   */
  documentBytes: 32 * MiB,
  /** A lock file or manifest in an image or project; the largest honest ones have about 12 MB. */
  lockFileBytes: 16 * MiB,
  /** An SBOM that a user names as target: 60,000 packages with places and licences have about 60 MB. */
  sbomBytes: 128 * MiB,
  /** YAML aliases written in one file (alias bombs need few; honest files have dozens). */
  yamlAliases: 10_000,
  /** Nodes that a YAML file has after its aliases are expanded: nine levels of nine make a billion. */
  yamlExpandedNodes: 1_000_000,
  /** YAML text for the slow, forgiving reader: at worst it needs 5 s for 1 MB. */
  yamlSlowBytes: 512 * KiB,
  /** Unknowns listed in one report; beyond it they are counted. */
  unknownsListed: 10_000,
  /** A trusted root of Sigstore; the public one has 7 KB. */
  trustedRootBytes: 4 * MiB,
  /** A trust policy. */
  trustPolicyBytes: 1 * MiB,
  /** Manifests of signatures and attestations that are read for one image; busy ones have a dozen. */
  trustManifests: 64,
  /** Signatures and attestations that are verified for one image: each costs some milliseconds. */
  trustSignatures: 128,
  /** One attestation; those that hold an SBOM of a large image have some 20 MB. */
  attestationBytes: 32 * MiB,
  /** All signatures and attestations of one image. */
  trustBytes: 128 * MiB,
  /** Everything that is asked of registries to verify one image. */
  trustDeadlineMs: 30_000,
  /** Signatures of one image that its page remembers; the others are counted. */
  trustSignaturesKept: 100,
  /** Images that wait to be looked at because somebody asked for it. */
  trustLooksWaiting: 100,
  /** One HTTP request without any byte. */
  httpIdleMs: 30_000,
  /** Redirects of one registry request. */
  httpRedirects: 5,
  /** Tries of one registry request (429, 5xx, broken connections). */
  httpTries: 4,
  /** A body that brings fewer bytes than this per idle time is a stalled one (slow-drip servers). */
  httpFloorBytes: 32 * KiB,
  /** One small answer as a whole: a manifest, a token, a listing. */
  httpAnswerMs: 120_000,
  /** The longest wait that a server may ask for with Retry-After; beyond it the answer is an error. */
  httpRetryAfterMs: 60_000,
  /** A container engine without any byte: `save` first assembles the whole image on its own disk. */
  engineIdleMs: 600_000,
  /** One JSON answer of a container engine: a host with 10,000 containers lists them in 20 MB. */
  engineAnswerBytes: 64 * MiB,
  /** One connection of `audit exposure`, whatever the other side does on it. */
  exposureProbeMs: 4000,
  /** What is read of one answer: enough to recognise it, whatever an endless server sends. */
  exposureAnswerBytes: 256 * KiB,
  /** Sliding windows of patterns (scans, floods) in memory, of all containers together. */
  patternWindows: 16_384,
  /** Windows of one pattern in one container (one for each address that is scanned). */
  patternWindowsApart: 64,
  /** Causes of detections that are remembered word for word, to be quick in a flood. */
  causesRemembered: 4096,
  /** Longer words are worked out each time. */
  causeKeyLength: 4096,
  /** Characters of a path or name that a window counts; longer ones are told apart by their start. */
  patternKeyLength: 200,
} as const;
