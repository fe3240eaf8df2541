// Files that are known by their names to hold credentials. Read whole, so that short passwords are found
// too; anything else in them is found by the anchored detectors as well.
import { type CredentialFile, type Hit, textOf } from '../detector.ts';
import { isRealPassword, isReference, isStandIn, namesCredential } from '../placeholder.ts';

/** Hits of one pattern over the whole text: group 1 is the secret. The pattern must be linear. */
function matches(
  bytes: Uint8Array,
  pattern: RegExp,
  keep: (value: string, match: RegExpMatchArray) => boolean = (value) => isRealPassword(value, 3),
): Hit[] {
  const text = textOf(bytes, 0, bytes.length);
  const hits: Hit[] = [];
  for (const match of text.matchAll(pattern)) {
    const value = match[1] ?? '';
    if (value === '' || !keep(value, match)) continue;
    const start = match.index + match[0].lastIndexOf(value);
    hits.push({ start, end: start + value.length, value });
  }
  return hits;
}

function file(
  described: Pick<CredentialFile, 'id' | 'title' | 'names' | 'read'> & Partial<CredentialFile>,
): CredentialFile {
  return { severity: 'high', issuer: 'the service', hint: 'nothing', ...described };
}

/** XML with its comments blanked: the file that Maven ships explains itself by samples. */
function outsideComments(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf('<!--'); at !== -1; at = copy.indexOf('<!--', at)) {
    const end = copy.indexOf('-->', at);
    copy.fill(0x20, at, end === -1 ? copy.length : end);
  }
  return copy;
}

/** `user:password` in base64, as Docker and npm write it. */
function isUserAndPassword(value: string): boolean {
  const plain = Buffer.from(value, 'base64').toString('latin1');
  const colon = plain.indexOf(':');
  if (colon < 1 || /[^\x20-\x7e]/.test(plain)) return false;
  return isRealPassword(plain.slice(colon + 1), 3);
}

const assignment =
  /^[ \t]*(?:export[ \t]+|set[ \t]+|ENV[ \t]+)?([\w.-]{1,80})[ \t]*[=:][ \t]*(.{1,500})$/gm;

/** Values of lines such as `DB_PASSWORD=...` whose name says that they are credentials. */
function namedValues(bytes: Uint8Array): Hit[] {
  const text = textOf(bytes, 0, bytes.length);
  const hits: Hit[] = [];
  for (const match of text.matchAll(assignment)) {
    const [whole, name = '', raw = ''] = match;
    const value = unquoted(raw);
    if (!namesCredential(name) || !isRealPassword(value)) continue;
    const start = match.index + whole.length - raw.length + raw.indexOf(value);
    hits.push({ start, end: start + value.length, value, evidence: { name } });
  }
  return hits;
}

function unquoted(raw: string): string {
  const text = raw.trim();
  const quote = text[0];
  if (quote === '"' || quote === "'") {
    const end = text.indexOf(quote, 1);
    return end === -1 ? text.slice(1) : text.slice(1, end);
  }
  return text.replace(/\s+#.*$/, '').replace(/\s*[;,]$/, '');
}

export const credentialFiles: readonly CredentialFile[] = [
  file({
    id: 'docker-config-auth',
    title: 'Registry login in a Docker configuration',
    severity: 'critical',
    issuer: 'the registry',
    names: ['config.json', '.dockercfg', '.dockerconfigjson', 'auth.json', 'containers-auth.json'],
    read: (bytes) =>
      matches(
        bytes,
        /"(?:auth|identitytoken)"\s*:\s*"([A-Za-z0-9+/=_.-]{8,4000})"/g,
        (value, match) =>
          match[0].startsWith('"auth"') ? isUserAndPassword(value) : value.length >= 20,
      ),
  }),
  file({
    id: 'netrc-password',
    title: 'Password in .netrc',
    names: ['.netrc', '_netrc'],
    read: (bytes) => matches(bytes, /\bpassword\s+(\S{1,200})/g),
  }),
  file({
    id: 'pgpass-password',
    title: 'PostgreSQL password in .pgpass',
    names: ['.pgpass', 'pgpass.conf'],
    read: (bytes) =>
      matches(bytes, /^[^#:\n]{1,200}:[^:\n]{1,10}:[^:\n]{1,100}:[^:\n]{1,100}:([^\n]{1,200})$/gm),
  }),
  file({
    id: 'mysql-password',
    title: 'MySQL password in an option file',
    names: ['.my.cnf', 'my.cnf', '.mylogin.cnf', 'debian.cnf'],
    read: (bytes) => matches(bytes, /^[ \t]*password[ \t]*=[ \t]*["']?([^"'\s#]{1,200})/gm),
  }),
  file({
    id: 'git-credentials',
    title: 'Password in .git-credentials',
    severity: 'critical',
    names: ['.git-credentials'],
    read: (bytes) =>
      matches(bytes, /:\/\/[^:@/\s]{0,100}:([^@\s]{1,300})@/g, (value) => !isReference(value)),
  }),
  file({
    id: 'python-index-password',
    title: 'Password of a Python package index',
    names: ['.pypirc', 'pip.conf', 'pip.ini'],
    read: (bytes) => [
      ...matches(bytes, /^[ \t]*password[ \t]*[=:][ \t]*(\S{1,400})/gm),
      ...matches(bytes, /:\/\/[^:@/\s]{1,100}:([^@/\s]{1,300})@/g),
    ],
  }),
  file({
    id: 'cargo-credentials',
    title: 'Cargo registry token',
    severity: 'critical',
    issuer: 'the registry',
    hint: 'ends',
    names: ['credentials', 'credentials.toml'],
    fits: (path) => path.includes('.cargo/'),
    read: (bytes) => matches(bytes, /^[ \t]*token[ \t]*=[ \t]*"([^"\n]{8,400})"/gm),
  }),
  file({
    id: 'composer-auth',
    title: 'Composer credential',
    names: ['auth.json'],
    read: (bytes) =>
      matches(bytes, /"(?:password|bearer|token)"\s*:\s*"([^"\n]{4,400})"/g, (value) =>
        isRealPassword(value),
      ),
  }),
  file({
    id: 'maven-password',
    title: 'Password in Maven settings',
    names: ['settings.xml', 'settings-security.xml'],
    read: (bytes) =>
      matches(outsideComments(bytes), /<(?:password|passphrase)>\s*([^<\s]{1,300})\s*</g, (value) =>
        isRealPassword(value, 4),
      ),
  }),
  file({
    id: 'nuget-password',
    title: 'Clear-text password of a NuGet source',
    names: ['nuget.config'],
    read: (bytes) =>
      matches(bytes, /key\s*=\s*"ClearTextPassword"\s+value\s*=\s*"([^"\n]{1,300})"/gi),
  }),
  file({
    id: 'gradle-password',
    title: 'Credential in gradle.properties',
    names: ['gradle.properties'],
    read: namedValues,
  }),
  file({
    id: 'environment-file',
    title: 'Credential in an environment file',
    names: ['.env', '.envrc', 'env.list', 'secrets.env'],
    endings: [
      '.env',
      '.env.local',
      '.env.production',
      '.env.prod',
      '.env.staging',
      '.env.development',
    ],
    fits: (path) =>
      !/(?:example|sample|template|dist|default)/.test(path.slice(path.lastIndexOf('/') + 1)),
    read: namedValues,
  }),
  file({
    id: 'wordpress-password',
    title: 'Password or salt in wp-config.php',
    names: ['wp-config.php'],
    read: (bytes) =>
      matches(
        bytes,
        /define\(\s*['"](?:DB_PASSWORD|AUTH_KEY|SECURE_AUTH_KEY|LOGGED_IN_KEY|NONCE_KEY)['"]\s*,\s*['"]([^'"\n]{1,200})['"]/g,
        (value) => isRealPassword(value, 4) && !/unique phrase|password_here/.test(value),
      ),
  }),
  file({
    id: 'rails-master-key',
    title: 'Rails master key',
    severity: 'critical',
    issuer: 'you',
    names: ['master.key', 'production.key', 'credentials.key'],
    read: (bytes) => matches(bytes, /^\s*([0-9a-f]{32})\s*$/g),
  }),
  file({
    id: 'vault-token-file',
    title: 'HashiCorp Vault token',
    severity: 'critical',
    issuer: 'Vault',
    names: ['.vault-token'],
    read: (bytes) => matches(bytes, /^\s*([\w.-]{20,200})\s*$/g),
  }),
  file({
    id: 'terraform-credentials',
    title: 'Terraform registry token',
    severity: 'critical',
    hint: 'ends',
    names: ['credentials.tfrc.json', '.terraformrc'],
    read: (bytes) => matches(bytes, /"?token"?\s*[:=]\s*"([^"\n]{8,400})"/g),
  }),
  file({
    id: 'object-store-key',
    title: 'Key of an object store',
    severity: 'critical',
    names: ['.s3cfg', '.boto', '.passwd-s3fs', 'rclone.conf', '.mc.json'],
    read: (bytes) =>
      matches(
        bytes,
        /^[ \t]*(?:secret_key|gs_secret_access_key|aws_secret_access_key|secret_access_key|pass|client_secret)[ \t]*=[ \t]*(\S{8,200})/gm,
      ),
  }),
  file({
    id: 'google-user-credential',
    title: 'Google Cloud login of a person',
    severity: 'critical',
    issuer: 'Google Cloud',
    names: ['application_default_credentials.json', 'adc.json', 'legacy_credentials'],
    read: (bytes) => matches(bytes, /"refresh_token"\s*:\s*"([^"\n]{20,400})"/g),
  }),
  file({
    id: 'azure-login-cache',
    title: 'Azure login of a person',
    severity: 'critical',
    issuer: 'Microsoft Entra',
    names: ['accesstokens.json', 'msal_token_cache.json', 'service_principal_entries.json'],
    read: (bytes) =>
      matches(bytes, /"(?:refreshToken|client_secret|secret)"\s*:\s*"([^"\n]{16,4000})"/g),
  }),
  file({
    id: 'kubernetes-token',
    title: 'Token in a kubeconfig',
    severity: 'critical',
    issuer: 'your cluster',
    names: ['config', 'kubeconfig', 'admin.conf', 'super-admin.conf', 'kubelet.conf', 'k3s.yaml'],
    endings: ['.kubeconfig', '.kubeconfig.yaml'],
    read: (bytes) =>
      /^kind:\s*Config\b/m.test(textOf(bytes, 0, 64 * 1024))
        ? matches(bytes, /^[ \t-]*(?:token|password):[ \t]*["']?([^"'\s]{8,3000})/gm)
        : [],
  }),
  file({
    id: 'htpasswd-hash',
    title: 'Password hash in an htpasswd file',
    severity: 'low',
    issuer: 'you',
    names: ['.htpasswd', 'htpasswd', '.htdigest'],
    read: (bytes) =>
      matches(bytes, /^[^:#\s]{1,100}:([^:\s]{13,200})$/gm, (value) => !isStandIn(value)),
  }),
  file({
    id: 'kerberos-keytab',
    title: 'Kerberos keytab',
    severity: 'critical',
    issuer: 'your realm',
    names: ['krb5.keytab'],
    endings: ['.keytab'],
    // Version 5.2 of the format, then at least one entry.
    read: (bytes) =>
      bytes[0] === 0x05 && bytes[1] === 0x02 && bytes.length > 20
        ? [{ start: 0, end: bytes.length, value: textOf(bytes, 0, 64) }]
        : [],
  }),
  file({
    id: 'key-store',
    title: 'Key store with a private key, under a password only',
    severity: 'low',
    issuer: 'you',
    names: [],
    endings: ['.p12', '.pfx', '.jks', '.keystore'],
    read: readKeyStore,
  }),
];

/** PKCS#12 (a DER sequence, version 3), or JKS whose first entry is a private key (tag 1). */
function readKeyStore(bytes: Uint8Array): readonly Hit[] {
  const isPkcs12 = bytes[0] === 0x30 && bytes[1] === 0x82 && textOf(bytes, 4, 7) === '\x02\x01\x03';
  const isJks =
    textOf(bytes, 0, 4) === '\xfe\xed\xfe\xed' && textOf(bytes, 12, 16) === '\0\0\0\x01';
  if (!isPkcs12 && !isJks) return [];
  const evidence = { format: isJks ? 'JKS' : 'PKCS#12', encrypted: true };
  return [{ start: 0, end: bytes.length, value: textOf(bytes, 0, 64), evidence }];
}
