// The door of the API: its routes, what they need, and how their values are checked.
export { openApi } from './openapi.ts';
export { pagesOfFleet, pagesOfMachine, routesOfFleet, routesOfMachine } from './registry.ts';
export type {
  Answer,
  ApiServices,
  AuditDesk,
  Caller,
  Change,
  FleetServices,
  GateDecisions,
  MachineServices,
  NewToken,
  QueryValues,
  Role,
  Route,
  TokenDesk,
  TokenFacts,
} from './route.ts';
export { roles } from './route.ts';
export { problemOf } from './schema.ts';
export { queryValues } from './values.ts';
