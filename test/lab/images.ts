// The laboratory: every image by name, how it is made, and the other forms in which tools keep it.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { messageOf } from '../../src/base/error.ts';
import { noSharedData, sharedData } from '../shared-data.ts';
import { goApp, rustApp } from './binaries.ts';
import { debian11, debian12, debian12Base, debian12Web, debian13 } from './debian.ts';
import { hundredLayers, manyPackages, millionFiles } from './generated.ts';
import { debianJava, debianPython, javaApp, nodeApp, pythonApp } from './languages.ts';
import { type LabImage, type LayerRecipe, lacking, prepareImage, run } from './recipe.ts';

export type { LabImage } from './recipe.ts';

export interface LabEntry {
  readonly name: string;
  /** What is special about it, in a few words. */
  readonly about: string;
  /** Real content, worth comparing with other tools; false where only the shape is the point. */
  readonly real: boolean;
  /** The image as a `docker save` archive: made in `cache` now, unless it is there already. */
  prepare(cache: string): Promise<LabImage>;
}

/** In the order in which they are worth having: what others are made of comes first. */
export const labImages: readonly LabEntry[] = [
  fixture('alpine-310', 'Alpine 3.10, apk'),
  fixture('alpine-311', 'Alpine 3.11, apk'),
  packed('debian-12-web', 'Debian 12: nginx, OpenSSH, Python, Perl', [debian12Web]),
  packed('debian-12-servers', 'Debian 12: nginx, PostgreSQL, Apache, OpenSSH, git', [debian12]),
  packed('debian-11-servers', 'Debian 11: nginx, PostgreSQL, Redis, Ruby', [debian11]),
  packed('debian-13-servers', 'Debian 13: nginx, MariaDB, Go and Rust programs', [debian13]),
  packed('node-app', 'Debian 12, an npm application, global npm and yarn', [debian12Base, nodeApp]),
  packed('python-app', "Debian 12 with dpkg's Python modules, pip --target, lock files", [
    debianPython,
    pythonApp,
  ]),
  packed('java-app', "Debian 12 with dpkg's JARs, shaded and nested JARs, WAR in EAR", [
    debianJava,
    javaApp,
  ]),
  packed('go-app', 'static Go programs for three systems, no distribution', [goApp]),
  packed('rust-app', 'a program built by cargo-auditable', [debian12Base, rustApp]),
  generated('hundred-layers', '100 layers that replace and delete', hundredLayers),
  generated('many-packages', '50,000 packages in one layer', manyPackages),
  generated('million-files', 'one million tiny files in one layer', millionFiles),
];

/** The entry of this name, which must exist. */
export function labEntry(name: string): LabEntry {
  const found = labImages.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`the laboratory has no ${name}`);
  return found;
}

/** An OCI layout folder of the image with gzip layers, as skopeo writes it. */
export function asOciLayout(image: LabImage, cache: string): LabImage {
  if (image.kind === 'skipped') return image;
  const { name } = image;
  const file = join(cache, `${name}-oci`);
  if (existsSync(join(file, 'index.json'))) return { kind: 'ready', name, file };
  const reason = lacking(['skopeo']);
  if (reason !== null) return { kind: 'skipped', name, reason };
  const part = `${file}.part`;
  try {
    rmSync(part, { recursive: true, force: true });
    const plain = image.file.endsWith('.gz') ? `${part}.tar` : image.file;
    // skopeo reads no compressed archives.
    if (plain !== image.file) writeFileSync(plain, gunzipSync(readFileSync(image.file)));
    run('skopeo', ['copy', '--quiet', `docker-archive:${plain}`, `oci:${part}:latest`]);
    if (plain !== image.file) rmSync(plain);
    renameSync(part, file);
    return { kind: 'ready', name, file };
  } catch (error) {
    return { kind: 'skipped', name, reason: messageOf(error) };
  }
}

function packed(name: string, about: string, layers: readonly LayerRecipe[]): LabEntry {
  return { name, about, real: true, prepare: (cache) => prepareImage({ name, layers }, cache) };
}

function fixture(name: string, about: string): LabEntry {
  return {
    name,
    about,
    real: true,
    async prepare() {
      const file = sharedData(`images/${name}.tar.gz`);
      return file === null
        ? { kind: 'skipped', name, reason: noSharedData }
        : { kind: 'ready', name, file };
    },
  };
}

type Generator = (options: { file: string; work: string }) => Promise<void>;

function generated(name: string, about: string, generate: Generator): LabEntry {
  return {
    name,
    about,
    real: false,
    async prepare(cache) {
      const file = join(cache, `${name}.tar`);
      if (existsSync(file)) return { kind: 'ready', name, file };
      const work = join(cache, 'scratch', name);
      mkdirSync(work, { recursive: true });
      try {
        await generate({ file: `${file}.part`, work });
        renameSync(`${file}.part`, file);
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
      return { kind: 'ready', name, file };
    },
  };
}
