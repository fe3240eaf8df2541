// Where spans go: the flag, or the variables of the OpenTelemetry specification (SDK environment
// variables and the OTLP exporter's), as far as they fit HTTP with JSON.
import { messageOf, SeaworthyError } from '../../base/error.ts';

export interface TraceSettings {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM file of a further authority; null: the usual ones. */
  readonly authorityFile: string | null;
  /** For one request with all its tries. */
  readonly timeoutMs: number;
  /** The part of traces that begin here which is told, 0 to 1. */
  readonly ratio: number;
  readonly service: string;
  readonly resource: ReadonlyMap<string, string>;
  /** What was asked for and is not to be had; null: nothing. */
  readonly remark: string | null;
}

type Environment = Readonly<Record<string, string | undefined>>;

const usualTimeoutMs = 10_000;
const mostTimeoutMs = 300_000;

/** Null: nobody asked for traces. Throws `SeaworthyError` `usage` for an address that is none. */
export function traceSettings(
  endpoint: string | undefined,
  environment: Environment,
): TraceSettings | null {
  const own = (name: string): string | undefined => environment[name]?.trim() || undefined;
  /** The variable of traces, else that of all signals. */
  const either = (name: string): string | undefined =>
    own(`OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? own(`OTEL_EXPORTER_OTLP_${name}`);
  const isOff =
    own('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || own('OTEL_TRACES_EXPORTER') === 'none';
  if (endpoint === undefined && isOff) return null;
  const whole = endpoint === undefined ? own('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT') : undefined;
  const base = endpoint ?? own('OTEL_EXPORTER_OTLP_ENDPOINT');
  const text = whole ?? base;
  if (text === undefined) return null;
  const url = URL.parse(text);
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new SeaworthyError('usage', 'the address for traces is no http or https address', {
      advice: 'give --otlp-endpoint or OTEL_EXPORTER_OTLP_ENDPOINT as http://localhost:4318',
    });
  }
  if (whole === undefined) url.pathname = `${url.pathname.replace(/\/+$/, '')}/v1/traces`;
  const protocol = either('PROTOCOL');
  const timeoutMs = Number(either('TIMEOUT') ?? usualTimeoutMs);
  const resource = pairsOf(own('OTEL_RESOURCE_ATTRIBUTES') ?? '');
  return {
    url,
    headers: Object.fromEntries(pairsOf(either('HEADERS') ?? '')),
    authorityFile: either('CERTIFICATE') ?? null,
    timeoutMs: timeoutMs > 0 ? Math.min(timeoutMs, mostTimeoutMs) : usualTimeoutMs,
    ratio: ratioOf(own('OTEL_TRACES_SAMPLER'), own('OTEL_TRACES_SAMPLER_ARG')),
    service: own('OTEL_SERVICE_NAME') ?? resource.get('service.name') ?? 'seaworthy',
    resource,
    remark:
      protocol === undefined || protocol === 'http/json'
        ? null
        : `traces go as http/json to ${url.host}, not as ${protocol}`,
  };
}

/** `key=value,key=value`, percent-encoded as in W3C Baggage. */
function pairsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at < 1
        ? []
        : [[pair.slice(0, at).trim(), decoded(pair.slice(at + 1).trim())] as const];
    }),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new SeaworthyError(
      'usage',
      `an OTEL variable is not percent-encoded: ${messageOf(error)}`,
    );
  }
}

function ratioOf(sampler = 'parentbased_always_on', argument = '1'): number {
  if (sampler.endsWith('always_off')) return 0;
  if (!sampler.endsWith('traceidratio')) return 1;
  const ratio = Number(argument);
  return ratio >= 0 && ratio <= 1 ? ratio : 1;
}
