// Which images are of a trusted registry: written in whatever way, the name is the one that is pulled.
import { expect, test } from 'vitest';
import { type ImageRequirements, judgeImage } from './requirements.ts';

const nothing: ImageRequirements = {
  trusted: [],
  pinned: false,
  signed: false,
  maxSeverity: null,
  onlyFixed: false,
  noExploited: false,
  maxAgeDays: null,
  scanned: false,
  notRoot: false,
  supportedBase: false,
  sbom: false,
};

function isTrusted(reference: string, pattern: string): boolean {
  const wanted = { ...nothing, trusted: [pattern] };
  return judgeImage(reference, null, { wanted, now: new Date(0) }).length === 0;
}

const digest = `sha256:${'a'.repeat(64)}`;

test.each([
  ['registry.example/a:1', 'registry.example/**', true],
  ['Registry.Example/a', 'registry.example/**', true],
  ['registry.example:443/a', 'registry.example/**', true],
  ['registry.example./a', 'registry.example/**', true],
  ['registry.example/a', 'REGISTRY.example:443/**', true],
  ['registry.example:5000/a', 'registry.example/**', false],
  ['registry.example/team/a', 'registry.example/*', false],
  ['registry.example/team/a', 'registry.example/team/', true],
  ['registry.example.evil/a', 'registry.example/**', false],
  ['registry.example//a', 'registry.example/**', false],
  ['registry.example/../a', 'registry.example/**', false],
  ['registry.example/A', 'registry.example/**', false],
  ['nginx', 'docker.io/library/*', true],
  ['index.docker.io/nginx', 'docker.io/library/*', true],
  ['registry-1.docker.io/library/nginx', 'nginx', true],
  ['registry.hub.docker.com/team/a', 'docker.io/team/a', true],
  ['localhost:5000/a', 'localhost:5000/**', true],
  // Tags and digests of patterns count as they stand.
  ['nginx:1.27', 'docker.io/library/nginx:1.*', true],
  ['nginx:2', 'docker.io/library/nginx:1.*', false],
  ['nginx', 'docker.io/library/nginx:1.*', false],
  [`nginx@${digest}`, `docker.io/library/nginx@${digest}`, true],
  [`nginx@${digest}`, `docker.io/library/nginx@sha256:${'b'.repeat(64)}`, false],
  ['registry.example/a', 'registry.example', false],
  ['a', '**', true],
])('%s by %s: %s', (reference, pattern, expected) => {
  expect(isTrusted(reference, pattern)).toBe(expected);
});
