// Which feed a file is, told from how it begins: people name files as they like.

const feedKinds = [
  'osv',
  'debian-tracker',
  'alpine-secdb',
  'kev',
  'epss',
  'nvd',
  'cve-record',
  'zip',
  'gzip',
  'zstd',
  'sqlite',
] as const;
export type FeedKind = (typeof feedKinds)[number];

/** How many bytes of a file `detectFeed` wants to see. */
export const detectBytes = 4096;

const decoder = new TextDecoder('utf-8');

/**
 * The kind of a file from its first `detectBytes` bytes; null when it is no feed. JSON is `osv` unless
 * it begins like another feed: OSV's own reader then says what is wrong with it.
 */
export function detectFeed(start: Uint8Array): FeedKind | null {
  const [a = 0, b = 0, c = 0, d = 0] = start;
  if (a === 0x50 && b === 0x4b && (c === 3 || c === 5) && (d === 4 || d === 6)) return 'zip';
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  const text = decoder.decode(start.subarray(0, detectBytes));
  if (text.startsWith('SQLite format 3\0')) return 'sqlite';
  if (text.startsWith('#model_version') || text.startsWith('cve,epss')) return 'epss';
  const json = text.replace(/^\uFEFF/, '').trimStart();
  if (!json.startsWith('{')) return json.startsWith('[') ? 'osv' : null;
  // An OSV record tells its id or schema before any text that could imitate another feed.
  const ownKey = /"(schema_version|id|dataType|format|catalogVersion|cveID)"\s*:/.exec(json)?.[1];
  if (/^\{\s*"[^"]{1,200}"\s*:\s*\{\s*"(?:CVE-\d|TEMP-\d)/.test(json)) return 'debian-tracker';
  if (/^\{\s*"(?:apkurl|archs|reponame|urlprefix|distroversion)"\s*:/.test(json))
    return 'alpine-secdb';
  if (ownKey === 'dataType' && /"dataType"\s*:\s*"CVE_RECORD"/.test(json)) return 'cve-record';
  if (ownKey === 'format' && /"format"\s*:\s*"NVD_CVE"/.test(json)) return 'nvd';
  if (ownKey === 'catalogVersion' || ownKey === 'cveID') return 'kev';
  if (/^\{\s*"resultsPerPage"\s*:/.test(json)) return 'nvd';
  return 'osv';
}
