// What can go wrong on the wire, told in the words of a user; never with a query, a header or a
// password in it: redirect addresses carry signatures.
import { messageOf, SeaworthyError } from './error.ts';

export interface NetworkErrorOptions {
  readonly cause?: unknown;
  readonly advice?: string;
  /** True when the same request may well succeed a moment later. */
  readonly transient: boolean;
  /** The server had closed a kept connection before our request reached it. */
  readonly staleConnection?: boolean;
}

/** An error of the connection itself (code `network`), as opposed to an answer we do not like. */
export class NetworkError extends SeaworthyError {
  readonly transient: boolean;
  readonly staleConnection: boolean;

  constructor(message: string, options: NetworkErrorOptions) {
    super('network', message, options);
    this.transient = options.transient;
    this.staleConnection = options.staleConnection ?? false;
  }
}

/** What a person calls the other side: the host (with its port), or the socket's path. */
export function placeOf(url: URL, socketPath: string | undefined): string {
  return socketPath ?? url.host;
}

/** Is this host name (as `URL.hostname` gives it) this machine by its very name? */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
  );
}

interface Circumstances {
  readonly place: string;
  readonly reusedConnection: boolean;
}

const certificateCodes: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'has expired'],
  ['CERT_NOT_YET_VALID', 'is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'was made for another name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'is self-signed'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'comes from an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'comes from an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'comes from an authority that is not trusted here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'comes from an authority that is not trusted here'],
]);

const transientCodes: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETDOWN',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** The error of a failed exchange with `place`; a `SeaworthyError` passes unchanged. */
export function networkError(error: unknown, circumstances: Circumstances): SeaworthyError {
  if (error instanceof SeaworthyError) return error;
  const { place, reusedConnection } = circumstances;
  const code = codeOf(error);
  const certificate = certificateCodes.get(code);
  if (certificate !== undefined) {
    return new NetworkError(`the TLS certificate of ${place} ${certificate}`, {
      cause: error,
      transient: false,
      advice: 'check the address, or give the certificate of the authority that signed it',
    });
  }
  const transient = transientCodes.has(code);
  return new NetworkError(describe(error, { place, code }), {
    cause: error,
    transient,
    staleConnection: reusedConnection && (code === 'ECONNRESET' || code === 'EPIPE'),
    ...(code === 'ECONNREFUSED' || code === 'ENOTFOUND'
      ? { advice: 'check the address and that this machine can reach it' }
      : {}),
  });
}

/** The `code` of a system or protocol error, or an empty string. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof AggregateError && error.errors.length > 0 && !('code' in error)) {
    return codeOf(error.errors[0]);
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function describe(error: unknown, at: { readonly place: string; readonly code: string }): string {
  const { place, code } = at;
  if (code === 'ECONNREFUSED') return `${place} refused the connection`;
  if (code === 'ENOTFOUND') return `the host ${place} is not known`;
  if (code === 'EAI_AGAIN') return `the name of ${place} could not be looked up just now`;
  if (code === 'ECONNRESET' || code === 'EPIPE') return `${place} broke the connection`;
  if (code === 'ERR_STREAM_PREMATURE_CLOSE') return `${place} broke off its answer`;
  if (code.startsWith('HPE_')) return `${place} answered something that is not HTTP (${code})`;
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return `${place} does not speak TLS`;
  return `cannot reach ${place}: ${messageOf(error)}`;
}
