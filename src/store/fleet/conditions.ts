// Conditions of a question with their parameters: no word of a question is ever part of the statement.
import type { SqlValue, SqlWords } from './sql.ts';

export class Conditions {
  readonly values: SqlValue[] = [];
  readonly #parts: string[] = [];

  /** `?` in the text stands for the value, each time. */
  add(text: string, value: SqlValue | undefined): void {
    if (value === undefined) return;
    this.#parts.push(text.replaceAll('?', this.parameter(value)));
  }

  plain(text: string): void {
    this.#parts.push(text);
  }

  parameter(value: SqlValue): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Only what these teams run. `run` is the name of the table of runs in the statement. */
  teams(teams: readonly string[] | undefined, words: SqlWords, run = 'r'): void {
    if (teams === undefined) return;
    this.plain(words.inList(`${run}.team`, this.parameter(JSON.stringify(teams))));
  }

  /** The same of a table whose rows name agent and container. */
  teamsOfRuns(teams: readonly string[] | undefined, words: SqlWords, table: string): void {
    if (teams === undefined) return;
    const isTheirs = words.inList('o.team', this.parameter(JSON.stringify(teams)));
    this.plain(
      `EXISTS (SELECT 1 FROM run o WHERE o.agent = ${table}.agent
         AND o.container = ${table}.container AND ${isTheirs})`,
    );
  }

  get text(): string {
    return this.and();
  }

  /** The conditions and one more, for one part of a statement. */
  and(more?: string): string {
    const parts = more === undefined ? this.#parts : [...this.#parts, more];
    return parts.length === 0 ? '' : `WHERE ${parts.join(' AND ')}`;
  }
}

/** Text for LIKE in which nothing is special; `\` is the escape. */
export function likeText(text: string): string {
  return text.replaceAll(/[\\%_]/g, (found) => `\\${found}`);
}
