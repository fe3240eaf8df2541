// Figures of the inventory: against the peer, against bare inflating, again, and of memory.
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { asOciLayout, labImages } from '../../test/lab/images.ts';
import { compareWithPeer, peak, wallOf } from './compare.ts';
import { type Case, type Context, imageOf, seaworthy, withFolder } from './context.ts';
import { figure, median, milliseconds, type Row, spread } from './figure.ts';
import { type Run, runOnce } from './process.ts';

/** The image of every speed figure: about 200 MB, as servers are built. */
const measuredImage = 'debian-12-web';

export const dockerSave: Case = {
  name: 'docker-save',
  async measure(context) {
    const image = await imageOf(context, measuredImage);
    if (image.kind === 'skipped') return [{ name: 'docker save', skipped: image.reason }];
    const comparison = { name: 'docker save', input: image.file, share: 1 / 20 };
    return (await compareWithPeer(context, comparison)).rows;
  },
};

export const ociLayout: Case = {
  name: 'oci',
  async measure(context) {
    const image = asOciLayout(await imageOf(context, measuredImage), context.cache);
    if (image.kind === 'skipped') return [{ name: 'OCI layout, gzip', skipped: image.reason }];
    const comparison = { name: 'OCI layout, gzip', input: image.file, share: 1 / 6 };
    const { rows, oursMs } = await compareWithPeer(context, comparison);
    return [...rows, await againstInflating(context, image.file, oursMs)];
  },
};

/** A process that only inflates, in chunks of 1 MiB; its start-up is not counted, ours is. */
async function againstInflating(context: Context, layout: string, oursMs: number): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < context.rounds; round += 1) {
    context.say(`inflating: round ${round + 1} of ${context.rounds}`);
    const words = [fileURLToPath(import.meta.url), layout];
    const { stdout } = await runOnce({ command: process.execPath, words, keepOutput: true });
    times.push(Number(stdout));
  }
  const inflateMs = median(times);
  return figure({
    name: 'OCI layout, gzip, times of bare inflating',
    value: oursMs / inflateMs,
    unit: 'x',
    target: 1.6,
    note: `${milliseconds(oursMs)} against ${milliseconds(inflateMs)} (${spread(times)})`,
  });
}

/** Inflates every gzip blob of a layout, one after the other. */
async function inflateBlobs(layout: string): Promise<number> {
  const blobs = join(layout, 'blobs/sha256');
  const started = performance.now();
  for (const name of readdirSync(blobs)) {
    const file = join(blobs, name);
    if (statSync(file).size < 64 * 1024) continue;
    const chunkSize = 1024 * 1024;
    const stream = createReadStream(file, { highWaterMark: chunkSize });
    for await (const chunk of stream.pipe(createGunzip({ chunkSize }))) void chunk;
  }
  return performance.now() - started;
}

export const again: Case = {
  name: 'again',
  async measure(context) {
    const image = await imageOf(context, measuredImage);
    if (image.kind === 'skipped') return [{ name: 'same image again', skipped: image.reason }];
    const layout = asOciLayout(image, context.cache);
    const inputs = [
      ['docker save', image.file],
      ...(layout.kind === 'ready' ? [['OCI layout', layout.file]] : []),
    ] as const;
    return withFolder(context, async (data) => {
      const rows: Row[] = [];
      for (const [form, input] of inputs) {
        const words = [input, '--data', data, '--offline', '--quiet'];
        for (const verb of ['sbom', 'scan']) {
          await runOnce(seaworthy([verb, ...words]));
          const runs = await repeated(context, [verb, ...words]);
          const name = `same image again, ${form}, ${verb}`;
          rows.push(timing({ name, runs, target: 120 }));
        }
      }
      return rows;
    });
  },
};

export const memory: Case = {
  name: 'memory',
  async measure(context) {
    const rows: Row[] = [];
    for (const entry of labImages) {
      if (entry.name === 'million-files') continue;
      const image = await imageOf(context, entry.name);
      const layout = entry.real ? asOciLayout(image, context.cache) : image;
      const forms = layout === image ? [image] : [image, layout];
      for (const [index, form] of forms.entries()) {
        const name = `peak memory, ${entry.name}, ${index === 0 ? 'docker save' : 'OCI layout'}`;
        if (form.kind === 'skipped') rows.push({ name, skipped: form.reason });
        else rows.push(await memoryOf(context, name, form.file));
      }
    }
    return rows;
  },
};

async function memoryOf(context: Context, name: string, input: string): Promise<Row> {
  const words = [input, '--offline', '--quiet', '--format', 'json'];
  const run = await withFolder(context, (data) =>
    runOnce(seaworthy(['scan', ...words, '--data', data])),
  );
  if (run.peakMB === null) return { name, skipped: 'this machine does not tell peak memory' };
  const note = `scan, nothing cached, ${milliseconds(run.wallMs)}`;
  return figure({ name, value: run.peakMB, unit: 'MB', target: 200, note });
}

export const millionFiles: Case = {
  name: 'million',
  async measure(context) {
    const image = await imageOf(context, 'million-files');
    if (image.kind === 'skipped') return [{ name: 'one million files', skipped: image.reason }];
    const words = ['sbom', image.file, '--quiet'];
    const run = await withFolder(context, (data) => runOnce(seaworthy([...words, '--data', data])));
    const time = { name: 'one million files', value: run.wallMs / 1000, unit: 's', target: 30 };
    const rows: Row[] = [figure({ ...time, ...peak([run]) })];
    if (run.peakMB !== null) {
      const name = 'one million files, peak memory';
      rows.push(figure({ name, value: run.peakMB, unit: 'MB', target: 400 }));
    }
    return rows;
  },
};

export const startUp: Case = {
  name: 'startup',
  async measure(context) {
    const rows: Row[] = [];
    for (const [flag, target] of [
      ['--version', 60],
      ['--help', 90],
    ] as const) {
      const runs: Run[] = [];
      for (let round = 0; round < context.rounds * 4; round += 1) {
        runs.push(await runOnce({ ...seaworthy([]), words: [flag] }));
      }
      rows.push(timing({ name: `seaworthy ${flag}`, runs, target }));
    }
    return rows;
  },
};

async function repeated(context: Context, words: readonly string[]): Promise<Run[]> {
  const runs: Run[] = [];
  for (let round = 0; round < context.rounds * 2; round += 1) {
    runs.push(await runOnce(seaworthy(words)));
  }
  return runs;
}

function timing(options: { name: string; runs: readonly Run[]; target: number }): Row {
  const { name, runs, target } = options;
  const times = wallOf(runs);
  return figure({
    name,
    value: median(times),
    unit: 'ms',
    target,
    note: spread(times),
    ...peak(runs),
  });
}

if (import.meta.main) process.stdout.write(String(await inflateBlobs(process.argv[2] ?? '')));
