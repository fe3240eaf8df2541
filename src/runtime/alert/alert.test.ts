// Who is told, how much of it, and what is taken out before.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleAlert } from '../../../test/sample-alerts.ts';
import { AlertRouter, matchesPattern, readAlertConfig, redact } from './index.ts';

const head = 'apiVersion: seaworthy.dev/v1\nkind: Alerts\n';

describe('secrets', () => {
  test.each([
    ['curl -H "Authorization: Bearer abcdefgh12345678" https://x', 'abcdefgh12345678'],
    ['psql postgres://app:hunter2secret@db/x', 'hunter2secret'],
    ['mysql -u root -pS3cretPass', 'S3cretPass'],
    ['app --password hunter2secret --v', 'hunter2secret'],
    ['DB_PASSWORD=hunter2secret ./run', 'hunter2secret'],
    ['{"apiKey": "hunter2secret"}', 'hunter2secret'],
    ['aws AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['git clone https://x:ghp_abcdefghijklmnopqrstuvwxyz0123456789@github.com/a', 'ghp_'],
    ['tok ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ghp_abc'],
    ['jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc', 'eyJzdWIi'],
    ['curl -u admin:hunter2secret http://x', 'hunter2secret'],
    ['sshpass -p hunter2secret ssh x', 'hunter2secret'],
    ['curl https://hooks.slack.com/services/T0/B0/abcdef', 'abcdef'],
    ['-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----', 'MIIE'],
  ])('%s', (text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain('[redacted]');
  });

  test('plain command lines stay as they are', () => {
    for (const text of ['ls -la /etc/passwd', 'sh -c id', 'apt-get install -y nginx=1.2']) {
      expect(redact(text)).toBe(text);
    }
  });

  test('long hostile texts are looked through in linear time', () => {
    fc.assert(
      fc.property(fc.constantFrom('password', '-p ', ':', 'eyJ', 'a.', '-- ', ' -u a'), (part) => {
        expect(redact(part.repeat(4000)).length).toBeLessThan(40_000);
      }),
      { seed: 3, numRuns: 20 },
    );
  });
});

describe('patterns', () => {
  test.each([
    ['shop/*', 'shop/api', true],
    ['*miner*', 'XMRig Miner seen', true],
    ['a*a', 'a', false],
    ['a*b*c', 'a-b-b-c', true],
    ['api', 'api2', false],
    ['*', '', true],
  ])('%s on %s: %s', (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });
});

describe('the file', () => {
  test('all outputs are read', () => {
    const config = readAlertConfig(
      'alerts.yaml',
      `${head}outputs:
  - { type: stdout }
  - { name: log, type: file, path: /var/log/a.jsonl, rotateBytes: 5000, keep: 2 }
  - { name: a, type: syslog, address: 'unix:///dev/log' }
  - { name: b, type: syslog, address: 'tls://[::1]:6514', format: cef, caFile: /ca.pem }
  - { name: c, type: slack, url: '\${env:SLACK}' }
  - { name: d, type: jira, url: 'https://jira.test', project: SEC, headers: { Authorization: 'file:/t' } }
  - { name: e, type: email, host: mail, from: a@b.test, to: c@d.test, username: u, password: 'file:/p' }
routes:
  - match: { priority: error, teams: [shop*] }
    to: [c, e]
    stop: true
  - to: log
`,
    );
    expect(config.outputs.map(({ name }) => name)).toEqual([
      'stdout',
      'log',
      'a',
      'b',
      'c',
      'd',
      'e',
    ]);
    expect(config.outputs[2]).toMatchObject({ protocol: 'unix', host: '/dev/log' });
    expect(config.outputs[3]).toMatchObject({ protocol: 'tls', host: '::1', port: 6514 });
    expect(config.outputs[6]).toMatchObject({ port: 587, security: 'starttls' });
    expect(config.routes[0]?.selector.priority).toBe('Error');
  });

  test.each([
    ['outputs:\n  - type: slak\n', 'alerts.yaml:4: outputs.[0].type must be one of'],
    ['outputs:\n  - type: stdout\n    pth: x\n', 'alerts.yaml:5: outputs.[0] has no "pth"'],
    ['outputs: []\n', 'there is no output'],
    ['outputs:\n  - type: stdout\n  - type: stdout\n', 'alerts.yaml:5: a second output stdout'],
    ['outputs:\n  - type: stdout\nroutes:\n  - to: [x]\n', 'alerts.yaml:6: there is no output "x"'],
    [
      'outputs:\n  - type: stdout\nroutes:\n  - to: stdout\n    match:\n      priority: big\n',
      'alerts.yaml:8: priority must be one of',
    ],
    ['outputs:\n  - { type: webhook, url: "ftp://x" }\n', 'url must begin with https://'],
    [
      'outputs:\n  - { type: email, host: h, from: "a@b.test\\r\\nRCPT", to: [c@d.test] }\n',
      'is not a plain address',
    ],
    [
      'outputs:\n  - { type: email, host: h, from: a@b.test, to: c@d.test, security: none, password: x }\n',
      'a password needs security',
    ],
    ['outputs:\n  - { type: syslog, address: "tcp://host:99999" }\n', 'no such port'],
  ])('%j is refused with its place', (text, message) => {
    expect(() => readAlertConfig('alerts.yaml', head + text)).toThrow(message);
  });

  test('any text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(() => readAlertConfig('a', head + text)).toThrow(/^a(:\d+)?/);
      }),
      { seed: 5, numRuns: 100 },
    );
  });
});

describe('nobody drowns', () => {
  const config = readAlertConfig(
    'a',
    `${head}outputs: [{ name: one, type: stdout }, { name: two, type: file, path: /x }]
digest: { seconds: 60, atOnce: 3 }
routes: [{ match: { priority: Error }, to: one, stop: true }, { to: [one, two] }]
`,
  );

  test('the first by their routes at once, the rest as one digest, counted', () => {
    const router = new AlertRouter(config, 'node-1');
    const sent = Array.from({ length: 10 }, (_, index) =>
      router.take(sampleAlert({}, { id: `c${index}` }), 1000 + index),
    ).flat();
    expect(sent.map(({ output }) => output)).toEqual(['one', 'two', 'one', 'two', 'one', 'two']);
    expect(router.take(sampleAlert({ priority: 'Critical' }), 1100)).toEqual([]);
    router.gather(sampleAlert({}, { id: 'c1' }), 1200);
    expect(router.due(60_000)).toEqual([]);
    const digests = router.due(61_000);
    expect(digests.map(({ output }) => output)).toEqual(['one', 'two']);
    expect(digests[0]?.alert).toMatchObject({
      kind: 'digest',
      priority: 'Critical',
      count: 9,
      rows: [{ rule: 'Terminal shell in container', count: 9, causes: 9, containers: ['api'] }],
    });
    expect(digests[1]?.alert).toMatchObject({ priority: 'Warning', count: 8 });
    expect(router.take(sampleAlert({ priority: 'Error' }), 62_000)).toHaveLength(1);
  });

  test('what was done is always told, and a clock that is set back silences nothing', () => {
    const router = new AlertRouter(config, 'node-1');
    for (let index = 0; index < 5; index += 1) router.take(sampleAlert(), 1_000_000);
    expect(router.take(sampleAlert({}, { kind: 'response' }), 1_000_000)).toHaveLength(2);
    expect(router.due(1000)).toEqual([]);
    expect(router.due(62_000)).toHaveLength(2);
  });
});
