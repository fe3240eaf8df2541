// Every check against small trees that break its rule, and against ones that keep it.
import { describe, expect, test } from 'vitest';
import { checks } from './checks.ts';
import { repeatsRepetition } from './expressions.ts';
import { checkGenerated } from './pages.ts';
import { judgeLengths } from './size.ts';
import { treeOf } from './tree.ts';

type Files = Readonly<Record<string, string>>;

const header = '// A role.\n';
const lines = (count: number): string => 'let a = 1;\n'.repeat(count);

/** Name of the check, files that break it, and a part of what it says. */
const broken: readonly (readonly [keyof typeof checks, Files, string])[] = [
  ['layers', { 'src/base/a.ts': "import type { A } from '../model/a.ts';" }, 'base may not know'],
  ['layers', { 'src/report/a.ts': "export * from '../flow/a.ts';" }, 'report may not know flow'],
  ['layers', { 'src/host/a.ts': "await import('../store/index.ts');" }, 'host may not know store'],
  ['layers', { 'src/report/a.ts': "import '../advisory/b/index.ts';" }, 'may not know advisory'],
  ['layers', { 'src/helping/a.ts': "import './b.ts';" }, 'src/helping has no layer'],
  ['layers', { 'src/cli/a.ts': "import '../../tools/b.ts';" }, 'src imports only src'],
  ['layers', { 'src/flow/a.ts': "import './a.test.ts';" }, 'imports the test code'],
  ['layers', { 'src/advisory/a.ts': "import './b.ts';" }, 'is not needed'],
  [
    'doors',
    { 'src/flow/a.ts': "import '../report/b.ts';", 'src/report/index.ts': '' },
    'enter report by its index.ts',
  ],
  [
    'doors',
    {
      'src/flow/a.ts': "import '../report/table/index.ts';",
      'src/report/index.ts': '',
      'src/report/table/index.ts': '',
    },
    'enter report by its index.ts',
  ],
  [
    'doors',
    { 'src/flow/a.ts': "import '../inventory/ecosystem/document.ts';" },
    'others may import ecosystem.ts',
  ],
  ['doors', { 'src/lesson/a.ts': '' }, 'src/lesson has no index.ts'],
  ['world', { 'src/report/a.ts': "import { readFileSync } from 'node:fs';" }, 'imports node:fs'],
  ['world', { 'src/advisory/match/a.ts': "import 'node:sqlite';" }, 'imports node:sqlite'],
  ['world', { 'src/store/a.ts': '' }, 'the root store/ of tools/tidy/layers.ts is not needed'],
  ['packages', { 'src/report/a.ts': "import { parse } from 'yaml';" }, 'only src/base/yaml.ts may'],
  [
    'packages',
    { 'src/base/a.ts': "import lodash from 'lodash/fp';" },
    'lodash, which has no owner',
  ],
  ['packages', { 'src/base/a.ts': "import '@a/b/c';" }, 'imports @a/b, which has no owner'],
  [
    'cycles',
    {
      'src/flow/a.ts': "import type { B } from './b.ts';",
      'src/flow/b.ts': "import { a } from './a.ts';",
    },
    'flow/a.ts -> flow/b.ts -> flow/a.ts',
  ],
  [
    'cycles',
    {
      'src/host/a/b.ts': "import '../c/d.ts';",
      'src/host/c/e.ts': "import '../a/f.ts';",
    },
    'host/a -> host/c -> host/a',
  ],
  ['file length', { 'src/base/a.ts': lines(401) }, 'has 401 lines'],
  [
    'function length',
    { 'src/base/a.ts': `function long() {\n${lines(69)}}\n` },
    '#long has 71 lines',
  ],
  ['function length', { 'tools/a.ts': `const f = () => {\n${lines(69)}};\n` }, '#f has 71 lines'],
  ['function length', { 'src/a.ts': `class A { #b() {\n${lines(70)}} }` }, '#b has 72 lines'],
  ['names', { 'src/base/utils/a.ts': '' }, 'src/base/utils has "utils", which says nothing'],
  ['names', { 'src/base/http-helpers.ts': '' }, 'has "helpers"'],
  ['names', { 'src/report/types.ts': '' }, 'types.ts says nothing; put a type'],
  ['names', { 'src/base/camelCase.ts': '' }, 'camelCase.ts is not in kebab-case'],
  ['calls', { 'src/report/a.ts': 'const now = Date.now();' }, 'uses Date.now; take a clock'],
  ['calls', { 'src/report/a.ts': 'const now = new Date();' }, 'uses new Date()'],
  ['calls', { 'src/host/a.ts': "mkdirSync('x', { recursive: true });" }, 'uses mkdirSync'],
  ['calls', { 'src/flow/a.ts': "console.error('x');" }, 'uses console'],
  ['calls', { 'src/flow/a.ts': 'process.exit(1);' }, 'uses process.exit'],
  ['calls', { 'src/flow/a.ts': 'const a = process.env.HOME;' }, 'uses process;'],
  ['calls', { 'src/host/a.ts': "await fetch('x');" }, 'uses fetch; use base/http.ts'],
  [
    'calls',
    { 'src/host/a.ts': "import { exec } from 'node:child_process'; exec('x');" },
    'no shell',
  ],
  ['calls', { 'src/base/a.ts': "eval('1');" }, 'uses eval'],
  ['calls', { 'src/base/a.ts': "new Function('1');" }, 'uses Function'],
  ['calls', { 'src/base/a.ts': 'a.localeCompare(b);' }, 'uses localeCompare'],
  ['calls', { 'src/base/a.ts': "let a: import('./b.ts').B;" }, 'uses import()'],
  ['calls', { 'src/base/retry.ts': '' }, 'no longer uses Math.random'],
  ['expressions', { 'src/base/a.ts': 'const a = /(a+)+/;' }, 'repeats a repetition'],
  ['headers', { 'src/base/a.ts': 'export const a = 1;' }, 'says nothing of its role'],
  ['headers', { 'src/base/a.ts': '// a\n'.repeat(7) }, 'a header of 7 lines'],
  [
    'docstrings',
    {
      'src/report/index.ts': "export { a as b } from './a.ts';",
      'src/report/a.ts': '// No docstring.\nexport function a() {}',
    },
    'a has no docstring',
  ],
  ['docstrings', { 'src/report/index.ts': 'export function a() {}' }, 'a has no docstring'],
  ['unfinished', { 'src/base/a.ts': '// TODO: more' }, 'leaves work undone'],
  ['suppressions', { 'src/base/a.ts': '// oxlint-disable-next-line no-eval' }, 'without a reason'],
  ['suppressions', { 'src/base/a.ts': '// @ts-ignore: it is so' }, 'without a reason'],
  ['skips', { 'src/a.test.ts': "test.skip('a', () => {});" }, 'has skip'],
  ['skips', { 'src/a.test.ts': "describe.only('a', () => {});" }, 'has only'],
  ['skips', { 'src/a.test.ts': "test.skipIf(x)('a', () => {});" }, 'skips without a reason'],
  [
    'ecosystems',
    { 'src/inventory/ecosystem/registry.ts': '', 'src/inventory/ecosystem/apk/catalog.ts': '' },
    'apk has no index.ts\nsrc/inventory/ecosystem/apk has no readme.md\nsrc/inventory/ecosystem/apk has no test\nsrc/inventory/ecosystem/apk is not in',
  ],
  [
    'registries',
    { 'src/report/sarif.ts': 'export const sarif: Output = {};', 'src/report/registry.ts': '' },
    'sarif.ts is not in src/report/registry.ts',
  ],
  [
    'registries',
    { 'src/inventory/distro/a.ts': 'export const a: DistributionDefinition = {};' },
    'a.ts is not in src/inventory/distro/registry.ts',
  ],
  [
    'registries',
    { 'src/cli/commands/a.ts': 'export function defineA(program: Command): void {}' },
    'a.ts is not in src/cli/commands/registry.ts',
  ],
  ['links', { 'README.md': '[a](docs/none.md)' }, 'README.md:1 links to docs/none.md'],
  ['links', { 'README.md': '# One\n\n[a](#two)' }, 'README.md:3 links to #two'],
  ['named files', { 'STYLE.md': 'See `src/base/none.ts`.' }, 'names src/base/none.ts'],
  [
    'version',
    {
      'package.json': '{"version": "1.2.3"}',
      'src/cli/version.ts': "export const version = '1.2.2';",
    },
    'says 1.2.2, package.json 1.2.3',
  ],
  ['dependencies', { 'package.json': '{"dependencies": {"a": "^1.0.0"}}' }, 'a is not pinned'],
  ['dependencies', { 'package.json': '{"dependencies": {"a": "1.0.0"}}' }, 'does not explain a'],
  [
    'dependencies',
    { 'package.json': '{}', 'docs/decisions/dependencies.md': '| `a` | why |' },
    'explains a, which is no dependency',
  ],
  [
    'lock',
    {
      'package-lock.json':
        '{"packages": {"node_modules/a": {"optionalDependencies": {"a-linux-x64": "1.0.0"}}}}',
    },
    'lacks node_modules/a-linux-x64 1.0.0',
  ],
  ['lock', { 'package.json': '{"dependencies": {"a": "1.0.0"}}' }, 'does not hold a 1.0.0'],
];

/** The near side of the same rules. */
const kept: readonly (readonly [keyof typeof checks, Files])[] = [
  ['layers', { 'src/flow/a.ts': "import '../base/a.ts'; import './b.ts';" }],
  ['layers', { 'src/base/a.test.ts': "import '../flow/a.ts';" }],
  [
    'doors',
    {
      'src/report/table/a.ts': "import '../b.ts';",
      'src/report/index.ts': '',
      'src/report/table/index.ts': '',
    },
  ],
  ['world', { 'src/model/a.test.ts': "import 'node:fs';" }],
  ['packages', { 'src/base/yaml.ts': "import 'yaml'; import 'node:util';" }],
  [
    'cycles',
    { 'src/flow/a.ts': "import './b.ts'; import './c.ts';", 'src/flow/b.ts': "import './c.ts';" },
  ],
  ['file length', { 'src/base/a.ts': lines(400) }],
  ['function length', { 'src/base/a.ts': `function a() {\n${lines(68)}}\n` }],
  ['names', { 'README.md': '', 'src/base/event-types.ts': '', '.ci/run': '', 'src/a.test.ts': '' }],
  ['calls', { 'src/base/a.ts': 'pattern.exec(text); new Date(0); clock.now();' }],
  ['calls', { 'src/base/a.ts': "import { fetch } from './b.ts'; fetch('x');" }],
  ['headers', { 'src/base/a.ts': header, 'src/base/a.test.ts': 'test();' }],
  [
    'docstrings',
    {
      'src/report/index.ts': "export { a } from './a.ts'; export type { B } from './a.ts';",
      'src/report/a.ts': '/** Says it. */\nexport function a() {}\nexport function inner() {}',
    },
  ],
  ['suppressions', { 'src/base/a.ts': '// biome-ignore format: one vector a line' }],
  ['skips', { 'src/a.test.ts': "test.skipIf(x)('a (needs git)', () => {}); text.skip(2);" }],
  [
    'links',
    {
      'README.md': '# A b\n[x](docs) [y](#a-b) [z](https://a.b/)\n```\n[q](none)\n```',
      'docs/a.md': '',
    },
  ],
  ['named files', { 'STYLE.md': '`src/base` and `src/base/a.ts`', 'src/base/a.ts': '' }],
];

describe('a broken rule is found', () => {
  test.each(broken)('%s in %j', (name, files, said) => {
    expect(checks[name](treeOf(files)).join('\n')).toContain(said);
  });

  test('every check has an example that must fail', () => {
    const without = Object.keys(checks).filter((name) => broken.every(([one]) => one !== name));
    expect(without).toEqual([]);
  });

  test('a stale page', () => {
    const tree = treeOf({ 'docs/a.md': 'old' });
    expect(checkGenerated(tree, [{ path: 'docs/a.md', text: 'new' }])).toEqual([
      'docs/a.md is stale; run `npm run generate`',
    ]);
    expect(checkGenerated(tree, [{ path: 'docs/a.md', text: 'old' }])).toEqual([]);
  });
});

describe('what keeps the rules passes', () => {
  test.each(kept)('%s in %j', (name, files) => {
    expect(checks[name](treeOf(files))).toEqual([]);
  });
});

describe('the ratchet', () => {
  const ratchet = { limit: 400, allowed: { 'a.ts': 450 }, unit: 'file' };

  test.each([
    [450, ''],
    [451, 'a.ts has 451 lines; a file has at most 450'],
    [449, 'a.ts has shrunk to 449 lines'],
    [399, 'a.ts has shrunk to 399 lines'],
  ])('an exception of 450 lines with %i', (count, said) => {
    const [violation = ''] = judgeLengths(new Map([['a.ts', count]]), ratchet);
    expect(violation.slice(0, said.length)).toBe(said);
    expect(violation === '').toBe(said === '');
  });
});

describe('the shape of regular expressions', () => {
  const exponential = [
    '(a+)+$',
    '(?:a*)*',
    '(?:\\s*\\w*)*',
    '(?:a\\w+)*!',
    '(?:b|a+)+!',
    '(?:a+|b)+!',
    '((?:a+)?b?)+!',
    '(?:(?:a+,?)+;)?',
    '(?:a+){2,}',
    '(?:[a-z]+[a-z0-9]*)*',
  ];
  const linear = [
    'a+b*',
    '(?:,[^,]+)*',
    '\\d+(?:[.-]\\d+)*',
    '(?:ab)+',
    '^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,128}$',
    '(?:a+)?b',
    '[(+)]+',
    '\\(a+\\)+',
    '(?:\\.\\d{1,3})+',
    '(?:a{1,3}b)+',
  ];

  test.each(exponential)('/%s/ is refused', (pattern) => {
    expect(repeatsRepetition(pattern)).toBe(true);
  });

  test.each(linear)('/%s/ passes', (pattern) => {
    expect(repeatsRepetition(pattern)).toBe(false);
  });
});
