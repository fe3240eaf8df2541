// All package ecosystems. Adding one = its folder, one import and one entry here.
import { apk } from './apk/index.ts';
import { cargo } from './cargo/index.ts';
import { composer } from './composer/index.ts';
import { conda } from './conda/index.ts';
import { deb } from './deb/index.ts';
import type { Ecosystem } from './ecosystem.ts';
import { gem } from './gem/index.ts';
import { generic } from './generic/index.ts';
import { golang } from './golang/index.ts';
import { maven } from './maven/index.ts';
import { npm } from './npm/index.ts';
import { nuget } from './nuget/index.ts';
import { pypi } from './pypi/index.ts';
import { rpm } from './rpm/index.ts';

export const ecosystems = [
  deb,
  apk,
  rpm,
  npm,
  pypi,
  gem,
  composer,
  conda,
  golang,
  cargo,
  maven,
  nuget,
  generic,
] as const satisfies readonly Ecosystem[];
