// Containers of one instruction, started through the engine's own interface as fast as it can.
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { openRecord } from '../../src/store/record/index.ts';
import { openNamingLab } from '../../test/naming-lab.ts';
import { figure, median, type Row } from './figure.ts';
import type { WatchProcess } from './watch-process.ts';

const socketPath = '/var/run/docker.sock';
/** As many as keep the engine busy: more only wait for its locks. */
const atOnce = 6;
/** The engine's last words, and a commit of the record. */
const settleMs = 2000;

/** Starts `count` of them while `watch` looks; `data` is its data folder. */
export async function shortContainers(
  watch: WatchProcess,
  { data, count }: { readonly data: string; readonly count: number },
): Promise<readonly Row[]> {
  const lab = openNamingLab('watch-bench');
  try {
    const began = performance.now();
    const cpuMs = watch.cpuMs();
    const lostBefore = watch.lost();
    const waiting = Array.from({ length: count }, (_, index) => `${lab.prefix}-${index}`);
    const work = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        await runOne(name, lab.reference);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    const seconds = (performance.now() - began) / 1000;
    await pause(settleMs);
    const spentMs = watch.cpuMs() - cpuMs;
    const record = openRecord(data);
    const runs = record
      .runs({ limit: count * 2 })
      .map(({ run }) => run)
      .filter(({ identity }) => identity.name?.startsWith(`${lab.prefix}-`) === true);
    record.close();
    const named = runs.filter(({ naming }) => naming === 'before-start').length;
    const ended = runs.filter(({ exitCode }) => exitCode === 0).length;
    const lives = runs.flatMap(({ startedAtNs, endedAtNs }) =>
      startedAtNs === null || endedAtNs === null ? [] : [Number(endedAtNs - startedAtNs) / 1e6],
    );
    return [
      figure({
        name: `watch, of ${count} short containers not recorded`,
        value: count - runs.length,
        unit: '',
        target: 0,
        note: `in ${seconds.toFixed(1)} s; median life ${median(lives).toFixed(1)} ms`,
      }),
      figure({
        name: 'watch, of these not named before their first instruction',
        value: count - named,
        unit: '',
        target: 0,
        note: `${ended} with their exit code`,
      }),
      figure({
        name: 'watch, events lost meanwhile',
        value: watch.lost() - lostBefore,
        unit: '',
        target: 0,
      }),
      figure({ name: 'watch, CPU for each container', value: spentMs / count, unit: 'ms' }),
    ];
  } finally {
    lab.close();
  }
}

/** Made, started, and removed by the engine when it has ended. */
async function runOne(name: string, image: string): Promise<void> {
  const made = await ask(`/containers/create?name=${name}`, {
    Image: image,
    Cmd: ['/bin/true'],
    HostConfig: { NetworkMode: 'none', AutoRemove: true },
  });
  const { Id: id } = JSON.parse(made) as { readonly Id: string };
  // Asked before the start: it answers when the container has ended and is gone.
  const gone = ask(`/containers/${id}/wait?condition=removed`, null);
  await ask(`/containers/${id}/start`, null);
  await gone;
}

function ask(path: string, body: unknown): Promise<string> {
  const text = body === null ? '' : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath,
        path,
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const said = Buffer.concat(chunks).toString();
          if ((answer.statusCode ?? 500) < 300) resolve(said);
          else reject(new Error(`the engine answers ${answer.statusCode}: ${said.trim()}`));
        });
      },
    );
    asked.on('error', reject);
    asked.end(text);
  });
}
