// An affected row of the database as an `AdvisoryMatch` whose fields are decoded on first access:
// most rows of a lookup are judged by their range alone.
import type { AdvisoryMatch, OsvSeverity } from '../../model/advisory.ts';
import { type Body, decodeBody, decodeImports, decodeVersions, type Head } from './codec.ts';
import type { AffectedRow } from './page.ts';

/** What an advisory says of itself. */
export interface StoredHead extends Head {
  readonly id: string;
  readonly source: string;
  readonly modified: string | null;
  readonly withdrawn: string | null;
}

/** Where a match reads its parts from; all throw `SeaworthyError` `database` on damage. */
export interface MatchReader {
  /** In the order given; many at once cost little more than one. */
  heads(advisories: readonly number[]): readonly StoredHead[];
  /** The text of a tail that is kept apart. */
  tailText(tail: number): string;
  decode<T>(decoder: () => T): T;
}

/** What a match is of: ecosystem and name. */
export type Named = NonNullable<AdvisoryMatch['package']>;

/** An advisory without packages (it is withdrawn) names none. */
const nameless: Named = { ecosystem: '', name: '' };

/** One affected row; its fields are decoded on first access. */
export class StoredMatch implements AdvisoryMatch {
  readonly package: Named;
  readonly #reader: MatchReader;
  readonly #row: AffectedRow;
  #decoded: Body | undefined;
  #versions: readonly string[] | undefined;
  #known: StoredHead | undefined;

  constructor(reader: MatchReader, row: AffectedRow, named: Named = nameless) {
    this.#reader = reader;
    this.#row = row;
    this.package = named;
  }

  /** Reads what the advisories of all these matches say of themselves, in one go. */
  static know(matches: readonly StoredMatch[], reader: MatchReader): void {
    const heads = reader.heads(matches.map((match) => match.#row[0]));
    for (const [at, match] of matches.entries()) match.#known = heads[at];
  }

  get #body(): Body {
    this.#decoded ??= this.#reader.decode(() => decodeBody(this.#row[1]));
    return this.#decoded;
  }

  get #tail(): string {
    const tail = this.#row[2];
    return typeof tail === 'number' ? this.#reader.tailText(tail) : (tail ?? '');
  }

  get #head(): StoredHead {
    if (this.#known === undefined) StoredMatch.know([this], this.#reader);
    return this.#known as StoredHead;
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
    const own = this.#body.severity;
    return own.length === 0 ? this.#head.severity : [...own, ...this.#head.severity];
  }
  get vendorSeverity(): string | null {
    return this.#body.vendorSeverity ?? this.#head.vendorSeverity;
  }
  get ranges(): AdvisoryMatch['ranges'] {
    return this.#body.ranges;
  }
  get versions(): readonly string[] {
    this.#versions ??= decodeVersions(this.#tail);
    return this.#versions;
  }
  get fixStatus(): AdvisoryMatch['fixStatus'] {
    return this.#body.fixStatus;
  }
  get modularity(): string | null {
    return this.#body.modularity;
  }
  get imports(): AdvisoryMatch['imports'] {
    return this.#reader.decode(() => decodeImports(this.#tail));
  }

  /** A plain copy, for JSON and for whoever must keep it beyond `close`. */
  toJSON(): AdvisoryMatch {
    const { id, source, modified, withdrawn, summary, published, aliases, upstream } = this.#head;
    const { ranges, fixStatus, modularity } = this.#body;
    const { versions, imports } = this;
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
