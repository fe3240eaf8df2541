// requirements.txt in the form of pip: only requirements pinned to one version name a package.
import type { Scope } from '../../../model/package.ts';
import { textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { type PackageList, packageList } from '../package-list.ts';
import { nameOfArchive, nameOfRequirement, type PythonEntry, pythonPackage } from './package.ts';
import { isInsidePackage, lockBytes } from './path.ts';

/** Reads requirement files by their usual names. */
export const requirements: Cataloger = {
  name: 'pypi-requirements',
  revision: 1,
  evidence: 'declared',
  globs: ['**/requirements*.txt', '**/*requirements.txt', '**/requirements/*.txt'],
  parse: parseRequirements,
};

function parseRequirements(file: FileView): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  const text = textOf(file, lockBytes);
  if (text === null) return tooLargeToRead(file, lockBytes);
  const list = packageList();
  const scope = scopeOf(file.path);
  let unpinned = 0;
  for (const { content, line } of logicalLines(text)) {
    const read = readLine(content);
    if (read === 'unpinned') unpinned += 1;
    else if (typeof read === 'object') add(list, { ...read, scope, line });
  }
  if (unpinned > 0) {
    list.note(
      `${unpinned} ${unpinned === 1 ? 'requirement' : 'requirements'} without a fixed version`,
    );
  }
  return list.result();
}

function add(list: PackageList, entry: PythonEntry): void {
  const found = pythonPackage(entry);
  if (found === null) list.skip();
  else list.add(found);
}

/** `dev-requirements.txt`, `requirements/test.txt`: by custom what production does not install. */
function scopeOf(path: string): Scope | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const words = name.split(/[^a-z]+/);
  return words.some((word) => developmentWords.has(word)) ? 'development' : undefined;
}

const developmentWords = new Set([
  'dev',
  'develop',
  'development',
  'test',
  'tests',
  'testing',
  'lint',
  'docs',
]);

/** Lines joined to one; the longest real ones list some hundred hashes. */
const continuedLines = 10_000;

interface LogicalLine {
  readonly content: string;
  /** 1-based line at which it starts. */
  readonly line: number;
}

/** Joins continued lines and drops comments, as pip does (comments need white space before them). */
function* logicalLines(text: string): Generator<LogicalLine> {
  let parts: string[] = [];
  let first = 0;
  let number = 0;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    let line = text.slice(start, end);
    start = end + 1;
    number += 1;
    if (line.endsWith('\r')) line = line.slice(0, -1);
    if (parts.length === 0) first = number;
    const isComment = line.trimStart().startsWith('#');
    const continues = !isComment && line.endsWith('\\');
    parts.push(isComment ? '' : continues ? line.slice(0, -1) : line);
    // A comment line ends a continuation, a blank one does not start a requirement.
    if (continues && parts.length < continuedLines) continue;
    const content = withoutComment(parts.join(' ')).trim();
    parts = [];
    if (content !== '') yield { content, line: first };
  }
}

function withoutComment(line: string): string {
  const hash = line.search(/(?:^|\s)#/);
  return hash === -1 ? line : line.slice(0, hash);
}

type Requirement = Pick<PythonEntry, 'name' | 'version' | 'origin'>;

/** One requirement; 'option' for lines that ask for no package. */
function readLine(content: string): Requirement | 'unpinned' | 'option' {
  if (content.startsWith('-')) {
    // Editable installs are the project itself or a checkout beside it.
    return 'option';
  }
  const requirement = withoutOptions(content);
  const address = addressOf(requirement);
  if (address !== null) return fromAddress(requirement, address);
  const name = nameOfRequirement(requirement);
  // A path (`./package`) or something that pip would refuse.
  if (name === null || /[/\\]/.test(requirement.split(';', 1)[0] ?? '')) return 'option';
  const version = pinOf(requirement);
  return version === null ? 'unpinned' : { name, version, origin: 'registry' };
}

/** Drops `--hash=...` and `--config-settings ...` behind a requirement. */
function withoutOptions(content: string): string {
  const option = content.search(/\s--?[a-z]/);
  return option === -1 ? content : content.slice(0, option);
}

/** The address of `name @ address` or of a bare address. */
function addressOf(requirement: string): string | null {
  return /(?:^|@\s*)((?:[a-z]+\+)?(?:https?|ssh|git|file):\S+)/i.exec(requirement)?.[1] ?? null;
}

/** A wheel or source archive names its version; a repository does not. */
function fromAddress(requirement: string, address: string): Requirement | 'unpinned' {
  const archive = address.includes('+') ? null : nameOfArchive(address);
  const named = requirement.startsWith(address) ? null : nameOfRequirement(requirement);
  const name = named ?? archive?.name;
  if (archive === null || name === undefined) return 'unpinned';
  return { name, version: archive.version, origin: 'url' };
}

/** The version of `==1.2` or `===1.2`, also among other clauses; a wildcard is no version. */
function pinOf(requirement: string): string | null {
  const specifiers = (requirement.split(';', 1)[0] ?? '').replace(/^[^[=<>!~]*(?:\[[^\]]*\])?/, '');
  for (const clause of specifiers.replaceAll(/[()]/g, '').split(',')) {
    const version = /^\s*===?\s*([^\s=]+)\s*$/.exec(clause)?.[1];
    if (version !== undefined && !version.includes('*')) return version;
  }
  return null;
}
