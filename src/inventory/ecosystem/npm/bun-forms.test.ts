import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, identities } from '../../../../test/catalog.ts';
import { npm } from './index.ts';

function read(name: string, path: string, content: string, companions = {}) {
  return catalog(catalogerOf(npm, name), { path, content, companions });
}

describe('bun.lock', () => {
  test('tuples of every kind', () => {
    const result = read(
      'npm-bun-lock',
      'bun.lock',
      `{
  "lockfileVersion": 1,
  "workspaces": { "": { "name": "app", "dependencies": { "a": "1" }, "devDependencies": { "g": "u/g" } },
    "packages/web": { "name": "web", "devDependencies": { "a": "2", } } },
  "packages": {
    "web": ["web@workspace:packages/web"],
    "a": ["a@1.0.0", "", { "dependencies": { "@s/b": "^1" } }, "sha512-x"],
    "web/a": ["a@2.0.0", "", {}, "sha512-x"],
    "@s/b": ["@s/b@1.1.0", "https://npm.example.org/", {}, "sha512-x"],
    "a/@s/b": ["@s/b@1.0.0", "", {}, "sha512-x"],
    "g": ["g@github:u/g#0123abc", {}, "u-g-0123abc"],
    "h": ["h@git+ssh://git@example.org/h.git#4567def", {}, "4567def"],
    "t": ["t@https://example.org/t.tgz", {}],
    "f": ["f@file:./f", {}],
    "l": ["l@link:../l", {}],
    "r": ["r@root:", {}],
    "bad": [],
    "worse": 1,
  },
}`,
    );
    expect(
      result.packages.map((one) => `${one.name}@${one.version} ${one.origin} ${one.scope}`),
    ).toEqual([
      'a@1.0.0 registry runtime',
      'a@2.0.0 registry development',
      'b@1.1.0 registry undefined',
      'b@1.0.0 registry runtime',
      'g@0123abc git development',
      'h@4567def git undefined',
      't@https://example.org/t.tgz url undefined',
    ]);
    expect(result.unknowns[0]?.reason).toMatch(/^2 entries/);
    expect(identities(result)).toContain('@s/b@1.0.0');
  });
});
