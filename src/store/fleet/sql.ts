// What the store needs of a database: two backends give it, and all statements are written once.

export type SqlValue = string | number | Uint8Array | null;
export type SqlRow = Readonly<Record<string, SqlValue>>;

export interface Insert {
  readonly table: string;
  /** Name and type (`text`, `bigint`, `bytea`) of each column. */
  readonly columns: readonly (readonly [string, 'text' | 'bigint' | 'bytea'])[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** `ON CONFLICT ...`; empty: none. */
  readonly tail: string;
}

export interface SqlSession {
  readonly words: SqlWords;
  /** Parameters are `$1`, `$2` ... */
  query(text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  /** Inserts many rows by one statement. @returns nothing: use `query` for RETURNING */
  insert(insert: Insert): Promise<void>;
  /** Undone alone when it throws. Within a transaction only. */
  savepoint<T>(action: () => Promise<T>): Promise<T>;
}

export interface NewestOfEach {
  /** Of JSON text. */
  readonly parameter: string;
  readonly where: string;
  readonly order: string;
  readonly limit: string;
}

/** What the backends say differently. */
export interface SqlWords {
  /** The database's clock in microseconds. */
  readonly nowUs: string;
  readonly forUpdate: string;
  readonly skipLocked: string;
  /** Membership in a list that comes as one parameter of JSON text. */
  readonly inList: (column: string, parameter: string) => string;
  /** The same of a list so short that each row is held against it: no other way to the rows is sought. */
  readonly inFew: (column: string, parameter: string) => string;
  /**
   * The same of a list of parameters. Where the planner knows how often each is, it chooses by that between
   * the rows that have one and the order that is asked for.
   */
  readonly inNamed: (column: string, parameters: readonly string[]) => string;
  /** A list as a table `w` with a column `value` of JSON. */
  readonly elements: (parameter: string) => string;
  /** Behind a text: compared byte by byte, as the indexes for beginnings of names are. */
  readonly bytewise: string;
  /** Whether a bitmap (a parameter) has the image of this number. */
  readonly hasImage: (parameter: string, number: string) => string;
  /** True where this transaction is the one that folds changes of sums. */
  readonly foldLock: string;
  /**
   * The first runs (`r`) of each element (`w`) of a list: a part behind FROM. The condition and the order
   * speak of `r`; an index gives them, so that of each element only so many are read.
   */
  readonly newestOfEach: (part: NewestOfEach) => string;
  /** Whether all rows of a transaction's number, and of those below it, can be seen. */
  readonly settled: (column: string) => string;
  /** A statement that gives `first` and `last` of ids between which all runs lie of before `$1`. */
  readonly oldRuns: string;
  /** A statement that gives the place (`tx`, `id`) behind which whatever comes next will stand. */
  readonly liveEnd: string;
}

export interface SqlDatabase extends SqlSession {
  readonly place: string;
  /** The database's clock in microseconds, for what is written: at most a moment old. */
  nowUs(): Promise<number>;
  /** Again by itself after a deadlock. */
  transaction<T>(action: (session: SqlSession) => Promise<T>): Promise<T>;
  /** True where the error lies in the data: a value that the database refuses. */
  isDataError(error: unknown): boolean;
  /** How many rows a table has; an estimate where there are many and the database has one. */
  rowsOf(table: string): Promise<{ readonly rows: number; readonly isExact: boolean }>;
  /** Makes room for events of a day (days since 1970) and of the next. */
  ensureDay(day: number): Promise<void>;
  /** Forgets events of days before this one. @returns rows or partitions */
  dropDaysBefore(day: number): Promise<number>;
  close(): Promise<void>;
}

/** Tables whose rows are told apart by the day of their receipt. */
export const eventTables = ['detection', 'flow', 'loss'] as const;
