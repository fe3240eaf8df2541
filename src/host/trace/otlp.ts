// OTLP/HTTP with JSON: spans (opentelemetry-proto trace/v1; ids hexadecimal, 64-bit numbers as texts).
import type { EndedSpan, SpanKind, SpanValue } from '../../base/trace.ts';

/** The numbers of `Span.SpanKind`. */
const kinds: Readonly<Record<SpanKind, number>> = { internal: 1, server: 2, client: 3 };
const statusError = 2;
const textLength = 1024;

export interface SpanResource {
  readonly attributes: ReadonlyMap<string, SpanValue>;
  readonly version: string;
}

/** A request for `/v1/traces`. `lost` spans could not be told before. */
export function otlpSpans(
  spans: readonly EndedSpan[],
  { attributes, version }: SpanResource,
  lost: number,
): string {
  const own = lost === 0 ? attributes : new Map([...attributes, ['seaworthy.lost', lost] as const]);
  const scope = { name: 'seaworthy', version };
  const scopeSpans = [{ scope, spans: spans.map(spanOf) }];
  const resourceSpans = [{ resource: { attributes: attributesOf(own) }, scopeSpans }];
  return JSON.stringify({ resourceSpans });
}

function spanOf(span: EndedSpan): object {
  const { traceId, spanId, parentId, name, kind, startNs, endNs, attributes, failure } = span;
  return {
    traceId,
    spanId,
    ...(parentId === null ? {} : { parentSpanId: parentId }),
    name,
    kind: kinds[kind],
    startTimeUnixNano: String(startNs),
    endTimeUnixNano: String(endNs),
    attributes: attributesOf(attributes),
    status: failure === null ? {} : { code: statusError, message: failure.slice(0, textLength) },
  };
}

function attributesOf(attributes: ReadonlyMap<string, SpanValue>): readonly object[] {
  return [...attributes].map(([key, value]) => ({ key, value: valueOf(value) }));
}

function valueOf(value: SpanValue): object {
  if (typeof value === 'string') return { stringValue: value.slice(0, textLength) };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** What a receiver did not take of a request that it answered well; null: nothing. */
export function flawOfTraces(text: string): string | null {
  try {
    const { partialSuccess } = JSON.parse(text) as {
      partialSuccess?: { rejectedSpans?: string | number; errorMessage?: string };
    };
    const count = Number(partialSuccess?.rejectedSpans ?? 0);
    const why = (partialSuccess?.errorMessage ?? 'no reason').slice(0, 200);
    return count > 0 ? `refused ${count} spans: ${why}` : null;
  } catch {
    // Receivers may answer with nothing at all.
    return null;
  }
}
