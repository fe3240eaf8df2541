// The few types of `pg` that src/store/fleet/postgres.ts needs; the package brings none.
declare module 'pg' {
  interface QueryResult {
    readonly rows: readonly Readonly<Record<string, string | number | Uint8Array | null>>[];
    readonly rowCount: number | null;
  }
  interface Client {
    query(text: string, values?: readonly unknown[]): Promise<QueryResult>;
    release(error?: boolean): void;
    on(event: 'error', listener: (error: Error) => void): void;
  }
  interface PoolOptions {
    readonly connectionString: string;
    readonly max: number;
    readonly connectionTimeoutMillis: number;
    readonly idleTimeoutMillis: number;
    readonly statement_timeout: number;
    readonly lock_timeout: number;
    readonly idle_in_transaction_session_timeout: number;
    readonly application_name: string;
    readonly options: string;
    readonly types: { getTypeParser(oid: number, format?: string): (text: string) => unknown };
  }
  class Pool {
    constructor(options: PoolOptions);
    query(text: string, values?: readonly unknown[]): Promise<QueryResult>;
    connect(): Promise<Client>;
    end(): Promise<void>;
    on(event: 'error', listener: (error: Error) => void): void;
    on(event: 'connect', listener: (client: Client) => void): void;
  }
  const types: { getTypeParser(oid: number, format?: string): (text: string) => unknown };
  const driver: { readonly Pool: typeof Pool; readonly types: typeof types };
  export default driver;
}
