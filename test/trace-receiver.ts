// A receiver of traces as OTLP/HTTP with JSON: it checks the shape of each request by the proto files
// (opentelemetry-proto 1.x, proto3 JSON) and keeps the spans. It refuses what it does not know.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | null;
  readonly name: string;
  readonly kind: number;
  readonly failure: string | null;
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly resource: ReadonlyMap<string, unknown>;
}

export interface TraceReceiver {
  readonly url: string;
  readonly spans: ReceivedSpan[];
  readonly flaws: string[];
  readonly requests: { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Answers of the next requests, before they are 200 again. */
  readonly refuse: { readonly status: number; readonly headers?: Record<string, string> }[];
  close(): Promise<void>;
}

type Fields = Readonly<Record<string, unknown>>;

class Shape {
  readonly flaws: string[] = [];

  object(value: unknown, where: string, known: readonly string[]): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.flaws.push(`${where} is no object`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (!known.includes(key)) this.flaws.push(`${where}.${key} is not known`);
    }
    return value as Fields;
  }

  list(value: unknown, where: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.flaws.push(`${where} is no list`);
    return [];
  }

  text(value: unknown, where: string, form: RegExp = /^/): string {
    if (typeof value === 'string' && form.test(value)) return value;
    this.flaws.push(`${where} is ${JSON.stringify(value)}`);
    return '';
  }

  attributes(value: unknown, where: string): ReadonlyMap<string, unknown> {
    return new Map(
      this.list(value, where).map((pair, index) => {
        const at = `${where}[${index}]`;
        const { key, value: given } = this.object(pair, at, ['key', 'value']);
        const kinds = ['stringValue', 'boolValue', 'intValue', 'doubleValue'];
        const held = this.object(given, `${at}.value`, kinds);
        if (Object.keys(held).length !== 1) this.flaws.push(`${at}.value holds not one value`);
        if ('intValue' in held) this.text(held['intValue'], `${at}.intValue`, /^-?\d+$/);
        return [this.text(key, `${at}.key`, /^[\w.-]+$/), Object.values(held)[0]] as const;
      }),
    );
  }

  span(value: unknown, resource: ReadonlyMap<string, unknown>): ReceivedSpan {
    const known = ['traceId', 'spanId', 'parentSpanId', 'name', 'kind', 'attributes', 'status'];
    const times = ['startTimeUnixNano', 'endTimeUnixNano'];
    const fields = this.object(value, 'span', [...known, ...times]);
    const [start, end] = times.map((name) => BigInt(this.text(fields[name], name, /^\d{19}$/)));
    if ((start ?? 0n) > (end ?? 0n)) this.flaws.push('a span ends before it starts');
    const status = this.object(fields['status'], 'status', ['code', 'message']);
    const code = status['code'] ?? 0;
    if (![0, 1, 2].includes(code as number))
      this.flaws.push(`status.code is ${JSON.stringify(code)}`);
    const kind = Number(fields['kind']);
    if (!(kind >= 1 && kind <= 5)) this.flaws.push(`kind is ${kind}`);
    const parent = fields['parentSpanId'];
    return {
      traceId: this.text(fields['traceId'], 'traceId', /^(?!0+$)[\da-f]{32}$/),
      spanId: this.text(fields['spanId'], 'spanId', /^(?!0+$)[\da-f]{16}$/),
      parentSpanId:
        parent === undefined ? null : this.text(parent, 'parentSpanId', /^[\da-f]{16}$/),
      name: this.text(fields['name'], 'name', /./),
      kind,
      failure: code === 2 ? this.text(status['message'], 'message') : null,
      attributes: this.attributes(fields['attributes'], 'attributes'),
      resource,
    };
  }

  request(value: unknown): readonly ReceivedSpan[] {
    const { resourceSpans } = this.object(value, 'request', ['resourceSpans']);
    return this.list(resourceSpans, 'resourceSpans').flatMap((one) => {
      const { resource, scopeSpans } = this.object(one, 'one', ['resource', 'scopeSpans']);
      const { attributes } = this.object(resource, 'resource', ['attributes']);
      const own = this.attributes(attributes, 'resource.attributes');
      return this.list(scopeSpans, 'scopeSpans').flatMap((scoped) => {
        const { scope, spans } = this.object(scoped, 'scoped', ['scope', 'spans']);
        this.text(this.object(scope, 'scope', ['name', 'version'])['name'], 'scope.name', /./);
        return this.list(spans, 'spans').map((span) => this.span(span, own));
      });
    });
  }
}

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: TraceReceiver['requests'] = [];
  const refuse: { status: number; headers?: Record<string, string> }[] = [];
  const shape = new Shape();
  const server = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (chunk: Buffer) => (body += chunk.toString()));
    incoming.on('end', () => {
      requests.push({ path: incoming.url ?? '', headers: incoming.headers });
      const refusal = refuse.shift();
      if (refusal !== undefined) {
        response.writeHead(refusal.status, refusal.headers).end();
        return;
      }
      if (incoming.headers['content-type'] !== 'application/json') shape.flaws.push('no JSON');
      spans.push(...shape.request(JSON.parse(body)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"partialSuccess":{}}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    refuse,
    flaws: shape.flaws,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
