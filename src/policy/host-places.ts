// Places of a host that lead out of a container: sockets of runtimes, telling folders; and paths made
// plain to compare them.

/** Where runtimes listen, with `/var/run` as the link that it is. */
export const runtimeSockets: readonly string[] = [
  '/run/docker.sock',
  '/run/docker/docker.sock',
  '/run/containerd/containerd.sock',
  '/run/k3s/containerd/containerd.sock',
  '/run/crio/crio.sock',
  '/run/podman/podman.sock',
  '/run/cri-dockerd.sock',
  '/run/dockershim.sock',
  '/run/buildkit/buildkitd.sock',
];

/** What holds credentials, programs or the state of others. */
export const sensitiveFolders: readonly string[] = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/home',
  '/lib',
  '/lib64',
  '/opt/cni',
  '/proc',
  '/root',
  '/run/secrets',
  '/sbin',
  '/sys',
  '/usr',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/lib/etcd',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/log',
  '/var/spool/cron',
];

/** Devices that workloads are given on purpose. */
export const harmlessPaths: readonly string[] = [
  '/dev/shm',
  '/dev/dri',
  '/dev/net/tun',
  '/usr/share/zoneinfo',
  '/etc/localtime',
];

/** `/var/run` is a link to `/run` on every distribution of today. */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  if (parts[0] === 'var' && parts[1] === 'run') parts.shift();
  return `/${parts.join('/')}`;
}

/** Whether `inner` is `outer` or lies inside of it. */
export function isWithin(inner: string, outer: string): boolean {
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}
