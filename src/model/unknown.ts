// What could not be read or understood: a record in the report, never a silent skip (promise P1).

/** `reason` is one plain sentence without a full stop. `layer` is a diffID or null. */
export interface Unknown {
  readonly path: string;
  readonly layer: string | null;
  readonly reason: string;
}
