// Manifests against the OpenAPI schema of Kubernetes, offline: `kubernetes-types` is that schema as
// types, and the compiler finds what is misspelt, missing or of another kind, as `kubectl --validate` would.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.d.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
/** The version of Kubernetes that the schema is of. */
export const schemaVersion = createRequire(import.meta.url)('kubernetes-types/package.json')
  .version as string;

const compilerOptions = {
  target: 'es2024',
  module: 'preserve',
  moduleResolution: 'bundler',
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  types: [],
};

/**
 * The package lost two words of one object (k8s.io/api/admissionregistration/v1, types.go, `Rule`, which
 * is embedded there).
 */
const lost = `import 'kubernetes-types/admissionregistration/v1';
declare module 'kubernetes-types/admissionregistration/v1' {
  interface RuleWithOperations {
    resources?: string[];
    scope?: '*' | 'Cluster' | 'Namespaced';
  }
}
`;

/** One line for each thing that the schema does not allow, with the name of the object. */
export function schemaProblems(manifests: readonly unknown[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-schema-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const config = { compilerOptions, include: ['*.ts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    writeFileSync(join(folder, 'lost.ts'), lost);
    const names = manifests.map((manifest, index) => {
      writeFileSync(join(folder, `m${index}.ts`), sourceOf(manifest));
      return nameOf(manifest);
    });
    const compiler = join(root, 'node_modules/typescript/bin/tsc');
    const ran = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' });
    const lines = ran.stdout.split('\n').filter((line) => /error TS\d+/.test(line));
    if (ran.status !== 0 && lines.length === 0) throw new Error(ran.stdout + ran.stderr);
    return lines.map((line) => {
      const index = Number(/\bm(\d+)\.ts\b/.exec(line)?.[1] ?? -1);
      return `${names[index] ?? dirname(line)}: ${line.replace(/^.*?error TS\d+: /, '')}`;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Named {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: ObjectMeta;
}

function nameOf(manifest: unknown): string {
  const { kind, metadata } = manifest as Named;
  return `${kind}/${metadata?.name}`;
}

/** The object as a literal of its type: only of literals the compiler refuses words too many. */
function sourceOf(manifest: unknown): string {
  const { apiVersion = '', kind = '' } = manifest as Named;
  const [group = '', version] = apiVersion.split('/');
  const place = version === undefined ? `core/${group}` : `${group.split('.')[0]}/${version}`;
  return [
    `import type { ${kind} } from 'kubernetes-types/${place}';`,
    // What the schema leaves open, no manifest may leave out.
    `type Whole = ${kind} & Required<Pick<${kind}, 'apiVersion' | 'kind' | 'metadata'>>;`,
    `export const manifest: Whole = ${JSON.stringify(manifest, null, 2)};`,
  ].join('\n');
}
