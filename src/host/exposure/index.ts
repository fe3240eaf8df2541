// The door to ports of hosts that the user named: resolve, knock, shake hands, ask.
export { type Reach, type ResolvedHost, reachOf, resolveHost } from './address.ts';
export {
  type Answer,
  ask,
  type HttpAnswer,
  knock,
  type NoAnswer,
  type Place,
  type ProbeLimits,
  type Question,
  shakeHands,
  type TlsDetails,
} from './probe.ts';
