// The door of the fleet's store: what many nodes tell, in PostgreSQL or SQLite.

export type {
  FleetCatalogued,
  FleetHands,
  FleetLiveEvent,
  FleetOrder,
  FleetOrderAnswer,
  FleetPages,
  FleetResponse,
  FleetResponseFacts,
  FleetResponseState,
  FleetRunning,
  LivePlace,
  StoredFleetRun,
} from './fleet-pages.ts';
export type {
  Agent,
  AgentBatch,
  FleetChange,
  FleetFinding,
  FleetImage,
  FleetNotice,
  FleetRetention,
  FleetStore,
  FleetToken,
  Identity,
  IngestOutcome,
  LoginBegun,
  RefusedLine,
  Role,
  Session,
  StoredFleetDetection,
  StoredFleetFlow,
  Work,
} from './fleet-store.ts';
export type { FleetAuditRun, FleetDecidedDay, StoredFleetDecision } from './house.ts';
export { openFleetStore } from './store.ts';
