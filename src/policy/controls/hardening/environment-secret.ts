// Hardening: a credential that is written into the manifest. Its value is never told.
import { asString, field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, shown } from '../../control.ts';
import type { ContainerView, PodView } from '../../pod.ts';
import { clip, itemsOf } from '../../scalar.ts';

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

function check({ containers }: PodView) {
  return containers.flatMap((container) => environmentFaults(container));
}

function environmentFaults(container: ContainerView) {
  return itemsOf(field(container.value, 'env')).flatMap((variable, index) => {
    const name = clip(asString(field(variable, 'name')) ?? '');
    const value = clip(asString(field(variable, 'value')) ?? '', 4096);
    if (!isSecret(name, value)) return [];
    const message = `${nameOf(container)} has a credential in its environment: ${shown(name)}`;
    return containerFault(container, ['env', index, 'value'], { message, secret: true });
  });
}

/** Whether a variable holds a credential, by its name or by the form of its value. */
export function isSecret(name: string, value: string): boolean {
  if (credential.test(value) || addressWithPassword.test(value)) return true;
  if (placeholder.test(value)) return false;
  const upper = name.toUpperCase().replaceAll('-', '_');
  if (harmlessEndings.test(upper) || upper === 'PWD') return false;
  if (tellingPairs.some((pair) => `_${upper}_`.includes(`_${pair}_`))) return true;
  return upper.split('_').some((word) => tellingWords.has(word) || word.endsWith('PASSWORD'));
}

/** A container with this variable. */
function having(name: string, value: string) {
  return { spec: { containers: [{ name: 'a', env: [{ name, value }] }] } };
}

export const environmentSecret: Control = {
  id: 'environment-secret',
  title: 'A credential is written into the manifest',
  level: 'hardening',
  sources: ['NSA C-0012', 'CIS Kubernetes 5.4.1'],
  severity: 'high',
  lesson: 'leaked-secret',
  fix: 'Replace the credential, keep it in a Secret and mount that as a file',
  variants: [{ since: 0, check }],
  passes: [
    having('DB_PASSWORD_FILE', '/run/secrets/db'),
    having('DB_PASSWORD', '$(FROM_SECRET)'),
    having('TOKEN_TTL', '3600s'),
    having('DB_HOST', 'postgres://db:5432/app'),
    having('PASSWORD', ''),
    {
      spec: {
        containers: [
          { name: 'a', env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: {} } }] },
        ],
      },
    },
  ],
  fails: [
    having('DB_PASSWORD', 'correct horse'),
    having('POSTGRESPASSWORD', 'battery'),
    having('aws-secret', 'staple'),
    having('STRIPE_API_KEY', 'k-12345678'),
    having('DATABASE', 'postgres://shop:horse@db:5432/app'),
    having('ANYTHING', `AKIA${'A'.repeat(16)}`),
  ],
};
