// The door of the fleet's store: what many nodes tell, in PostgreSQL or SQLite.

export type {
  Agent,
  AgentBatch,
  FleetChange,
  FleetFinding,
  FleetImage,
  FleetNotice,
  FleetRetention,
  FleetStore,
  Identity,
  IngestOutcome,
  LoginBegun,
  RefusedLine,
  Role,
  Session,
  Work,
} from './fleet-store.ts';
export { openFleetStore } from './store.ts';
