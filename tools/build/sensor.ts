// Compiles the sensor's kernel programs: native/*.h and seaworthy.bpf.c -> seaworthy.bpf.o, with a note
// on what it was made of, so that everybody can see whether it is fresh and nobody needs a compiler.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../native/', import.meta.url));
const object = 'seaworthy.bpf.o';
const note = 'seaworthy.bpf.json';

export interface ObjectNote {
  /** First line of `clang --version` without the vendor's words. */
  readonly clang: string;
  readonly sourcesSha256: string;
  readonly objectSha256: string;
}

/** Hash of all sources, their names included. */
export function sourcesSha256(): string {
  const hash = createHash('sha256');
  const names = readdirSync(folder).filter((name) => name.endsWith('.h') || name.endsWith('.c'));
  for (const name of names.sort())
    hash.update(`${name}\0`).update(readFileSync(join(folder, name)));
  return hash.digest('hex');
}

export function objectSha256(path: string = join(folder, object)): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

export function readNote(): ObjectNote {
  return JSON.parse(readFileSync(join(folder, note), 'utf8'));
}

/** Version of the clang that is installed, or null. */
export function clangVersion(): string | null {
  try {
    const text = execFileSync('clang', ['--version'], { encoding: 'utf8', stdio: 'pipe' });
    execFileSync('llvm-strip', ['--version'], { stdio: 'pipe' });
    return /version (\d+\.\d+\.\d+)/.exec(text)?.[1] ?? null;
  } catch {
    return null;
  }
}

/** Compiles to `output`. Types for BTF are kept, the debugger's are not; no path gets in. */
export function compileSensor(output: string): void {
  const words = '-g -O2 -Wall -Werror -target bpf -mcpu=v3 -fdebug-compilation-dir . -c'.split(' ');
  execFileSync('clang', [...words, 'seaworthy.bpf.c', '-o', output], {
    cwd: folder,
    stdio: 'inherit',
  });
  execFileSync('llvm-strip', ['-g', output], { stdio: 'inherit' });
}

if (import.meta.main) {
  compileSensor(join(folder, object));
  const made: ObjectNote = {
    clang: clangVersion() ?? 'unknown',
    sourcesSha256: sourcesSha256(),
    objectSha256: objectSha256(),
  };
  writeFileSync(join(folder, note), `${JSON.stringify(made, null, 2)}\n`);
}
