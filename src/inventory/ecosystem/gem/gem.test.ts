import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalog, fixture, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { developmentGems } from './gemfile.ts';
import { gem } from './index.ts';
import { installedGems } from './installed.ts';
import { gemfileLock } from './lock.ts';

const specification = `# -*- encoding: utf-8 -*-
# stub: nokogiri 1.15.4 x86_64-linux lib
# stub: ext/nokogiri/extconf.rb

Gem::Specification.new do |s|
  s.name = "nokogiri".freeze
  s.version = "1.15.4"
  s.platform = "x86_64-linux".freeze
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.files = ["s.name = \\"other\\"".freeze]

  if s.respond_to? :add_runtime_dependency then
    s.add_runtime_dependency(%q<racc>.freeze, ["~> 1.4"])
    s.add_development_dependency(%q<rake>.freeze, ["~> 13"])
  else
    s.add_dependency(%q<racc>.freeze, ["~> 1.4"])
  end
end
`;

function read(content: string | Uint8Array) {
  return catalog(installedGems, { path: 'gems/3.1.0/specifications/x.gemspec', content });
}

describe('a specification', () => {
  test('by its stub', () => {
    expect(read(specification)).toEqual({
      packages: [
        {
          type: 'gem',
          namespace: null,
          name: 'nokogiri',
          version: '1.15.4',
          licences: ['MIT', 'Ruby'],
          qualifiers: { platform: 'x86_64-linux' },
          dependsOn: ['racc'],
        },
      ],
      unknowns: [],
    });
  });

  test('by its assignments, as RubyGems before 2.2 and packagers write it', () => {
    const text = `Gem::Specification.new do |gem|
  gem.name    = 'old_thing'
  gem.version = Gem::Version.new("0.1.pre")
  gem.license = 'BSD'
  gem.add_dependency 'rack', '>= 1'
end`;
    const result = read(text);
    expect(result.packages[0]).toMatchObject({
      name: 'old_thing',
      version: '0.1.pre',
      licences: ['BSD'],
      dependsOn: ['rack'],
    });
    expect(result.packages[0]?.qualifiers).toBeUndefined();
  });

  test.each([
    '',
    '# stub: name',
    '# stub: name version ruby lib',
    's.name = "x"',
    's.name = NAME\ns.version = VERSION',
    '\u0000',
  ])('%j is unknown', (content) => {
    expect(read(content).packages).toEqual([]);
    expect(read(content).unknowns).toHaveLength(1);
  });

  test('never throws on a damaged specification', () => {
    for (const content of damagedCopies(Buffer.from(specification), { seed: 1, copies: 300 })) {
      expect(read(content).packages.length).toBeLessThanOrEqual(1);
    }
  });

  test('hostile lines end soon', () => {
    for (const line of ['s.name = "', 's.name = %q<', 's.licenses = ["', 's.add_dependency(%q<']) {
      const text = `${line}${'%q<'.repeat(3000)}\n`.repeat(400);
      expect(read(text).packages).toEqual([]);
    }
  });
});

describe('a lock file', () => {
  const content = fixture(import.meta.url, 'Gemfile.lock');
  const result = catalog(gemfileLock, {
    path: 'app/Gemfile.lock',
    content,
    companions: { 'app/Gemfile': fixture(import.meta.url, 'Gemfile') },
  });

  test("of Bundler's own making", () => {
    expect(result.unknowns).toEqual([]);
    expect(
      result.packages.map(({ name, version, origin, scope }) =>
        [name, version, origin, scope].join(' '),
      ),
    ).toEqual([
      'mine 0.1.0 local runtime',
      'debug 1.4.0 registry development',
      'io-console 0.5.11 registry development',
      'irb 1.4.1 registry development',
      'minitest 5.15.0 registry development',
      'power_assert 2.0.1 registry development',
      'rake 13.0.6 registry runtime',
      'reline 0.3.0 registry development',
      'rexml 3.2.5 registry runtime',
      'test-unit 3.5.3 registry development',
    ]);
    expect(found(result, 'debug@1.4.0')).toMatchObject({ line: 10, dependsOn: ['irb', 'reline'] });
  });

  test('platforms, git, line ends of Windows, plugins', () => {
    const text = [
      'GIT',
      '  remote: https://git.example.org/fork.git',
      '  revision: 0123',
      '  specs:',
      '    fork (2.0.0.pre)',
      '      rack (>= 1, < 3)',
      '',
      'PLUGIN SOURCE',
      '  specs:',
      '    plugin (1.0)',
      '',
      'GEM',
      '  remote: https://rubygems.example.org/',
      '  specs:',
      '    nokogiri (1.15.4)',
      '    nokogiri (1.15.4-x86_64-linux)',
      '    nokogiri (1.15.4-java)',
      '    broken',
      '    worse ()',
      '',
      'CHECKSUMS',
      '  nokogiri (1.15.4) sha256=0',
      '',
    ].join('\r\n');
    const other = catalog(gemfileLock, { path: 'gems.locked', content: text });
    expect(identities(other)).toEqual(['fork@2.0.0.pre', 'nokogiri@1.15.4']);
    expect(found(other, 'fork@2.0.0.pre')).toMatchObject({ origin: 'git', dependsOn: ['rack'] });
    expect(other.unknowns).toEqual([{ reason: '2 entries without a usable name or version' }]);
  });

  test.each(['hello\n', '<<<<<<< HEAD\nGEM\n'])('%j is refused with a reason', (text) => {
    expect(catalog(gemfileLock, { path: 'Gemfile.lock', content: text }).unknowns).toHaveLength(1);
  });

  test('inside an installed gem it does not count', () => {
    const path = 'usr/lib/ruby/gems/3.1.0/gems/rack-2.2.8/Gemfile.lock';
    expect(catalog(gemfileLock, { path, content })).toEqual({ packages: [], unknowns: [] });
    const project = catalog(gemfileLock, { path: 'src/gems/mine/Gemfile.lock', content });
    expect(project.packages.length).toBeGreaterThan(0);
  });

  test('never throws on a damaged file', () => {
    for (const damaged of damagedCopies(content, { seed: 2, copies: 300 })) {
      for (const one of catalog(gemfileLock, { path: 'Gemfile.lock', content: damaged }).packages) {
        expect(one.version).toMatch(/^\d/);
      }
    }
  });
});

describe('groups of a Gemfile', () => {
  test.each([
    ['gem "a", group: :test', ['a']],
    ["gem 'a', :group => :development", ['a']],
    ['gem "a", groups: [:development, :test], require: false', ['a']],
    ['gem "a", groups: [:default, :test]', []],
    ['gem("a", group: "test")', ['a']],
    ['group :test do\n  gem "a" # x\nend\ngem "b"', ['a']],
    [
      'group :development, :test do\n  platforms :ruby do\n    gem "a"\n  end\n  gem "b"\nend',
      ['a', 'b'],
    ],
    ['group :assets do\n  gem "a"\nend', []],
    [
      'if ENV["X"]\n  gem "a"\nend\ngroup :test do\n  if x\n    gem "b"\n  end\nend\ngem "c"',
      ['b'],
    ],
    ['group :test do\n  gem "a"\nend\ngem "a"', []],
    ['# gem "a", group: :test', []],
    ['end\nend\ngem "a", group: :test', ['a']],
    [`gem${' '.repeat(1_000_000)}"a", group: :test`, []],
  ])('%.60j', (text, names) => {
    expect([...developmentGems(text)].sort()).toEqual(names);
  });
});

interface RubyView {
  readonly paths: readonly string[];
  readonly gems: readonly string[];
}

/** Ruby's own list of installed gems; null without Ruby. */
function viewOfRuby(): RubyView | null {
  const code = `require 'rubygems'; require 'json'
    gems = Gem::Specification.map { |s| "#{s.name}@#{s.version}" }
    puts JSON.dump(paths: Gem::Specification.dirs, gems: gems)`;
  try {
    return JSON.parse(execFileSync('ruby', ['-e', code], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return null;
  }
}

const view = viewOfRuby();

test.skipIf(view === null)("the same gems as Ruby's own list; skipped without ruby", () => {
  const listed = (view?.paths ?? []).flatMap((folder) =>
    globSync(['*.gemspec', 'default/*.gemspec'], { cwd: folder }).flatMap((path) =>
      identities(read(readFileSync(join(folder, path)))),
    ),
  );
  expect([...new Set(listed)].sort()).toEqual([...new Set(view?.gems)].sort());
});

test('names are exact', () => {
  expect(gem.advisoryName({ namespace: null, name: 'RedCloth' })).toBe('RedCloth');
});
