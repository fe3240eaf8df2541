// `npm run bench -- --recall`: every real image of the laboratory as we and as Trivy see it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/base/error.ts';
import { labImages } from '../../test/lab/images.ts';
import { type Context, root, seaworthy, withFolder } from './context.ts';
import { explain } from './explain.ts';
import { type Difference, differences, readOurs, readTheirs } from './inventories.ts';
import { type Peer, peerInventory, prepareJavaIndex } from './peer.ts';
import { runOnce } from './process.ts';

export interface RecallOptions {
  /** Names of images; empty for all. */
  readonly images: readonly string[];
  readonly writeDocs: boolean;
}

interface Compared {
  readonly name: string;
  readonly about: string;
  readonly ours: number;
  readonly theirs: number;
  readonly differences: readonly Difference[];
}

interface NotCompared {
  readonly name: string;
  readonly about: string;
  readonly skipped: string;
}

type Outcome = Compared | NotCompared;

/** Exit code: 1 when a difference is unexplained, 3 when there is nothing to compare with. */
export async function recall(context: Context, options: RecallOptions): Promise<number> {
  const { peer } = context;
  if (peer.kind === 'absent') {
    console.error(`recall: ${peer.reason}`);
    return 3;
  }
  const outcomes: Outcome[] = [];
  for (const entry of labImages) {
    const isChosen = options.images.length === 0 || options.images.includes(entry.name);
    if (!entry.real || !isChosen) continue;
    const { name, about } = entry;
    context.say(`comparing ${name}`);
    const image = await entry.prepare(context.cache);
    if (image.kind === 'skipped') outcomes.push({ name, about, skipped: image.reason });
    else {
      try {
        outcomes.push({ name, about, ...(await compare(context, peer, image.file)) });
      } catch (error) {
        outcomes.push({ name, about, skipped: messageOf(error) });
      }
    }
  }
  for (const outcome of outcomes) console.log(textOf(outcome));
  if (options.writeDocs && options.images.length === 0) {
    writeFileSync(join(root, 'docs/recall.md'), pageOf(outcomes, peer));
  }
  const unexplained = outcomes.flatMap((one) => ('skipped' in one ? [] : openIn(one)));
  return unexplained.length === 0 ? 0 : 1;
}

async function compare(
  context: Context,
  peer: Extract<Peer, { kind: 'found' }>,
  input: string,
): Promise<Pick<Compared, 'ours' | 'theirs' | 'differences'>> {
  return withFolder(context, async (folder) => {
    const [data, ourFile, theirFile] = ['data', 'ours.json', 'theirs.json'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    const words = ['sbom', input, '--format', 'json', '--data', data, '--output', ourFile];
    await runOnce(seaworthy(words));
    const cache = join(folder, 'peer');
    prepareJavaIndex(cache);
    await runOnce(peerInventory(peer, { input, output: theirFile, cache }));
    const [ours, theirs] = [readOurs(ourFile), readTheirs(theirFile)];
    return { ours: ours.size, theirs: theirs.size, differences: differences(ours, theirs) };
  });
}

function openIn({ differences: all }: Compared): Difference[] {
  return all.filter((difference) => explain(difference) === null);
}

function textOf(outcome: Outcome): string {
  if ('skipped' in outcome) return `${outcome.name}: not compared, ${outcome.skipped}`;
  const { name, ours, theirs, differences: all } = outcome;
  const lines = [...classesOf(outcome)].map(
    ([title, { side, items }]) => `  ${signs[side]} ${items.length} ${title}: ${some(items)}`,
  );
  const open = openIn(outcome).map((one) => `  ${signs[one.side]} UNEXPLAINED ${lineOf(one)}`);
  const missing = all.filter(({ side }) => side === 'missing').length;
  const head = `${name}: ours ${ours}, Trivy ${theirs}, missing ${missing}`;
  return [head, ...lines, ...open].join('\n');
}

const signs = { missing: '-', extra: '+' } as const;

/** Explained differences by class. */
function classesOf(outcome: Compared) {
  const classes = new Map<string, { side: Difference['side']; why: string; items: Difference[] }>();
  for (const difference of outcome.differences) {
    const explanation = explain(difference);
    if (explanation === null) continue;
    const { title, why } = explanation;
    const known = classes.get(title) ?? { side: difference.side, why, items: [] };
    known.items.push(difference);
    classes.set(title, known);
  }
  return classes;
}

function some(items: readonly Difference[]): string {
  const shown = items.slice(0, 4).map(({ item }) => `${item.name} ${item.version}`);
  const more = items.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function lineOf({ item, otherVersions }: Difference): string {
  const { type, name, version, places } = item;
  const other = otherVersions.length === 0 ? '' : ` (other side: ${otherVersions.join(' ')})`;
  return `${type} ${name} ${version} in ${places.slice(0, 3).join(', ') || '?'}${other}`;
}

/** The page `docs/recall.md`. */
function pageOf(outcomes: readonly Outcome[], peer: Extract<Peer, { kind: 'found' }>): string {
  const compared = outcomes.filter((one): one is Compared => !('skipped' in one));
  return [
    '# Inventory beside Trivy',
    '',
    `Written by \`npm run bench -- --recall --write-docs\`, against Trivy ${peer.version}. The images are made by`,
    'the recipes of `test/lab/`; packages are compared by type, name and version. *Missing* is what Trivy',
    'finds and we do not, *more* is the reverse.',
    '',
    '| image | what it is | ours | Trivy | missing | more | unexplained |',
    '|---|---|---|---|---|---|---|',
    ...outcomes.map(rowOf),
    '',
    ...compared.flatMap(sectionOf),
  ].join('\n');
}

function rowOf(outcome: Outcome): string {
  const { name, about } = outcome;
  if ('skipped' in outcome)
    return `| ${name} | ${about} | not compared: ${outcome.skipped} | | | | |`;
  const missing = outcome.differences.filter(({ side }) => side === 'missing').length;
  const more = outcome.differences.length - missing;
  const { ours, theirs } = outcome;
  const cells = [name, about, ours, theirs, missing, more, openIn(outcome).length];
  return `| ${cells.join(' | ')} |`;
}

function sectionOf(outcome: Compared): string[] {
  const classes = [...classesOf(outcome)];
  const open = openIn(outcome);
  if (classes.length + open.length === 0) return [];
  return [
    `## ${outcome.name}`,
    '',
    ...classes.map(
      ([title, { side, why, items }]) =>
        `- **${side === 'missing' ? 'Missing' : 'More'}, ${items.length} ${title}**: ${why}. ${some(items)}.`,
    ),
    ...open.map((one) => `- **Unexplained (${one.side})**: ${lineOf(one)}.`),
    '',
  ];
}
