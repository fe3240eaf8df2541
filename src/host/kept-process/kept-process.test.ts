// A process that must not be away: killed, stopped, dying at its start. Real processes, real signals.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { until } from '../../../test/naming-lab.ts';
import { type Absence, KeptProcess } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-kept-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Answers what it is told; `fail` makes the next one die at its start. */
const file = join(folder, 'answering.mjs');
const poison = join(folder, 'poison');
writeFileSync(
  file,
  `import { existsSync } from 'node:fs';
if (existsSync(${JSON.stringify(poison)})) process.exit(1);
process.on('message', (message) => process.send(message));
process.on('disconnect', () => process.exit());
setInterval(() => process.send('beat'), 100);`,
);

test.skipIf(process.platform !== 'linux')(
  'it is started, replaced when it dies or is stopped, and given up when it cannot begin (needs Linux)',
  async () => {
    const heard: string[] = [];
    const absences: Absence[] = [];
    const ended: string[] = [];
    const kept = new KeptProcess<string>({
      entry: pathToFileURL(file),
      noun: 'answering process',
      begin: 'begin',
      onMessage: (message) => {
        if (message !== 'beat') heard.push(message);
        return message === 'begin' ? 'ready' : 'well';
      },
      onBack: (absence) => void absences.push(absence),
      onEnded: (problem) => void ended.push(problem),
    });
    await kept.open();
    const [first] = [kept.pid ?? 0];
    expect(kept.send('hello')).toBe(true);
    await until(() => heard.includes('hello'));

    process.kill(first, 'SIGKILL');
    await until(() => absences.length === 1);
    const second = kept.pid ?? 0;
    expect(second).not.toBe(first);

    process.kill(second, 'SIGSTOP');
    await until(() => absences.length === 2);
    expect(absences.map(({ reason }) => reason)).toEqual(['died', 'stopped']);
    for (const { fromNs, toNs } of absences) expect(fromNs).toBeLessThanOrEqual(toNs);

    writeFileSync(poison, '');
    process.kill(kept.pid ?? 0, 'SIGKILL');
    await until(() => ended.length === 1);
    expect(ended).toEqual(['the answering process died at its start']);
    expect(kept.pid).toBeNull();
    expect(kept.send('hello')).toBe(false);
    await kept.close();
    expect(absences).toHaveLength(2);
  },
  120_000,
);

test('one that cannot begin says why', async () => {
  const kept = new KeptProcess<string>({
    entry: pathToFileURL(join(folder, 'missing.mjs')),
    noun: 'answering process',
    begin: 'begin',
    onMessage: () => null,
    onBack: () => undefined,
    onEnded: () => undefined,
  });
  await expect(kept.open()).rejects.toThrow('the answering process died at its start');
});
