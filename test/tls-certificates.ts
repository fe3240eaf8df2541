// A little certificate authority for tests, made anew by openssl so that no key lies in the tree.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface TestCertificates {
  /** PEM of the authority. */
  readonly ca: string;
  readonly caFile: string;
  /** For localhost, 127.0.0.1 and registry.test. */
  readonly server: KeyPair;
  readonly client: KeyPair;
}

/** Makes them in `folder`; the server's also for other `hosts`. */
export function makeCertificates(folder: string, hosts: readonly string[] = []): TestCertificates {
  const openssl = (...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  };
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const lifetime = ['-days', '2'];
  openssl(
    'req',
    '-x509',
    ...key,
    ...lifetime,
    '-subj',
    '/CN=Test CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  const issue = (name: string, extension: string): KeyPair => {
    writeFileSync(join(folder, `${name}.ext`), extension);
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    const request = ['-req', '-in', `${name}.csr`, '-extfile', `${name}.ext`];
    openssl('x509', ...request, ...signer, ...lifetime, '-out', `${name}.pem`);
    return {
      cert: readFileSync(join(folder, `${name}.pem`), 'utf8'),
      key: readFileSync(join(folder, `${name}.key`), 'utf8'),
    };
  };
  const all = ['localhost', 'registry.test', ...hosts];
  const names = ['IP:127.0.0.1', ...all.map((host) => `DNS:${host}`)].join(',');
  return {
    ca: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    caFile: join(folder, 'ca.pem'),
    server: issue('server', `subjectAltName=${names}`),
    client: issue('client', 'extendedKeyUsage=clientAuth'),
  };
}
