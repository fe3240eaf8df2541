// .NET: what published applications and shared frameworks carry, and what projects ask for.
import { nugetVersions } from '../../version/index.ts';
import { ofText } from '../document.ts';
import type { Cataloger, Ecosystem } from '../ecosystem.ts';
import { parseDepsJson } from './deps-json.ts';
import { parsePackagesLock } from './lock-file.ts';
import { parsePackagesConfig, parseProjectFile } from './project-file.ts';

const application: Cataloger = {
  name: 'dotnet-deps',
  revision: 1,
  evidence: 'installed',
  globs: ['**/*.deps.json'],
  parse: (file) => ofText(file, parseDepsJson),
};

const lock: Cataloger = {
  name: 'nuget-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/packages.lock.json'],
  parse: (file) => ofText(file, parsePackagesLock),
};

const config: Cataloger = {
  name: 'nuget-config',
  revision: 1,
  evidence: 'declared',
  globs: ['**/packages.config'],
  parse: (file) => ofText(file, parsePackagesConfig),
};

const project: Cataloger = {
  name: 'nuget-project',
  revision: 1,
  evidence: 'declared',
  globs: ['**/*Packages.props', '**/*.csproj', '**/*.fsproj', '**/*.vbproj'],
  parse: (file) => ofText(file, parseProjectFile),
};

export const nuget: Ecosystem = {
  id: 'nuget',
  purlTypes: ['nuget'],
  catalogers: [application, lock, config, project],
  versions: nugetVersions,
  osvEcosystem: 'NuGet',
  // Package ids are case-insensitive.
  advisoryName: ({ name }) => name.toLowerCase(),
};
