// What counts as used of an image.
import { expect, test } from 'vitest';
import { sampleRun, started } from '../../../test/sample-record.ts';
import { LiveRun } from './live-run.ts';

test('a program on a mount over the image is not of the image', () => {
  const run = sampleRun('web');
  const mounts = ['/', '/usr/local', '/opt/tool'].map((destination) => ({
    source: '/srv',
    destination,
    mode: '',
    writable: true,
    propagation: '',
  }));
  const live = new LiveRun(run.identity.id, 0n);
  live.take({ ...run, identity: { ...run.identity, mounts } }, null);
  const paths = ['/usr/bin/x', '/usr/local/bin/x', '/opt/tool', '/opt/tools/x', '/usr/locally'];
  for (const path of paths) live.note(started('web', { pid: 1, path }));
  expect([...live.files]).toEqual(['/usr/bin/x', '/opt/tools/x', '/usr/locally']);
});
