// A container engine in the image whose API is open.
import type { FileRule } from '../rule.ts';

export const engineApi: FileRule = {
  id: 'image-open-engine-api',
  title: 'The Docker daemon of the image listens on the network without TLS',
  severity: 'high',
  why: 'Everyone who reaches the port starts privileged containers: miners find it within hours.',
  fix: 'Remove the tcp:// address, or set `tlsverify` with certificates.',
  lesson: 'exposed-management-port',
  wants: (path) => path === 'etc/docker/daemon.json',
  check(file) {
    const text = file.text();
    const address = /"(tcp:\/\/[^"\n]{1,100})"/.exec(text)?.[1];
    if (address === undefined || /"tlsverify"\s*:\s*true/.test(text)) return [];
    return /^tcp:\/\/(?:127\.|localhost|\[::1\])/.test(address) ? [] : [{ evidence: { address } }];
  },
};
