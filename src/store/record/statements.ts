// Prepared statements by their text: each is compiled once for one open file.
import type { DatabaseSync, StatementSync } from 'node:sqlite';

export class Statements {
  readonly database: DatabaseSync;
  readonly #known = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.database = database;
  }

  /** @param sql a constant of the program: nothing from outside is ever part of it */
  of(sql: string): StatementSync {
    let known = this.#known.get(sql);
    if (known === undefined) {
      known = this.database.prepare(sql);
      this.#known.set(sql, known);
    }
    return known;
  }

  /** Does all or nothing. */
  transaction<T>(work: () => T): T {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.database.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk ends the transaction by itself.
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }
}
