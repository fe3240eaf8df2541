// An affected row of the database as an `AdvisoryMatch` whose fields are decoded on first access:
// most rows of a lookup are judged by their range alone.
import type { AdvisoryMatch, OsvSeverity } from '../../model/advisory.ts';
import { type Body, decodeBody, decodeTail, type Head, type Tail } from './codec.ts';

/** What an advisory says of itself. */
export interface StoredHead extends Head {
  readonly id: string;
  readonly source: string;
  readonly modified: string | null;
  readonly withdrawn: string | null;
}

/** Where a match reads its parts from; all throw `SeaworthyError` `database` on damage. */
export interface MatchReader {
  head(advisory: number): StoredHead;
  /** The text of a tail that is kept apart. */
  tailText(tail: number): string;
  decode<T>(decoder: (text: string) => T, text: string): T;
}

/** Number of the advisory, body, and tail (null, its text, or its number), as a lookup selects them. */
export type AffectedRow = readonly [advisory: number, body: string, tail: string | number | null];

type Named = NonNullable<AdvisoryMatch['package']>;

/** An advisory without packages (it is withdrawn) names none. */
const nameless: Named = { ecosystem: '', name: '' };

/** One affected row; its fields are decoded on first access. */
export class StoredMatch implements AdvisoryMatch {
  readonly package: Named;
  readonly #reader: MatchReader;
  readonly #row: AffectedRow;
  #decoded: Body | undefined;
  #rest: Tail | undefined;
  #known: StoredHead | undefined;

  constructor(reader: MatchReader, row: AffectedRow, named: Named = nameless) {
    this.#reader = reader;
    this.#row = row;
    this.package = named;
  }

  get #body(): Body {
    this.#decoded ??= this.#reader.decode(decodeBody, this.#row[1]);
    return this.#decoded;
  }

  get #tail(): Tail {
    if (this.#rest === undefined) {
      const tail = this.#row[2];
      const text = typeof tail === 'number' ? this.#reader.tailText(tail) : (tail ?? '');
      this.#rest = this.#reader.decode(decodeTail, text);
    }
    return this.#rest;
  }

  get #head(): StoredHead {
    this.#known ??= this.#reader.head(this.#row[0]);
    return this.#known;
  }

  get id(): string {
    return this.#head.id;
  }
  get aliases(): readonly string[] {
    return this.#head.aliases;
  }
  get upstream(): readonly string[] {
    return this.#head.upstream;
  }
  get summary(): string {
    return this.#head.summary;
  }
  get published(): string | null {
    return this.#head.published;
  }
  get modified(): string | null {
    return this.#head.modified;
  }
  get withdrawn(): string | null {
    return this.#head.withdrawn;
  }
  get source(): string {
    return this.#head.source;
  }
  get references(): readonly string[] {
    return this.#head.references;
  }
  get severity(): readonly OsvSeverity[] {
    return [...this.#body.severity, ...this.#head.severity];
  }
  get vendorSeverity(): string | null {
    return this.#body.vendorSeverity ?? this.#head.vendorSeverity;
  }
  get ranges(): AdvisoryMatch['ranges'] {
    return this.#body.ranges;
  }
  get versions(): readonly string[] {
    return this.#tail.versions;
  }
  get fixStatus(): AdvisoryMatch['fixStatus'] {
    return this.#body.fixStatus;
  }
  get modularity(): string | null {
    return this.#body.modularity;
  }
  get imports(): AdvisoryMatch['imports'] {
    return this.#tail.imports;
  }

  /** A plain copy, for JSON and for whoever must keep it beyond `close`. */
  toJSON(): AdvisoryMatch {
    const { id, source, modified, withdrawn, summary, published, aliases, upstream } = this.#head;
    const { ranges, fixStatus, modularity } = this.#body;
    const { versions, imports } = this.#tail;
    return {
      id,
      package: this.package,
      aliases,
      upstream,
      summary,
      published,
      modified,
      withdrawn,
      severity: this.severity,
      vendorSeverity: this.vendorSeverity,
      source,
      ranges,
      versions,
      fixStatus,
      modularity,
      imports,
      references: this.references,
    };
  }
}
