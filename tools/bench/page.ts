// The bench's table, on a terminal and as a page.
import type { Row } from './figure.ts';
import { isBusy, type Machine, machineLine } from './machine.ts';
import type { Peer } from './peer.ts';

export interface BenchResult {
  readonly takenAt: string;
  readonly machine: Machine;
  readonly peer: Peer;
  readonly rows: readonly Row[];
}

/** Aligned columns: name, value, target, verdict, memory, note. */
export function renderTable({ machine, peer, rows }: BenchResult): string {
  const table = rows.map(cellsOf);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(...table.map((cells) => cells[column]?.length ?? 0)),
  );
  const lines = table.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [machineLine(machine), peerLine(peer), loadLine(machine), '', ...lines, ''].join('\n');
}

/** The page `docs/bench.md`. */
export function renderPage(result: BenchResult): string {
  const { machine, peer, rows, takenAt } = result;
  return [
    '# Figures',
    '',
    'Written by `npm run bench -- --write-docs`; `npm run bench` measures them again. Every value is the',
    'median of several runs of whole processes unless the note says otherwise, ours and the other',
    "program's in turns on the same machine. Nothing is cached for either but the files' bytes in memory.",
    '',
    `- Taken ${takenAt.slice(0, 10)} on ${machineLine(machine)}.`,
    `- ${peerLine(peer)}`,
    `- ${loadLine(machine)}`,
    '',
    '| figure | value | target | met | peak memory | note |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${cellsOf(row).join(' | ')} |`),
    '',
  ].join('\n');
}

function peerLine(peer: Peer): string {
  return peer.kind === 'found'
    ? `Peer: Trivy ${peer.version}.`
    : `Peer: none (${peer.reason}); comparisons are left out.`;
}

function loadLine(machine: Machine): string {
  const line = `Load before the first run: ${machine.load} on ${machine.cores} cores.`;
  return isBusy(machine) ? `${line} The machine was busy: these figures mean little.` : line;
}

function cellsOf(row: Row): string[] {
  if ('skipped' in row) return [row.name, '-', '', 'not measured', '', row.skipped];
  if ('failed' in row) return [row.name, '-', '', 'FAILED', '', row.failed];
  const { name, value, unit, target, ok, peakMB, note = '' } = row;
  const withUnit = (number: number): string => `${number}${unit === '' ? '' : ` ${unit}`}`;
  return [
    name,
    withUnit(value),
    target === null ? '' : `<= ${withUnit(Math.round(target * 10_000) / 10_000)}`,
    target === null ? '' : ok ? 'yes' : 'NO',
    peakMB === undefined ? '' : `${peakMB} MB`,
    note,
  ];
}
