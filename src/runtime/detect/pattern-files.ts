// Patterns of files: encryption, removal in masses, refused opens, search for credentials.
import type { RuntimeEvent } from '../../model/event.ts';
import { argumentOf, type Pattern } from './pattern.ts';

/** Endings that backups and installers add. */
const honestEnding =
  /^(?:\d+|bak|old|orig|save|tmp|temp|gz|xz|zst|bz2|lz4|part|swp|lock|new|prev|backup|log|json|dpkg-\w+|rpm\w+|apk-new|pacnew|deleted|done|processed|ok|err)$/i;

const encryption: Pattern = {
  id: 'encryption',
  rule: 'Files renamed by the dozen',
  description:
    'One program gives many files the same new ending: what encrypts data for a ransom leaves such names.',
  priority: 'Critical',
  techniques: ['T1486'],
  tactic: 'impact',
  lesson: 'data-destruction',
  types: ['rename', 'renameat', 'renameat2'],
  onHost: true,
  threshold: { count: 40, windowMs: 30_000 },
  observe(event) {
    if (event.result !== null && event.result < 0) return null;
    const before = argumentOf(event, 'oldpath');
    const after = argumentOf(event, 'newpath');
    if (before === null || after === null || !after.startsWith(`${before}.`)) return null;
    const ending = after.slice(before.length + 1);
    if (ending.includes('/') || honestEnding.test(ending)) return null;
    return { within: ending, key: before };
  },
  text: (count, within) => `adds .${within} to the names of ${count} files`,
};

/** Where masses of files come and go every day. */
const busyFolder =
  /^(?:\/tmp|\/var\/tmp|\/var\/cache|\/proc|\/run|\/dev|\/sys)(?:\/|$)|\/(?:node_modules|__pycache__|\.git|\.cache|cache|sessions?|tmp|\.next|target|build|dist)(?:\/|$)/;

const removal: Pattern = {
  id: 'mass-removal',
  rule: 'Files removed by the thousand',
  description: 'A program removes very many files of data within seconds.',
  priority: 'Warning',
  techniques: ['T1485'],
  tactic: 'impact',
  lesson: 'data-destruction',
  types: ['unlink', 'unlinkat', 'rmdir'],
  onHost: false,
  threshold: { count: 1000, windowMs: 10_000 },
  observe(event) {
    if (event.result !== null && event.result < 0) return null;
    const path = argumentOf(event, 'path') ?? argumentOf(event, 'name');
    return path === null || busyFolder.test(path) ? null : { within: '', key: path };
  },
  text: (count) => `removes ${count} files`,
};

const refusedOpens: Pattern = {
  id: 'refused-opens',
  rule: 'Many files refused',
  description:
    'The kernel refuses a program many different files within seconds: it tries what it may read.',
  priority: 'Notice',
  techniques: ['T1083'],
  tactic: 'discovery',
  lesson: 'reconnaissance',
  types: ['open', 'openat', 'openat2'],
  onHost: false,
  threshold: { count: 40, windowMs: 10_000 },
  observe(event) {
    if (!isRefused(event)) return null;
    const path = pathOf(event);
    return path === null ? null : { within: '', key: path };
  },
  text: (count) => `is refused ${count} files`,
};

const credentialPath =
  /\/(?:\.aws|\.ssh|\.kube|\.azure|\.docker|\.gnupg|\.config\/gcloud|\.terraform\.d)\/|\/(?:\.netrc|\.git-credentials|\.pgpass|\.my\.cnf|\.npmrc|\.pypirc|\.vault-token|\.env|shadow|wp-config\.php|credentials(?:\.json)?|secrets?\.ya?ml|id_(?:rsa|ed25519|ecdsa))$|\/secrets\/kubernetes\.io\//;

const credentialSearch: Pattern = {
  id: 'credential-search',
  rule: 'Search for credentials',
  description:
    'A program opens, or tries to open, many of the places where keys and passwords lie: it searches.',
  priority: 'Critical',
  techniques: ['T1552.001'],
  tactic: 'credential_access',
  lesson: 'stolen-credentials',
  types: ['open', 'openat', 'openat2'],
  onHost: true,
  threshold: { count: 6, windowMs: 30_000 },
  observe(event) {
    if (event.openedForReading === false) return null;
    const path = pathOf(event);
    return path === null || !credentialPath.test(path) ? null : { within: '', key: path };
  },
  text: (count) => `opens ${count} places where keys lie`,
};

const refusals: ReadonlySet<number> = new Set([-1, -13]);

function isRefused({ result }: RuntimeEvent): boolean {
  return result !== null && refusals.has(result);
}

function pathOf(event: RuntimeEvent): string | null {
  return event.descriptor?.name ?? argumentOf(event, 'name');
}

export const filePatterns: readonly Pattern[] = [
  encryption,
  removal,
  refusedOpens,
  credentialSearch,
];
