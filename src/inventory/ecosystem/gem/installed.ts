// Installed Ruby gems: the specifications that RubyGems writes in a folder of that name.
import { limits } from '../../../base/limits.ts';
import { notRead } from '../document.ts';
import type { Cataloger, CatalogResult, FileView } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';

/** Reads `specifications/*.gemspec`, also of the gems that come with Ruby (`default/`). */
export const installedGems: Cataloger = {
  name: 'gem-installed',
  revision: 1,
  evidence: 'installed',
  globs: ['**/specifications/*.gemspec', '**/specifications/default/*.gemspec'],
  parse: parseSpecification,
};

/** Specifications list their files; the longest known (aws-sdk) have about 200 kB. */
const specificationBytes = Math.min(4 * 1024 * 1024, limits.documentBytes);

interface Gem {
  readonly name: string;
  readonly version: string;
  /** `ruby`, or that of a compiled gem: `x86_64-linux`, `java`. */
  readonly platform: string | null;
}

function parseSpecification(file: FileView): CatalogResult {
  const text = new TextDecoder().decode(file.read(0, specificationBytes));
  const lines = text.split('\n', specificationLines);
  const gem = fromStub(lines) ?? fromAssignments(lines);
  if (gem === null) return notRead('gem specification without name or version');
  const { name, version, platform } = gem;
  const dependsOn = dependenciesOf(lines);
  const list = packageList();
  list.add({
    type: 'gem',
    namespace: null,
    name,
    version,
    licences: licencesOf(lines),
    ...(platform === null || platform === 'ruby' ? {} : { qualifiers: { platform } }),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
  });
  return list.result();
}

const specificationLines = 20_000;

/** `# stub: name version platform require_paths`, the second line since RubyGems 2.2. */
function fromStub(lines: readonly string[]): Gem | null {
  for (const line of lines.slice(0, 3)) {
    if (!line.startsWith('# stub: ')) continue;
    const [name, version, platform] = line.slice('# stub: '.length).trim().split(' ');
    if (name && version && /^\d/.test(version))
      return { name, version, platform: platform ?? null };
  }
  return null;
}

/** `s.name = "rack".freeze`, `s.version = Gem::Version.new("2.0")`. */
function fromAssignments(lines: readonly string[]): Gem | null {
  const valueOf = (attribute: string): string | null => {
    for (const line of lines) {
      const value = assignmentTo(line, attribute);
      const word = value === null ? null : firstQuoted(value);
      if (word !== null) return word;
    }
    return null;
  };
  const name = valueOf('name');
  const version = valueOf('version');
  if (name === null || version === null || !/^\d/.test(version)) return null;
  return { name, version, platform: valueOf('platform') };
}

/** What is assigned to `<variable>.<attribute>` on this line, or null. */
function assignmentTo(line: string, attribute: string): string | null {
  const content = line.trimStart();
  const dot = content.indexOf('.');
  if (dot < 1 || dot > longestVariable || !content.startsWith(attribute, dot + 1)) return null;
  const rest = content.slice(dot + 1 + attribute.length).trimStart();
  return rest.startsWith('=') ? rest.slice(1) : null;
}

const longestVariable = 20;

/** Words of one line: `"MIT".freeze`, `'MIT'`, `%q<rack>`. */
function quotedWords(value: string, length = longestList): readonly string[] {
  const words: string[] = [];
  for (const match of value.slice(0, length).matchAll(/"([^"]*)"|'([^']*)'|%q<([^>]*)>/g)) {
    words.push(match[1] ?? match[2] ?? match[3] ?? '');
  }
  return words;
}

/** Bounds of what is searched for quotes on one line: unclosed ones cost the square of it. */
const longestList = 10_000;
const longestWord = 300;

function firstQuoted(value: string): string | null {
  return quotedWords(value, longestWord)[0] ?? null;
}

function licencesOf(lines: readonly string[]): readonly string[] {
  for (const line of lines) {
    const value = assignmentTo(line, 'licenses') ?? assignmentTo(line, 'license');
    if (value !== null) return [...new Set(quotedWords(value).filter((word) => word !== ''))];
  }
  return [];
}

/** RubyGems writes each dependency in one form per version of itself; development ones are left out. */
function dependenciesOf(lines: readonly string[]): readonly string[] {
  const names = new Set<string>();
  for (const line of lines) {
    const call = /^\s{0,8}\w{1,20}\.(?:add_runtime_dependency|add_dependency)\b(.*)/.exec(
      line,
    )?.[1];
    const name = call === undefined ? null : firstQuoted(call);
    if (name) names.add(name);
  }
  return [...names];
}
