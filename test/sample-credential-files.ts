// Made-up files of the kind that is known by its name to hold credentials.
import { alphabets, scrambled } from './scrambled.ts';

const { hex, base62, base64 } = alphabets;

/** Files that are known by their names. */
export function sampleCredentialFiles(): readonly (readonly [
  id: string,
  path: string,
  text: string,
  value: string,
])[] {
  const password = `${scrambled(base62, 12, 'pw')}!x`;
  const login = Buffer.from(`robot:${password}`).toString('base64');
  const env = (id: string, path: string) =>
    [id, path, `A=1\nDB_PASSWORD="${password}"\nPORT=80\n`, password] as const;
  const keyStore = Buffer.concat([
    Buffer.from([0x30, 0x82, 9, 9, 2, 1, 3]),
    Buffer.from(scrambled(base62, 200)),
  ]).toString('latin1');
  const keytab = `\x05\x02${scrambled(base62, 60, 'keytab')}`;
  return [
    [
      'docker-config-auth',
      'root/.docker/config.json',
      `{"auths":{"registry.acme.dev":{"auth":"${login}"}}}`,
      login,
    ],
    [
      'netrc-password',
      'root/.netrc',
      `machine git.acme.dev login bob password ${password}\n`,
      password,
    ],
    ['pgpass-password', 'root/.pgpass', `db:5432:shop:bob:${password}\n`, password],
    ['mysql-password', 'root/.my.cnf', `[client]\nuser=bob\npassword=${password}\n`, password],
    [
      'git-credentials',
      'root/.git-credentials',
      `https://bob:${password}@git.acme.dev\n`,
      password,
    ],
    [
      'python-index-password',
      'root/.pypirc',
      `[acme]\nusername: bob\npassword: ${password}\n`,
      password,
    ],
    [
      'cargo-credentials',
      'root/.cargo/credentials.toml',
      `[registries.acme]\ntoken = "${scrambled(base62, 40, 'cg')}"\n`,
      scrambled(base62, 40, 'cg'),
    ],
    [
      'composer-auth',
      'root/.composer/auth.json',
      `{"http-basic":{"repo":{"username":"bob","password":"${password}"}}}`,
      password,
    ],
    [
      'maven-password',
      'root/.m2/settings.xml',
      `<server><password>${password}</password></server>`,
      password,
    ],
    [
      'nuget-password',
      'app/NuGet.Config',
      `<add key="ClearTextPassword" value="${password}" />`,
      password,
    ],
    [
      'gradle-password',
      'root/.gradle/gradle.properties',
      `repoUser=bob\nrepoPassword=${password}\n`,
      password,
    ],
    env('environment-file', 'app/.env'),
    env('environment-file', 'app/.env.production'),
    [
      'wordpress-password',
      'var/www/wp-config.php',
      `define('DB_PASSWORD', '${password}');`,
      password,
    ],
    [
      'rails-master-key',
      'app/config/master.key',
      scrambled(hex, 32, 'rails'),
      scrambled(hex, 32, 'rails'),
    ],
    [
      'vault-token-file',
      'root/.vault-token',
      scrambled(base62, 26, 'vt'),
      scrambled(base62, 26, 'vt'),
    ],
    [
      'terraform-credentials',
      'root/.terraform.d/credentials.tfrc.json',
      `{"credentials":{"tf.acme.dev":{"token":"${scrambled(base62, 40, 'tfr')}"}}}`,
      scrambled(base62, 40, 'tfr'),
    ],
    [
      'object-store-key',
      'root/.s3cfg',
      `secret_key = ${scrambled(base64, 36, 's3')}\n`,
      scrambled(base64, 36, 's3'),
    ],
    [
      'google-user-credential',
      'root/.config/gcloud/application_default_credentials.json',
      `{"refresh_token": "0${scrambled(base62, 60, 'adc')}"}`,
      `0${scrambled(base62, 60, 'adc')}`,
    ],
    [
      'azure-login-cache',
      'root/.azure/accessTokens.json',
      `[{"refreshToken": "${scrambled(base62, 60, 'azt')}"}]`,
      scrambled(base62, 60, 'azt'),
    ],
    [
      'kubernetes-token',
      'root/.kube/config',
      `kind: Config\nusers:\n- user:\n    token: ${scrambled(base62, 40, 'kube')}\n`,
      scrambled(base62, 40, 'kube'),
    ],
    [
      'htpasswd-hash',
      'etc/nginx/.htpasswd',
      `bob:${scrambled(base62, 13, 'ht')}\n`,
      scrambled(base62, 13, 'ht'),
    ],
    ['kerberos-keytab', 'etc/krb5.keytab', keytab, keytab.slice(2)],
    ['key-store', 'app/tls/server.p12', keyStore, keyStore.slice(7)],
  ];
}
