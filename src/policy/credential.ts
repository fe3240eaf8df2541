// Whether a variable is a credential: by its name, or by the form of its value.

const tellingWords: ReadonlySet<string> = new Set([
  'APIKEY',
  'CREDENTIAL',
  'CREDENTIALS',
  'PASSPHRASE',
  'PASSWD',
  'PASSWORD',
  'PWD',
  'SECRET',
  'TOKEN',
]);
const tellingPairs = ['ACCESS_KEY', 'API_KEY', 'AUTH_KEY', 'ENCRYPTION_KEY', 'PRIVATE_KEY'];
/** Names that speak of a place or a property of the secret, not of the secret. */
const harmlessEndings =
  /_(?:FILE|PATH|DIR|NAME|URL|URI|ENDPOINT|HOST|TTL|LENGTH|EXPIRY|EXPIRATION|ENABLED|TYPE|ID|ISSUER|AUDIENCE)$/;

/** Forms that are credentials whatever they are called. */
const credential =
  /^(?:AKIA[0-9A-Z]{16}$|ASIA[0-9A-Z]{16}$|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{20}|glpat-[\w-]{20}|xox[abprs]-[\w-]{10}|sk_live_\w{16}|-----BEGIN [A-Z ]*PRIVATE KEY)/;
const addressWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s:@$]+@/i;
const placeholder = /^(?:|true|false|\d{1,3}|none|null|changeme|\$.*|\{\{.*|<.*>|\/.*|x+|\*+)$/i;

/** Whether a variable holds a credential, by its name or by the form of its value. */
export function isSecret(name: string, value: string): boolean {
  if (credential.test(value) || addressWithPassword.test(value)) return true;
  if (placeholder.test(value)) return false;
  const upper = name.toUpperCase().replaceAll('-', '_');
  if (harmlessEndings.test(upper) || upper === 'PWD') return false;
  if (tellingPairs.some((pair) => `_${upper}_`.includes(`_${pair}_`))) return true;
  return upper.split('_').some((word) => tellingWords.has(word) || word.endsWith('PASSWORD'));
}
