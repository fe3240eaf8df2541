// E-mail against a server of the test's own: STARTTLS, refusals, and what a stranger's words could do.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileName } from '../../../test/sample-alerts.ts';
import { type SmtpOptions, startSmtpServer } from '../../../test/smtp-server.ts';
import {
  hasOpenssl,
  makeCertificates,
  type TestCertificates,
} from '../../../test/tls-certificates.ts';
import { realPace } from '../../base/retry.ts';
import { createSmtpSender } from './index.ts';

let folder = '';
let certificates: TestCertificates;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seaworthy-mail-'));
  if (hasOpenssl) certificates = makeCertificates(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const never = new AbortController().signal;

describe.skipIf(!hasOpenssl)('e-mail (needs openssl)', () => {
  const place = (port: number, more: object = {}) => ({
    host: 'localhost',
    port,
    security: 'starttls' as const,
    username: 'user',
    password: 'hunter2',
    from: 'alerts@a.test',
    to: ['one@b.test', 'two@b.test'],
    tls: { authorities: [certificates.ca] },
    ownName: 'node-1',
    ...more,
  });
  const compose = (item: string): { subject: string; text: string } => ({
    subject: `${hostileName} ${item} ä`,
    text: `${item}\n.\nRCPT TO:<x@evil.test>\n`,
  });
  const sendTo = async (
    options: SmtpOptions,
    more: object = {},
  ): Promise<{ commands: string[]; messages: string[]; error: string }> => {
    const server = await startSmtpServer(options);
    const sender = createSmtpSender(place(server.port, more), compose, realPace);
    const error = await sender.send(['hello'], 0, never).then(
      () => '',
      (problem: unknown) => String(problem),
    );
    await server.close();
    return { ...server, error };
  };

  test('STARTTLS, login, one message; nothing of a stranger in head or commands', async () => {
    const { commands, messages, error } = await sendTo({ tls: certificates.server });
    expect(error).toBe('');
    expect(commands.map((line) => line.split(' ')[0])).toEqual(
      ['EHLO', 'STARTTLS', 'EHLO', 'AUTH', 'MAIL', 'RCPT', 'RCPT', 'DATA', 'QUIT'].slice(
        0,
        commands.length,
      ),
    );
    expect(commands.slice(4, 7)).toEqual([
      'MAIL FROM:<alerts@a.test>',
      'RCPT TO:<one@b.test>',
      'RCPT TO:<two@b.test>',
    ]);
    const [message = ''] = messages;
    const [head = '', body = ''] = message.split('\r\n\r\n');
    expect(head).not.toMatch(/^Bcc:/im);
    expect(head).toMatch(/^Subject: =\?utf-8\?B\?/m);
    expect(message).toMatch(/^[\x20-\x7e\r\n]*$/);
    expect(Math.max(...message.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
    expect(Buffer.from(body, 'base64').toString()).toBe(compose('hello').text);
  });

  test.each([
    ['no STARTTLS offered', { answers: { EHLO: '250 test' } }, 'does not offer STARTTLS'],
    [
      'an answer slipped in before TLS',
      { injected: '\r\n250 fake' },
      'more than an answer before TLS',
    ],
    ['a wrong password', { answers: { AUTH: '535 no: hunter2' } }, 'code 535'],
    ['a refused receiver', { answers: { RCPT: '550 no such user' } }, 'code 550'],
    ['busy', { answers: { MAIL: '451 later' } }, 'code 451'],
  ])('%s: an error without secrets, no message', async (_, options, expected) => {
    const { messages, error } = await sendTo({ tls: certificates.server, ...options });
    expect(error).toContain(expected);
    expect(error).not.toContain('hunter2');
    expect(messages).toEqual([]);
  });

  test('a certificate of nobody: the password is not sent', async () => {
    const { commands, error } = await sendTo({ tls: certificates.server }, { tls: {} });
    expect(error).toContain('not trusted');
    expect(commands).toEqual(['EHLO node-1', 'STARTTLS']);
  });
});
