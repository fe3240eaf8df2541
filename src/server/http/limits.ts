// Every bound of the server, with its reason.

export const serverLimits = {
  /** All headers of a request: browsers send 2 kB. */
  headerBytes: 16 * 1024,
  /** A body: the largest is a list of teams. */
  bodyBytes: 64 * 1024,
  /** Path and query; a cursor has at most 2,000 characters. */
  urlLength: 8192,
  /** Open connections: browsers open six each. */
  connections: 512,
  /** Who sends its headers slower is no reader of ours. */
  headersMs: 10_000,
  /** The same for a whole request. */
  requestMs: 20_000,
  keptMs: 30_000,
  /** Open streams of events, of all and of one token. */
  streams: 128,
  streamsOfToken: 32,
  /** What a slow reader of a stream may leave unread before it is told nothing more until it reads. */
  streamUnreadBytes: 1024 * 1024,
  /** Who does not read for so long is cut off. */
  slowMs: 60_000,
  heartbeatMs: 15_000,
  /** Requests of one token in a second, over time, and at once after a pause. */
  requestsPerSecond: 50,
  requestsAtOnce: 300,
  /** Requests without a valid token, of one address: a guesser gets nowhere. */
  refusalsPerSecond: 1,
  refusalsAtOnce: 60,
  /** Callers that are remembered for the rates. */
  callers: 10_000,
  /** Answers below are sent as they are. */
  compressFrom: 1024,
} as const;
