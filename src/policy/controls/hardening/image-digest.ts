// Hardening: only a digest names the very image that was scanned and signed.
import { type Control, containerFault, nameOf, shown } from '../../control.ts';
import { parseImageName } from '../../image-name.ts';
import type { PodView } from '../../pod.ts';

const wholeDigest = /^sha(?:256:[0-9a-f]{64}|512:[0-9a-f]{128})$/;

function check({ containers }: PodView) {
  return containers.flatMap((container) => {
    const { image } = container;
    if (image === null || image === '') return [];
    if (wholeDigest.test(parseImageName(image).digest ?? '')) return [];
    const message = `${nameOf(container)} uses image ${shown(image)} without a digest`;
    return containerFault(container, ['image'], { message });
  });
}

export const imageDigest: Control = {
  id: 'image-digest',
  title: 'The image is not pinned to a digest',
  level: 'hardening',
  sources: ['CIS Kubernetes 5.5.1'],
  severity: 'low',
  lesson: 'unpinned-image',
  fix: 'Add the digest behind the version: name:version@sha256:<digest>',
  variants: [{ since: 0, check }],
  passes: [{ spec: { containers: [{ name: 'a', image: `nginx:1@sha256:${'a'.repeat(64)}` }] } }],
  fails: [
    { spec: { containers: [{ name: 'a', image: 'nginx:1.27' }] } },
    { spec: { containers: [{ name: 'a', image: 'nginx@sha256:abc' }] } },
  ],
};
