// What the first page tells while nobody knows yet what runs: what was seen last, and when that was.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openServerLab } from '../../../test/server-lab.ts';
import { harbourOf, type Remembered } from '../../flow/harbour.ts';
import { openCatalogue } from '../../store/catalog/index.ts';

test('the answer of a warm start has the time when somebody looked last', async () => {
  let remembered: Remembered | null = { untilNs: 1_767_322_800_000_000_000n };
  const lab = await openServerLab({ remembered: () => remembered });
  try {
    const first = await lab.ask('/api/v1/harbour');
    expect(first.value).toMatchObject({
      asOf: '2026-01-02T03:00:00.000000Z',
      counts: { containersAlive: 2 },
    });
    remembered = null;
    const headers = { 'if-none-match': String(first.headers.etag) };
    const later = await lab.ask('/api/v1/harbour', { headers });
    expect(later.status).toBe(200);
    expect(later.value).toMatchObject({ asOf: null });
  } finally {
    await lab.close();
  }
});

test('where nobody ever looked it is said to be read, not to be nothing', () => {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-remembered-'));
  const catalogue = openCatalogue(folder);
  try {
    const now = new Date(0);
    const sources = { catalogue, record: null, coverage: [], now, teams: null };
    const reading = harbourOf({ ...sources, remembered: { untilNs: null } });
    expect(reading).toMatchObject({ grade: null, asOf: null });
    expect(reading.answer).toMatch(/is being read/);
    expect(harbourOf({ ...sources, remembered: null }).answer).toMatch(/^No container runs here/);
  } finally {
    catalogue.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
