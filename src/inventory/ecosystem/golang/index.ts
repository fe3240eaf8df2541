// Go: modules of binaries (build information) and of projects (go.mod, go.sum).
import { limits } from '../../../base/limits.ts';
import { golangVersions } from '../../version/index.ts';
import { textOf, tooLargeToRead } from '../document.ts';
import { type Cataloger, type CatalogResult, type Ecosystem, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { readBuildInfo } from './build-info.ts';
import { declaredPackages, parseGoMod, parseGoSum } from './go-mod.ts';
import { packagesOf, standardLibrary } from './modules.ts';

/** Two lines: the release and its time. */
const versionFileBytes = 4096;

const binary: Cataloger = {
  name: 'golang-binary',
  revision: 1,
  evidence: 'installed',
  globs: [],
  executables: true,
  parse(file): CatalogResult {
    const { found, problem } = readBuildInfo(file);
    const list = packageList();
    if (problem !== null) list.note(problem);
    if (found !== null) for (const one of packagesOf(found, limits.packagesPerFile)) list.add(one);
    return list.result();
  },
};

const project: Cataloger = {
  name: 'golang-module',
  revision: 1,
  evidence: 'declared',
  globs: ['**/go.mod'],
  companions: ['**/go.sum'],
  parse(file, context): CatalogResult {
    const text = textOf(file);
    if (text === null) return tooLargeToRead(file);
    const parsed = parseGoMod(text, limits.packagesPerFile);
    const sums = context.companion(`${file.path.slice(0, -'go.mod'.length)}go.sum`);
    const sumText = sums === null ? null : textOf(sums);
    const list = packageList();
    if (sums !== null && sumText === null) list.note('its go.sum is too large and was not read');
    if (parsed.truncated) list.note(`more than ${limits.packagesPerFile} requirements`);
    const declared = declaredPackages(
      parsed,
      sumText === null ? null : parseGoSum(sumText),
      (a, b) => golangVersions.compare(a, b),
    );
    for (const one of declared) list.add(one);
    return list.result();
  },
};

/** A Go installation: `toolchain` of the Go vulnerability database (cmd/go and its kin). */
const installation: Cataloger = {
  name: 'golang-toolchain',
  revision: 1,
  evidence: 'installed',
  globs: ['**/go/VERSION'],
  parse(file): CatalogResult {
    if (file.size > versionFileBytes) return nothingFound;
    const [line = ''] = file.text().split('\n', 1);
    if (!/^go\d+\.\d/.test(line)) return nothingFound;
    return { packages: [{ ...standardLibrary(line.trim()), name: 'toolchain' }], unknowns: [] };
  },
};

export const golang: Ecosystem = {
  id: 'golang',
  purlTypes: ['golang'],
  catalogers: [binary, project, installation],
  versions: golangVersions,
  osvEcosystem: 'Go',
  advisoryName: ({ namespace, name }) => (namespace === null ? name : `${namespace}/${name}`),
};
