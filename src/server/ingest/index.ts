// The door of a fleet's server: what agents send and what is asked of many nodes.

export {
  createFleetDesk,
  type FleetDesk,
  type FleetRequest,
  type FleetResponse,
} from './desk.ts';
export { type FleetListener, type FleetTls, listenFleet } from './listen.ts';
