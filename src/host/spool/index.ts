// The door of a node's spool.

export { openSpool, type Spool, type SpoolOptions, type SpoolStatus } from './spool.ts';
