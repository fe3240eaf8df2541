// Pages tell the truth: links lead somewhere, named files exist, generated pages are fresh.
import { dirname, join } from 'node:path/posix';
import type { Tree, Violation } from './tree.ts';

/** Links of pages to files and headings of this repository. */
export function checkLinks(tree: Tree): Violation[] {
  const violations: Violation[] = [];
  for (const [path, text] of tree.texts) {
    if (!path.endsWith('.md')) continue;
    for (const [index, line] of withoutCode(text).entries()) {
      for (const [, target = ''] of line.matchAll(/\]\(([^()\s]+)\)/g)) {
        if (/^[a-z]+:/.test(target) || leadsSomewhere(tree, path, target)) continue;
        violations.push(`${path}:${index + 1} links to ${target}, which is not there`);
      }
    }
  }
  return violations;
}

/** Lines, with those of code blocks emptied. */
function withoutCode(text: string): string[] {
  let inside = false;
  return text.split('\n').map((line) => {
    if (line.startsWith('```')) inside = !inside;
    return inside ? '' : line;
  });
}

function leadsSomewhere(tree: Tree, from: string, target: string): boolean {
  const [file = '', heading] = target.split('#');
  const path = file === '' ? from : join(dirname(from), file).replace(/\/$/, '');
  const isFolder = [...tree.paths].some((one) => one.startsWith(`${path}/`));
  if (!tree.paths.has(path) && !isFolder) return false;
  if (heading === undefined) return true;
  const headings = (tree.texts.get(path) ?? '').match(/^#+ .*$/gm) ?? [];
  return headings.some((one) => anchorOf(one) === heading);
}

/** As code hosts make them: lower case, blanks to hyphens, punctuation dropped. */
function anchorOf(heading: string): string {
  return heading
    .replace(/^#+ /, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(' ', '-');
}

/** Paths of the sources that pages name in code marks exist: `src/flow/scan.ts`. */
export function checkNamedFiles(tree: Tree): Violation[] {
  const violations: Violation[] = [];
  for (const [path, text] of tree.texts) {
    if (!path.endsWith('.md')) continue;
    for (const [, named = ''] of text.matchAll(
      /`((?:src|ui|tools|test|docs|bin)\/[\w./-]*\w\/?)`/g,
    )) {
      const place = named.replace(/\/$/, '');
      const exists = [...tree.paths].some((one) => one === place || one.startsWith(`${place}/`));
      if (!exists) violations.push(`${path} names ${named}, which is not there`);
    }
  }
  return violations;
}

export interface Page {
  readonly path: string;
  readonly text: string;
}

/** Generated pages are what their generator writes. */
export function checkGenerated(tree: Tree, pages: readonly Page[]): Violation[] {
  return pages
    .filter(({ path, text }) => tree.texts.get(path) !== text)
    .map(({ path }) => `${path} is stale; run \`npm run generate\``);
}
