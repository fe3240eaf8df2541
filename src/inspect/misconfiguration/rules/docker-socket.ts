// An image that expects the engine's socket expects to be root on the host.
import type { ImageRule } from '../rule.ts';

const sockets = /(?:^|\/)(?:docker|containerd|crio|podman)\.sock\b/;

export const dockerSocket: ImageRule = {
  id: 'image-docker-socket',
  title: "The image declares the container engine's socket as a volume",
  severity: 'high',
  why: 'Whoever speaks to that socket can start a privileged container: it is root on the host.',
  fix: 'Remove the VOLUME; give the container a filtering proxy or an API of its own instead.',
  lesson: 'exposed-management-port',
  check({ config }) {
    const volume = (config?.volumes ?? []).find((path) => sockets.test(path));
    return volume === undefined ? null : { evidence: { volume } };
  },
};
