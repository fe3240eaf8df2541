// The door of the API: its routes, what they need, and how their values are checked.
export { openApi } from './openapi.ts';
export { routes } from './registry.ts';
export { responseView } from './responses.ts';
export type {
  Answer,
  AnsweringDesk,
  ApiServices,
  AuditDesk,
  Caller,
  Change,
  GateDecisions,
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
