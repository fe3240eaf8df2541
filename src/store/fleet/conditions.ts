// Conditions of a question with their parameters: no word of a question is ever part of the statement.
import type { SqlValue, SqlWords } from './sql.ts';

export class Conditions {
  readonly values: SqlValue[];
  readonly #parts: string[] = [];

  /** @param values of the statement: those of another part of it, if there is one */
  constructor(values: SqlValue[] = []) {
    this.values = values;
  }

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

  /** Only what these teams run; `table` has a column `team`. What nobody's team runs is nobody's. */
  teams(teams: readonly string[] | undefined, words: SqlWords, table = 'r'): void {
    if (teams === undefined) return;
    const named = JSON.stringify(teams.filter((team) => team !== ''));
    this.plain(words.inFew(`${table}.team`, this.parameter(named)));
  }

  /** The same of a table whose rows name agent and container. */
  teamsOfRuns(teams: readonly string[] | undefined, words: SqlWords, table: string): void {
    if (teams === undefined) return;
    const own = new Conditions(this.values);
    own.plain(`o.agent = ${table}.agent AND o.container = ${table}.container`);
    own.teams(teams, words, 'o');
    this.plain(`EXISTS (SELECT 1 FROM run o ${own.text})`);
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
