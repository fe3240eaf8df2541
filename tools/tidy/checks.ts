// All checks by the name that STYLE.md gives them. Adding one = its function and one line here.
import { checkCalls } from './calls.ts';
import { checkDocstrings, checkHeaders, checkSuppressions, checkUnfinished } from './comments.ts';
import { checkCycles } from './cycles.ts';
import { checkExpressions } from './expressions.ts';
import { checkDoors, checkLayers, checkPackages, checkWorld } from './imports.ts';
import { checkDependencies, checkLock, checkVersion } from './manifest.ts';
import { checkNames } from './names.ts';
import { checkLinks, checkNamedFiles } from './pages.ts';
import { checkEcosystems, checkRegistries } from './registries.ts';
import { checkFileLength, checkFunctionLength } from './size.ts';
import { checkSkips } from './skips.ts';
import type { Check } from './tree.ts';

export const checks = {
  layers: checkLayers,
  doors: checkDoors,
  world: checkWorld,
  packages: checkPackages,
  cycles: checkCycles,
  'file length': checkFileLength,
  'function length': checkFunctionLength,
  names: checkNames,
  calls: checkCalls,
  expressions: checkExpressions,
  headers: checkHeaders,
  docstrings: checkDocstrings,
  unfinished: checkUnfinished,
  suppressions: checkSuppressions,
  skips: checkSkips,
  ecosystems: checkEcosystems,
  registries: checkRegistries,
  links: checkLinks,
  'named files': checkNamedFiles,
  version: checkVersion,
  dependencies: checkDependencies,
  lock: checkLock,
} as const satisfies Record<string, Check>;
