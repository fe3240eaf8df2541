// An affected row of the database as an `AdvisoryMatch` whose fields are decoded on first access:
// most rows of a lookup are judged by their range alone.
import type { AdvisoryMatch, OsvSeverity } from '../../model/advisory.ts';
import { type Body, decodeBody, decodeVersions, type Head } from './codec.ts';

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
  /** The text of a body: itself, or what its number stands for. */
  bodyText(body: string | number): string;
  decode<T>(decoder: (text: string) => T, text: string): T;
}

export interface StoredRow {
  /** Row number of its advisory. */
  readonly advisory: number;
  readonly body: string | number;
  /** Undefined for an advisory without packages, which is withdrawn. */
  readonly named: { readonly ecosystem: string; readonly name: string } | undefined;
}

/** One affected row; its fields are decoded on first access. */
export class StoredMatch implements AdvisoryMatch {
  readonly #reader: MatchReader;
  readonly #row: StoredRow;
  #text: string | undefined;
  #decoded: Body | undefined;
  #listed: readonly string[] | undefined;
  #known: StoredHead | undefined;

  constructor(reader: MatchReader, row: StoredRow) {
    this.#reader = reader;
    this.#row = row;
  }

  get #body(): Body {
    this.#text ??= this.#reader.bodyText(this.#row.body);
    this.#decoded ??= this.#reader.decode(decodeBody, this.#text);
    return this.#decoded;
  }

  get #head(): StoredHead {
    this.#known ??= this.#reader.head(this.#row.advisory);
    return this.#known;
  }

  get package(): { readonly ecosystem: string; readonly name: string } {
    return this.#row.named ?? { ecosystem: '', name: '' };
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
    this.#text ??= this.#reader.bodyText(this.#row.body);
    this.#listed ??= this.#reader.decode(decodeVersions, this.#text);
    return this.#listed;
  }
  get fixStatus(): AdvisoryMatch['fixStatus'] {
    return this.#body.fixStatus;
  }
  get modularity(): string | null {
    return this.#body.modularity;
  }
  get imports(): AdvisoryMatch['imports'] {
    return this.#body.imports;
  }

  /** A plain copy, for JSON and for whoever must keep it beyond `close`. */
  toJSON(): AdvisoryMatch {
    const { named } = this.#row;
    const { id, source, modified, withdrawn, summary, published, aliases, upstream } = this.#head;
    const { ranges, fixStatus, modularity, imports } = this.#body;
    return {
      id,
      ...(named === undefined ? {} : { package: named }),
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
      versions: this.versions,
      fixStatus,
      modularity,
      imports,
      references: this.references,
    };
  }
}
