// An image that is named by a tag that moves.
import type { ImageRule } from '../rule.ts';

export const latestTag: ImageRule = {
  id: 'image-latest-tag',
  title: 'The image is named by the tag `latest`',
  severity: 'negligible',
  why: 'What runs tomorrow under this name is not what was looked at today.',
  fix: 'Name a version, or better the digest.',
  lesson: 'image-hygiene',
  check({ name, kind }) {
    if (kind !== 'registry' && kind !== 'docker') return null;
    if (name.includes('@') || /^(?:sha256:)?[0-9a-f]{12,64}$/.test(name)) return null;
    const last = name.slice(name.lastIndexOf('/') + 1);
    if (last.includes(':') && !last.endsWith(':latest')) return null;
    return { evidence: { name } };
  },
};
