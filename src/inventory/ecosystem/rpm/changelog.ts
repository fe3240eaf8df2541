// Changelogs as rpm's databases keep them, one list of entries in the header of each package.
import type { CatalogContext, ChangelogEntry, FileView } from '../ecosystem.ts';
import { eachHeader } from './database.ts';
import { type RpmHeader, tags } from './header.ts';

/** Entries of one package: those of kernels have some thousands, before they are cut. */
const mostEntries = 20_000;
/** Characters of all of them: a kernel of Red Hat has 4 million. */
const mostCharacters = 32 * 1024 * 1024;

/** Entries of the packages that are called one of `names`, newest first. Never throws on content. */
export function readChangelogs(
  file: FileView,
  context: CatalogContext,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly ChangelogEntry[]> {
  const found = new Map<string, readonly ChangelogEntry[]>();
  eachHeader(file, context, {
    header: (header) => {
      const name = header.string(tags.name);
      if (name === null || !names.has(name)) return;
      // Several kernels may be installed: each has the entries of its own version first.
      const version = `${header.string(tags.version) ?? ''}-${header.string(tags.release) ?? ''}`;
      for (const key of [name, `${name} ${version}`]) {
        if (!found.has(key)) found.set(key, entriesOf(header));
      }
    },
    problem: () => undefined,
  });
  return found;
}

/** Entry i is CHANGELOGTIME[i] + CHANGELOGNAME[i] + CHANGELOGTEXT[i] (rpm manual, "tags"). */
function entriesOf(header: RpmHeader): readonly ChangelogEntry[] {
  const times = header.numbers(tags.changelogTimes);
  const authors = header.strings(tags.changelogNames, mostEntries);
  const texts = header.strings(tags.changelogTexts, mostEntries);
  let left = mostCharacters;
  const entries: ChangelogEntry[] = [];
  for (const [at, text] of texts.entries()) {
    left -= text.length;
    if (left < 0) break;
    const seconds = times[at];
    entries.push({
      year: seconds === undefined ? null : new Date(seconds * 1000).getUTCFullYear(),
      version: versionIn(authors[at] ?? ''),
      text,
    });
  }
  return entries;
}

/** `A B <a@b.example> - 4:1.1.12-1`, or `[1.1.12-1.el9]` behind the address: how entries are headed. */
function versionIn(author: string): string | null {
  const rest = author.slice(author.lastIndexOf('>') + 1);
  return /^[\s[-]*(\d[^\s\]]{0,200})\]?\s*$/.exec(rest)?.[1] ?? null;
}
