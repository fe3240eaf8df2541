// What audits are told of a file of the machine.

/** A file, folder or socket with its owner by name (by number where the machine has no name for it). */
export interface OwnedFile {
  readonly path: string;
  readonly kind: 'file' | 'directory' | 'socket' | 'other';
  readonly owner: string;
  readonly group: string;
  /** Permission bits with set-id and sticky bits, 0o4755. */
  readonly mode: number;
}
