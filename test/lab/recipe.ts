// What the laboratory of real images is made of: layers that real tools fill, and the images that are
// packed from them. Everything is made once into a cache folder; what a machine lacks is a reason.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { messageOf } from '../../src/base/error.ts';
import { packImage } from './pack.ts';

/** One layer: a folder that `fill` makes, packed by GNU tar as an engine would. */
export interface LayerRecipe {
  readonly name: string;
  /** Commands that must be in PATH. */
  readonly needs: readonly string[];
  /** The line of the image's history. */
  readonly createdBy: string;
  /** Puts files below `root`; `work` is scratch space that goes away afterwards. */
  fill(root: string, work: string): void;
}

export interface ImageRecipe {
  readonly name: string;
  /** Bottom first. */
  readonly layers: readonly LayerRecipe[];
}

export type LabImage =
  | { readonly kind: 'ready'; readonly name: string; readonly file: string }
  | { readonly kind: 'skipped'; readonly name: string; readonly reason: string };

/** The image as a `docker save` archive in `cache`; made now unless it is there already. */
export async function prepareImage(recipe: ImageRecipe, cache: string): Promise<LabImage> {
  const { name } = recipe;
  const file = join(cache, `${name}.tar`);
  if (existsSync(file)) return { kind: 'ready', name, file };
  try {
    const layers: { readonly file: string; readonly createdBy: string }[] = [];
    for (const layer of recipe.layers) {
      const reason = lacking(layer.needs);
      if (reason !== null) return { kind: 'skipped', name, reason };
      layers.push({ file: layerFile(layer, cache), createdBy: layer.createdBy });
    }
    await packImage({ file: `${file}.part`, layers, tag: `lab/${name}:1` });
    renameSync(`${file}.part`, file);
    return { kind: 'ready', name, file };
  } catch (error) {
    return { kind: 'skipped', name, reason: messageOf(error) };
  }
}

/** Null, or why the tools do not suffice. */
export function lacking(commands: readonly string[]): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const missing = commands.filter(
    (command) => !folders.some((folder) => existsSync(join(folder, command))),
  );
  return missing.length === 0 ? null : `this machine has no ${missing.join(', ')}`;
}

function layerFile(layer: LayerRecipe, cache: string): string {
  const file = join(cache, 'layers', `${layer.name}.tar`);
  if (existsSync(file)) return file;
  const scratch = join(cache, 'scratch', layer.name);
  rmSync(scratch, { recursive: true, force: true });
  const [root, work] = [join(scratch, 'root'), join(scratch, 'work')];
  for (const folder of [root, work, join(cache, 'layers')]) mkdirSync(folder, { recursive: true });
  try {
    layer.fill(root, work);
    const part = `${file}.part`;
    run('tar', ['--numeric-owner', '--sort=name', '-C', root, '-cf', part, '.']);
    renameSync(part, file);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  return file;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** A registry that does not answer must not hold up everything for ever. */
  readonly deadlineMs?: number;
}

/** Runs a tool to its end; throws with the last lines of what it said. Returns its output. */
export function run(command: string, words: readonly string[], options: RunOptions = {}): string {
  const result = spawnSync(command, words, {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: options.deadlineMs ?? 20 * 60_000,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.environment },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  if (result.status === 0) return result.stdout;
  const said = `${result.stdout ?? ''}\n${result.stderr ?? ''}`.trim().split('\n').slice(-3);
  const why = result.error?.message ?? said.join(' | ');
  throw new Error(`${command} ${words.slice(0, 3).join(' ')} failed: ${why}`);
}
