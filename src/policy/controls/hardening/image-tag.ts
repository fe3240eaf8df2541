// Hardening: an image whose tag moves is another image tomorrow.
import { type Control, containerFault, nameOf, shown } from '../../control.ts';
import { parseImageName } from '../../image-name.ts';
import type { PodView } from '../../pod.ts';

function check({ containers }: PodView) {
  return containers.flatMap((container) => {
    const { image } = container;
    if (image === null || image === '') return [];
    const { tag, digest } = parseImageName(image);
    if (digest !== null || (tag !== null && tag !== 'latest')) return [];
    const what = tag === null ? 'has no tag, which means latest' : 'has the tag latest';
    const message = `${nameOf(container)} uses image ${shown(image)}, which ${what}`;
    return containerFault(container, ['image'], { message });
  });
}

export const imageTag: Control = {
  id: 'image-tag',
  title: 'The tag of the image is latest or none',
  level: 'hardening',
  sources: ['CIS Docker 5.28', 'CIS Kubernetes 5.5.1'],
  severity: 'medium',
  lesson: 'unpinned-image',
  fix: 'Name the version of the image, best with its digest',
  variants: [{ since: 0, check }],
  passes: [
    { spec: { containers: [{ name: 'a', image: 'nginx:1.27' }] } },
    { spec: { containers: [{ name: 'a', image: `nginx@sha256:${'a'.repeat(64)}` }] } },
    { spec: { containers: [{ name: 'a', image: 'localhost:5000/a/b:1' }] } },
  ],
  fails: [
    { spec: { containers: [{ name: 'a', image: 'nginx' }] } },
    { spec: { initContainers: [{ name: 'a', image: 'nginx:latest' }] } },
    { spec: { containers: [{ name: 'a', image: 'localhost:5000/a/b' }] } },
  ],
};
