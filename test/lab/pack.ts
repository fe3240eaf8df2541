// Packs layer tars into a `docker save` archive (the form before Docker 25), streaming: no layer is
// held in memory.
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { sha256 } from '../image-builder.ts';
import { tarEntry } from '../tar-builder.ts';

export interface PackOptions {
  readonly file: string;
  /** Bottom first. */
  readonly layers: readonly { readonly file: string; readonly createdBy: string }[];
  /** `name:tag` of the image. */
  readonly tag: string;
}

const blockBytes = 512;
const chunkBytes = 1024 * 1024;

/** Writes the archive; layers that repeat are stored once each, as the engine does by links. */
export async function packImage({ file, layers, tag }: PackOptions): Promise<void> {
  const target = await open(file, 'w');
  try {
    const diffIds: string[] = [];
    for (const layer of layers) diffIds.push(await digestOf(layer.file));
    const names = diffIds.map((diffId) => `${diffId.slice(7)}/layer.tar`);
    for (const [index, layer] of layers.entries()) {
      const name = names[index] as string;
      if (names.indexOf(name) !== index) continue;
      const { size } = statSync(layer.file);
      await target.write(tarEntry({ name, size, base256: size > 0o77777777777 }));
      for await (const chunk of createReadStream(layer.file, { highWaterMark: chunkBytes })) {
        await target.write(chunk as Buffer);
      }
      await target.write(Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes));
    }
    const config = configOf(diffIds, layers);
    const configName = `${sha256(config).slice(7)}.json`;
    const manifest = [{ Config: configName, RepoTags: [tag], Layers: names }];
    await target.write(tarEntry({ name: configName, content: config }));
    await target.write(tarEntry({ name: 'manifest.json', content: JSON.stringify(manifest) }));
    await target.write(Buffer.alloc(2 * blockBytes));
  } finally {
    await target.close();
  }
}

function configOf(diffIds: readonly string[], layers: PackOptions['layers']): Buffer {
  return Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config: { Cmd: ['/bin/sh'] },
      history: layers.map(({ createdBy }) => ({
        created: '2026-01-01T00:00:00Z',
        created_by: createdBy,
      })),
      rootfs: { type: 'layers', diff_ids: diffIds },
    }),
  );
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes })) {
    hash.update(chunk as Buffer);
  }
  return `sha256:${hash.digest('hex')}`;
}
