// How many alerts an output takes a second, with its receiver in the same process: `node tools/bench/alerts.ts`.
import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAlerting } from '../../src/flow/alerts.ts';
import { readAlertConfig } from '../../src/runtime/alert/index.ts';
import { sampleAlert } from '../../test/sample-alerts.ts';

const count = 2000;
const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-'));
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(200).end('{}'));
});
await new Promise<void>((resolve) => {
  server.listen(0, '127.0.0.1', resolve);
});
const udp = createSocket('udp4');
await new Promise<void>((resolve) => {
  udp.bind(0, '127.0.0.1', resolve);
});
const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const outputs: readonly (readonly [string, string])[] = [
  ['file', `type: file, path: ${join(folder, 'a.jsonl')}`],
  ['syslog UDP', `type: syslog, address: "udp://127.0.0.1:${udp.address().port}"`],
  ['webhook', `type: webhook, url: "${origin}/"`],
  ['slack', `type: slack, url: "${origin}/"`],
  ['otlp', `type: otlp, url: "${origin}"`],
  ['alertmanager', `type: alertmanager, url: "${origin}"`],
  [
    's3',
    `type: s3, endpoint: "${origin}", bucket: abc, reports: [], accessKeyId: a, secretAccessKey: b`,
  ],
];
for (const [name, text] of outputs) {
  const config = readAlertConfig(
    'bench',
    `apiVersion: seaworthy.dev/v1\nkind: Alerts\noutputs: [{ ${text}, name: it, atOnce: 10000 }]\n`,
  );
  const alerting = startAlerting({
    config,
    hostname: 'bench',
    version: '0',
    write: () => undefined,
    onProblem: (_, problem) => {
      throw new Error(problem);
    },
  });
  const cpu = process.cpuUsage();
  const begun = performance.now();
  for (let index = 0; index < count; index += 1) {
    alerting.tell(sampleAlert({}, { id: `c${index}` }));
    // Never more than the queue holds, so that all are delivered.
    const room = name === 's3' ? 4000 : 500;
    while ((alerting.figures().get('it')?.waiting ?? 0) > room) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }
  await alerting.close(60_000);
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - begun) / 1000;
  const micros = (used.user + used.system) / count;
  const { delivered = 0 } = alerting.figures().get('it') ?? {};
  process.stdout.write(
    `${name}: ${delivered} delivered, ${Math.round(delivered / seconds)}/s, ${micros.toFixed(0)} us CPU each\n`,
  );
}
server.close();
udp.close();
rmSync(folder, { recursive: true, force: true });
