// The door of responses: what a policy allows. Doing it is elsewhere (host/response).
export { type Decision, ResponseDecider } from './decide.ts';
export {
  type ResponseMode,
  type ResponsePolicy,
  type ResponseRule,
  readResponsePolicy,
} from './policy.ts';
