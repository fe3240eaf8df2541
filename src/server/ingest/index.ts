// The door of a fleet's server: what agents send and what is asked of many nodes.

export type { FleetResponse } from './answer.ts';
export { createFleetDesk, type FleetDesk, type FleetRequest } from './desk.ts';
export { type FleetListener, type FleetTls, listenFleet } from './listen.ts';
export type { FurtherFigures } from './metrics.ts';
export { tracedStore } from './traced-store.ts';
