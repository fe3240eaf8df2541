// Blobs from registries that lie, break and dawdle: what is yielded is proven, or an error ends it.
import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bareEnvironment,
  collect,
  operatingError,
  type TestPace,
  testPace,
} from '../../../test/registry-client.ts';
import {
  answer,
  type ScriptedRegistry,
  sha256,
  startScriptedRegistry,
} from '../../../test/scripted-registry.ts';
import type { Descriptor } from './manifest.ts';
import type { RegistryOptions } from './options.ts';
import { parseReference } from './reference.ts';
import { createRegistry } from './registry.ts';

let registry: ScriptedRegistry;
let pace: TestPace;

beforeEach(async () => {
  registry = await startScriptedRegistry();
  pace = testPace();
});

afterEach(() => registry.server.close());

function descriptorOf(bytes: Uint8Array, changes: Partial<Descriptor> = {}): Descriptor {
  return {
    digest: sha256(bytes),
    size: bytes.length,
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    urls: [],
    annotations: new Map(),
    artifactType: null,
    ...changes,
  };
}

function read(
  descriptor: Descriptor,
  options: RegistryOptions = {},
  onProgress?: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  const client = createRegistry({ environment: bareEnvironment, pace, ...options });
  return client.openBlob(parseReference(registry.name('a/b')), descriptor, onProgress);
}

/** Every blob request is answered by `handler`, with its number from 1 on. */
function onBlobs(
  handler: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): void {
  let count = 0;
  registry.intercept((request, response) => {
    handler(request, response, ++count);
    return true;
  });
}

const content = randomBytes(3_000_000);
const stored = { bytes: content, mediaType: 'application/octet-stream' };

describe('good blobs', () => {
  test('bytes and progress', async () => {
    registry.blob(content);
    const progress: number[] = [];
    const bytes = await collect(read(descriptorOf(content), {}, (count) => progress.push(count)));
    expect(bytes.equals(content)).toBe(true);
    expect(progress.at(-1)).toBe(content.length);
    expect(progress).toEqual([...progress].sort((left, right) => left - right));
  });

  test('an empty one', async () => {
    const empty = Buffer.alloc(0);
    registry.blob(empty);
    expect(await collect(read(descriptorOf(empty)))).toHaveLength(0);
  });

  test('of sha512', async () => {
    onBlobs((request, response) => answer(request, { response, stored }));
    const digest = `sha512:${createHash('sha512').update(content).digest('hex')}`;
    expect(await collect(read(descriptorOf(content, { digest })))).toHaveLength(content.length);
    const wrong = descriptorOf(content, { digest: `sha512:${'0'.repeat(128)}` });
    expect((await operatingError(collect(read(wrong)))).code).toBe('digest-mismatch');
  });

  test('a reader that stops early closes the connection', async () => {
    let closed = false;
    onBlobs((_request, response) => {
      response.on('close', () => {
        closed = true;
      });
      response.writeHead(200, { 'content-length': 1e9 });
      response.write(content);
    });
    for await (const chunk of read(descriptorOf(content, { size: 1e9 }))) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    await expect.poll(() => closed).toBe(true);
  });
});

describe('blobs that lie', () => {
  test('another content of the same size', async () => {
    const other = Buffer.from(content);
    other[5] = (other[5] ?? 0) ^ 1;
    onBlobs((request, response) =>
      answer(request, { response, stored: { ...stored, bytes: other } }),
    );
    const error = await operatingError(collect(read(descriptorOf(content))));
    expect(error.code).toBe('digest-mismatch');
    expect(error.message).toContain(sha256(other));
    expect(registry.seen).toHaveLength(1);
  });

  test('shorter than declared, honestly announced', async () => {
    onBlobs((request, response) => answer(request, { response, stored }));
    const error = await operatingError(
      collect(read(descriptorOf(content, { size: content.length + 1 }))),
    );
    expect(error.code).toBe('digest-mismatch');
  });

  test('longer than declared, honestly announced', async () => {
    onBlobs((request, response) => answer(request, { response, stored }));
    const error = await operatingError(collect(read(descriptorOf(content, { size: 1000 }))));
    expect(error.code).toBe('limit');
  });

  test('endless', async () => {
    let sent = 0;
    onBlobs((_request, response) => {
      const pump = (): void => {
        while (!response.destroyed && response.write(content.subarray(0, 65_536))) sent += 65_536;
      };
      response.on('drain', pump);
      pump();
    });
    let received = 0;
    const consume = async (): Promise<void> => {
      for await (const chunk of read(descriptorOf(content, { size: 500_000 }))) {
        received += chunk.length;
      }
    };
    expect((await operatingError(consume())).code).toBe('limit');
    expect(received).toBeLessThanOrEqual(500_000);
    expect(sent).toBeLessThan(100_000_000);
  });

  test('a web page instead', async () => {
    onBlobs((_request, response) => response.end('<html>Please sign in</html>'));
    const error = await operatingError(collect(read(descriptorOf(content))));
    expect(['network', 'digest-mismatch']).toContain(error.code);
  });

  test('a digest that cannot be computed', async () => {
    const unknown = descriptorOf(content, { digest: 'blake3:00' });
    expect((await operatingError(collect(read(unknown)))).code).toBe('unsupported');
  });

  test('missing', async () => {
    const error = await operatingError(collect(read(descriptorOf(content))));
    expect(error.code).toBe('not-found');
    expect(error.message).toContain(`${registry.server.host}/a/b@sha256:`);
  });
});

/** Sends up to `end` and then breaks. */
function partly(request: IncomingMessage, response: ServerResponse, end: number): void {
  const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0] ?? 0);
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  response.writeHead(start === 0 ? 200 : 206, { 'content-range': range });
  response.write(content.subarray(start, end), () => {
    setTimeout(() => response.destroy(), 5);
  });
}

describe('connections that break', () => {
  test('are taken up where they broke', async () => {
    onBlobs((request, response, count) => {
      if (count < 3) partly(request, response, count * 900_000);
      else answer(request, { response, stored });
    });
    const bytes = await collect(read(descriptorOf(content)));
    expect(bytes.equals(content)).toBe(true);
    expect(registry.seen.map(({ headers }) => headers.range)).toEqual([
      undefined,
      'bytes=900000-',
      'bytes=1800000-',
    ]);
    expect(pace.slept).toHaveLength(2);
  });

  test('also by servers that know no Range', async () => {
    onBlobs((request, response, count) => {
      if (count === 1) partly(request, response, 1_234_567);
      else response.end(content);
    });
    expect((await collect(read(descriptorOf(content)))).equals(content)).toBe(true);
  });

  test('after the last byte', async () => {
    onBlobs((request, response) => partly(request, response, content.length));
    expect((await collect(read(descriptorOf(content)))).equals(content)).toBe(true);
  });

  test('again and again without progress end', async () => {
    onBlobs((request, response) => {
      const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0] ?? 0);
      partly(request, response, start + 10);
    });
    const error = await operatingError(collect(read(descriptorOf(content))));
    expect(error.code).toBe('network');
    expect(registry.seen).toHaveLength(4);
  });

  test('again and again with progress do not', async () => {
    const long = content.length;
    onBlobs((request, response) => {
      const start = Number(/\d+/.exec(request.headers.range ?? '0')?.[0] ?? 0);
      partly(request, response, Math.min(long, start + 1_100_000));
    });
    const bytes = await collect(read(descriptorOf(content), { tries: 2 }));
    expect(bytes.equals(content)).toBe(true);
  });

  test('ended early without a break', async () => {
    onBlobs((request, response, count) => {
      if (count === 1) {
        response.write(content.subarray(0, 100_000));
        response.end();
      } else answer(request, { response, stored });
    });
    expect((await collect(read(descriptorOf(content)))).equals(content)).toBe(true);
  });

  test.each([
    ['another part', { 'content-range': 'bytes 999999-2999999/3000000' }],
    ['an unmarked part', {}],
  ])('%s than asked for is refused', async (_name, headers) => {
    onBlobs((request, response, count) => {
      if (count === 1) partly(request, response, 500_000);
      else {
        response.writeHead(206, headers);
        response.end(content.subarray(999_999));
      }
    });
    expect((await operatingError(collect(read(descriptorOf(content))))).code).toBe('network');
  });

  test('a body that dawdles', async () => {
    onBlobs((_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      const timer = setInterval(() => response.write('x'), 5);
      response.on('close', () => clearInterval(timer));
    });
    const options = { idleMs: 100, tries: 2 };
    const error = await operatingError(collect(read(descriptorOf(content), options)));
    expect(error.message).toContain('sent too little');
    expect(registry.seen).toHaveLength(2);
  });

  test('an abort ends the stream with its reason', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    onBlobs((_request, response) => {
      response.writeHead(200, { 'content-length': content.length });
      response.write('x');
      setTimeout(() => controller.abort(reason), 20);
    });
    const reading = collect(read(descriptorOf(content), { signal: controller.signal }));
    await expect(reading).rejects.toBe(reason);
    const late = collect(read(descriptorOf(content), { signal: controller.signal }));
    await expect(late).rejects.toBe(reason);
  });
});

describe('rate limits and failures', () => {
  test('Retry-After is kept', async () => {
    onBlobs((request, response, count) => {
      if (count > 2) answer(request, { response, stored });
      else {
        response.writeHead(count === 1 ? 429 : 503, { 'retry-after': '11' });
        response.end();
      }
    });
    await collect(read(descriptorOf(content)));
    expect(pace.slept).toEqual([11_000, 11_000]);
  });

  test('a limit without end is told as such', async () => {
    onBlobs((_request, response) => {
      response.writeHead(429, { 'retry-after': '1' });
      const message = 'You have reached your pull rate limit.\u001b[31m';
      response.end(JSON.stringify({ errors: [{ code: 'TOOMANYREQUESTS', message }] }));
    });
    const error = await operatingError(collect(read(descriptorOf(content))));
    expect(error.code).toBe('busy');
    expect(error.message).toContain('TOOMANYREQUESTS: You have reached your pull rate limit.');
    expect(error.message).not.toContain('\u001b');
    expect(error.advice).toContain('log in');
    expect(registry.seen).toHaveLength(4);
  });

  test('a wait of an hour is not waited', async () => {
    onBlobs((_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' });
      response.end();
    });
    expect((await operatingError(collect(read(descriptorOf(content))))).code).toBe('busy');
    expect(pace.slept).toEqual([]);
  });

  test.each([500, 502, 503, 504])('status %d without end', async (status) => {
    onBlobs((_request, response) => {
      response.writeHead(status);
      response.end('x'.repeat(100_000));
    });
    const error = await operatingError(collect(read(descriptorOf(content))));
    expect(error.message).toContain(`failed with status ${status}`);
    expect(registry.seen).toHaveLength(4);
  });

  test.each([204, 301, 400, 405, 416, 418])('status %d is no blob', async (status) => {
    onBlobs((_request, response) => {
      response.writeHead(status);
      response.end();
    });
    const error = await operatingError(collect(read(descriptorOf(content))));
    expect(error.message).toContain(`answered status ${status}`);
    expect(registry.seen).toHaveLength(1);
  });
});
