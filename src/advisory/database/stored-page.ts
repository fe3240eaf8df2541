// A page of the database as the matcher asks it: what a version is compared with is decoded, the rest is
// left as it lies.
import type {
  AdvisoryLadder,
  AdvisoryMatch,
  AdvisoryPage,
  LadderMatch,
} from '../../model/advisory.ts';
import { decodeEntry, decodeStep, linesOf, type PageTexts } from './page.ts';
import { type MatchReader, type Named, StoredMatch } from './stored-match.ts';

/** A page in the order of this program's versions. */
export class StoredPage implements AdvisoryPage {
  readonly ladder: AdvisoryLadder;

  constructor(reader: MatchReader, texts: PageTexts, named: Named) {
    this.ladder = new StoredLadder(reader, texts, named);
  }

  *[Symbol.iterator](): Generator<AdvisoryMatch> {
    yield* this.ladder.others(0);
    for (const { advisory } of this.ladder.plain(0)) yield advisory;
  }
}

class StoredLadder implements AdvisoryLadder {
  readonly fixes: readonly string[];
  readonly bounds: readonly string[];
  readonly #reader: MatchReader;
  readonly #named: Named;
  readonly #texts: PageTexts;
  #steps: readonly string[] | undefined;
  #entries: readonly string[] | undefined;
  /** What is decoded of the entries: packages of one name and several versions share it. */
  readonly #decoded: (StoredMatch | undefined)[] = [];

  constructor(reader: MatchReader, texts: PageTexts, named: Named) {
    this.fixes = linesOf(texts.fixes);
    this.bounds = linesOf(texts.bounds);
    this.#reader = reader;
    this.#named = named;
    this.#texts = texts;
  }

  plain(index: number): readonly LadderMatch[] {
    return index >= this.fixes.length ? [] : this.#reader.decode(() => this.#plain(index));
  }

  others(index: number): readonly AdvisoryMatch[] {
    return this.#texts.entries === null ? [] : this.#reader.decode(() => this.#others(index));
  }

  #plain(index: number): readonly LadderMatch[] {
    const { fixes } = this;
    this.#steps ??= linesOf(this.#texts.steps);
    const found: LadderMatch[] = [];
    const matches: StoredMatch[] = [];
    for (let at = index; at < fixes.length; at += 1) {
      const fixed = fixes[at] as string;
      for (const row of decodeStep(fixed, this.#steps[at])) {
        const advisory = new StoredMatch(this.#reader, row, this.#named);
        matches.push(advisory);
        found.push({ fixed, advisory });
      }
    }
    // All of these strike: what they say is wanted.
    StoredMatch.know(matches, this.#reader);
    return found;
  }

  #others(index: number): readonly AdvisoryMatch[] {
    this.#entries ??= linesOf(this.#texts.entries);
    const found: StoredMatch[] = [];
    for (let at = index; at < this.#entries.length; at += 1) {
      let match = this.#decoded[at];
      if (match === undefined) {
        match = new StoredMatch(
          this.#reader,
          decodeEntry(this.#entries[at] as string),
          this.#named,
        );
        this.#decoded[at] = match;
      }
      found.push(match);
    }
    return found;
  }
}
