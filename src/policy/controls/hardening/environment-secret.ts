// Hardening: a credential that is written into the manifest. Its value is never told.
import { asString, field } from '../../../base/json.ts';
import { type Control, containerFault, nameOf, shown } from '../../control.ts';
import { isSecret } from '../../credential.ts';
import type { ContainerView, PodView } from '../../pod.ts';
import { clip, itemsOf } from '../../scalar.ts';

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
