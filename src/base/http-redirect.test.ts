// Redirects: where they lead, what travels along, and where they end.
import { describe, expect, test } from 'vitest';
import type { HttpRequest, HttpResponse } from './http.ts';
import { sendFollowing } from './http-redirect.ts';

interface Answer {
  readonly status: number;
  readonly location?: string;
}

interface Walk {
  readonly sent: readonly HttpRequest[];
  readonly response: HttpResponse;
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // An empty body.
}

/** Follows from https://a.test/start through `answers`, the last one repeated. */
async function walk(
  answers: readonly Answer[],
  options: {
    readonly start?: string;
    readonly allowPlainHttp?: boolean;
    readonly hops?: number;
  } = {},
): Promise<Walk> {
  const sent: HttpRequest[] = [];
  const request = {
    url: new URL(options.start ?? 'https://a.test/start'),
    headers: { Authorization: 'Bearer secret', cookie: 'c', range: 'bytes=5-', accept: 'x' },
  };
  const response = await sendFollowing(request, {
    ...(options.hops === undefined ? {} : { hops: options.hops }),
    allowPlainHttp: () => options.allowPlainHttp === true,
    send: async (request) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push(request);
      return {
        status: answer?.status ?? 500,
        url: request.url,
        header: (name) => (name === 'location' ? (answer?.location ?? null) : null),
        body: nothing(),
        readBytes: () => Promise.resolve(new Uint8Array()),
        discard: () => undefined,
      };
    },
  });
  return { sent, response };
}

const ok = { status: 200 };

describe('redirects', () => {
  test.each([301, 302, 303, 307, 308])('status %d is followed, relative too', async (status) => {
    const { sent, response } = await walk([{ status, location: '../next?x=1' }, ok]);
    expect(response.url.href).toBe('https://a.test/next?x=1');
    expect(sent[1]?.headers).toEqual(sent[0]?.headers);
  });

  test.each([200, 300, 304, 404])('status %d is not', async (status) => {
    const { sent } = await walk([{ status, location: 'https://b.test/' }]);
    expect(sent).toHaveLength(1);
  });

  test('without a Location the answer is the answer', async () => {
    expect((await walk([{ status: 307 }])).response.status).toBe(307);
  });

  const origins: readonly { readonly name: string; readonly location: string }[] = [
    { name: 'another host', location: 'https://b.test/blob' },
    { name: 'another port', location: 'https://a.test:8443/blob' },
    { name: 'a subdomain', location: 'https://cdn.a.test/blob' },
    { name: 'a host in disguise', location: 'https://a.test@b.test/blob' },
    { name: 'a scheme-relative address', location: '//b.test/blob' },
  ];
  test.each(origins)('$name gets no credentials, but the range', async ({ location }) => {
    const { sent } = await walk([{ status: 307, location }, ok]);
    expect(sent[1]?.headers).toEqual({ range: 'bytes=5-', accept: 'x' });
    expect(sent[1]?.url.username).toBe('');
  });

  test('credentials do not come back with a hop that leads home', async () => {
    const { sent } = await walk([
      { status: 302, location: 'https://b.test/' },
      { status: 302, location: 'https://a.test/again' },
      ok,
    ]);
    expect(sent[2]?.url.host).toBe('a.test');
    expect(sent[2]?.headers).not.toHaveProperty('Authorization');
  });

  test('a name and password in the Location are not used', async () => {
    const { sent } = await walk([{ status: 302, location: 'https://me:pw@a.test/x' }, ok]);
    expect(sent[1]?.url.href).toBe('https://a.test/x');
  });

  test('never from https to http, even where http is allowed', async () => {
    const down = [{ status: 302, location: 'http://a.test/x?signature=s3cret' }, ok];
    const error: unknown = await walk(down, { allowPlainHttp: true }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'network' });
    expect(String(error)).toContain('plain http at a.test');
    expect(String(error)).not.toContain('s3cret');
  });

  test('from http to http only where allowed', async () => {
    const across = [{ status: 302, location: 'http://b.test/x' }, ok];
    const start = 'http://127.0.0.1:5000/';
    await expect(walk(across, { start })).rejects.toMatchObject({ code: 'network' });
    expect((await walk(across, { start, allowPlainHttp: true })).sent).toHaveLength(2);
  });

  test.each(['ftp://b.test/', 'file:///etc/passwd', 'http://', 'javascript:0', 'https://[/'])(
    'not to %s',
    async (location) => {
      await expect(walk([{ status: 302, location }, ok])).rejects.toMatchObject({
        code: 'network',
        transient: false,
      });
    },
  );

  test('loops end', async () => {
    const loop = [{ status: 302, location: 'https://a.test/start' }];
    await expect(walk(loop, { hops: 3 })).rejects.toThrow('a.test redirects more than 3 times');
  });
});
