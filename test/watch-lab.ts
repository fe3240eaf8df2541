// `seaworthy watch` as its users start it, and an image with a shell made of this machine's own files.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildImage, dockerArchive } from './image-builder.ts';
import { until } from './naming-lab.ts';
import type { BuiltEntry } from './tar-builder.ts';

const launcher = fileURLToPath(new URL('../bin/seaworthy', import.meta.url));

export type Line = Readonly<Record<string, unknown>> & { readonly kind: string };

export interface RunningWatch {
  readonly child: ChildProcess;
  /** Everything it told so far. */
  readonly lines: readonly Line[];
  readonly stderr: () => string;
  /** Resolves with the first line for which it holds. */
  find(holds: (line: Line) => boolean): Promise<Line>;
  /** Ctrl-C, and its exit code. */
  stop(): Promise<number | null>;
}

/** Starts it with `--format jsonl` and waits until it watches. */
export async function startWatching(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  /** Put before it, as `nsenter` and its words. */
  prefix: readonly string[] = [],
): Promise<RunningWatch> {
  // Nothing before it: `env` with nothing to set.
  const [program = 'env', ...rest] = prefix;
  const child = spawn(program, [...rest, launcher, 'watch', '--format', 'jsonl', ...words], {
    env: { ...process.env, NO_COLOR: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Line[] = [];
  let pending = '';
  let stderr = '';
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (code) => resolve(code));
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.on('data', (chunk) => {
    const parts = `${pending}${chunk}`.split('\n');
    pending = parts.pop() ?? '';
    for (const part of parts) lines.push(JSON.parse(part));
  });
  await until(() => stderr.includes('watching') || child.exitCode !== null);
  return {
    child,
    lines,
    stderr: () => stderr,
    find: async (holds) => {
      await until(() => lines.some(holds));
      return lines.find(holds) as Line;
    },
    stop: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

const programs = ['bash', 'sh', 'cat', 'cp', 'chmod', 'true', 'sleep'];

/** Path of a program of this machine, and of the libraries that it needs. */
function filesOf(program: string): readonly string[] {
  const path = `/bin/${program}`;
  const listed = execFileSync('ldd', [path], { encoding: 'utf8' });
  return [path, ...[...listed.matchAll(/(\/\S+) \(0x/g)].map(([, library = '']) => library)];
}

/** Loads an image with a shell under a reference. */
export function loadShellImage(folder: string, reference: string): void {
  const paths = new Set(programs.flatMap(filesOf));
  const entries: BuiltEntry[] = [...paths].map((path) => ({
    name: path.slice(1),
    mode: 0o755,
    content: readFileSync(realpathSync(path)),
  }));
  const own: readonly BuiltEntry[] = [
    { name: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' },
    { name: 'etc/shadow', mode: 0o600, content: 'root:*:19000:0:99999:7:::\n' },
    { name: 'tmp/', mode: 0o777, type: '5' },
  ];
  const archive = join(folder, 'shell.tar');
  const image = buildImage([[...entries, ...own]], { settings: { User: '' } });
  writeFileSync(archive, dockerArchive(image, 'plain', [reference]));
  execFileSync('/usr/bin/docker', ['load', '-q', '-i', archive]);
  rmSync(archive);
}
