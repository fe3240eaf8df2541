// Runs what names a container on made-up documents, so that the first real one does not wait for code
// to be loaded and compiled.
import { parseJson } from '../../base/json.ts';
import { bundleIdentity, dockerIdentity, parseOciConfig } from '../identity/index.ts';
import { resolveAttempt } from './resolve-attempt.ts';

const rounds = 40;

const bundle = JSON.stringify({
  process: {
    args: ['/bin/true'],
    user: { uid: 0, gid: 0 },
    capabilities: { bounding: ['CAP_KILL'] },
  },
  root: { path: 'rootfs' },
  mounts: Array.from({ length: 12 }, (_, index) => ({
    destination: `/m${index}`,
    type: 'bind',
    source: '/tmp',
    options: ['rbind', 'ro', 'rprivate'],
  })),
  annotations: { a: 'b' },
  linux: { namespaces: [{ type: 'pid' }], resources: { devices: [{ allow: false }] } },
});

const container = JSON.stringify({
  ID: 'warm-up',
  Name: '/warm-up',
  Created: '2026-01-01T00:00:00.5Z',
  Config: { Image: 'a', Labels: { a: 'b' }, User: '' },
  NetworkSettings: { Networks: { bridge: { IPAddress: '' } } },
  HostConfig: { NetworkMode: 'default', PortBindings: { '80/tcp': [{ HostPort: '1' }] } },
});

/** Has no effect but on the speed of what follows. */
export function warmUp(): void {
  for (let round = 0; round < rounds; round += 1) {
    resolveAttempt(process.pid);
    const parsed = parseJson(bundle);
    const oci = parsed.ok ? parseOciConfig(parsed.value) : null;
    const told = parseJson(container);
    if (told.ok) dockerIdentity({ container: told.value, oci });
    bundleIdentity({ id: 'warm-up', engine: 'containerd', oci });
  }
}
