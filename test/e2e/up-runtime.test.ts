// `up` and what happens in containers: rules of one's own, flows of both ends, what a restart keeps, and what
// is left without libbpf. With a real engine, a real sensor and real packets.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NamingLab, namingLabMissing, openNamingLab, until } from '../naming-lab.ts';
import { hasSensor, python, sensorReason } from '../sensor-watch.ts';
import { loadShellImage } from '../watch-lab.ts';
import { RunningUp } from './running-up.ts';

type Item = Readonly<Record<string, unknown>>;

const missing = sensorReason || (namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`);
const pollMs = { timeout: 60_000, interval: 200 };

// Needs root, the sensor and a Docker engine ; the title says what is missing.
describe.skipIf(!hasSensor || namingLabMissing !== '')(`up and containers${missing}`, () => {
  let lab: NamingLab;
  let shell: string;
  let up: RunningUp;
  let rules: string;
  let exceptions: string;

  const rule = (word: string, condition = `proc.cmdline contains ${word}`): string => `
- rule: Probe
  desc: a probe of this test
  condition: evt.type = execve and ${condition}
  output: probe %proc.cmdline
  priority: NOTICE
`;
  const start = (...words: readonly string[]): Promise<RunningUp> =>
    new RunningUp(['--data', join(lab.folder, 'data'), ...words]).ready();
  const items = async (path: string): Promise<readonly Item[]> =>
    (await up.ask(path))['items'] as readonly Item[];
  const container = async (name: string): Promise<Item | undefined> =>
    (await items(`/api/v1/containers?name=${name}`))[0];
  const probes = async (word: string): Promise<number> =>
    (await items('/api/v1/detections?limit=200')).filter((one) =>
      JSON.stringify(one).includes(`probe sh -c : ${word}`),
    ).length;
  const probe = (name: string, word: string): Promise<string> =>
    lab.docker('exec', name, '/bin/sh', '-c', `: ${word}`);
  const coverage = async (what: string): Promise<Item | undefined> => {
    const harbour = await up.ask('/api/v1/harbour');
    return (harbour['coverage'] as readonly Item[]).find((one) => one['what'] === what);
  };

  beforeAll(async () => {
    lab = openNamingLab('up-runtime');
    shell = `${lab.prefix}-shell:1`;
    loadShellImage(lab.folder, shell);
    rules = join(lab.folder, 'rules.yaml');
    exceptions = join(lab.folder, 'exceptions.yaml');
    writeFileSync(exceptions, '[]\n');
    writeFileSync(rules, rule('first-word'));
    up = await start('--rules', rules, '--exceptions', exceptions);
  }, 120_000);

  afterAll(async () => {
    await up?.end('SIGKILL');
    lab.close();
    execFileSync('/usr/bin/docker', ['rmi', '-f', shell], { stdio: 'ignore' });
  }, 60_000);

  test('rules of one’s own are asked, and read again; a broken file changes nothing', async () => {
    const name = `${lab.prefix}-rules`;
    await lab.docker('run', '-d', '--name', name, '--network', 'none', shell, '/bin/sleep', '900');
    // Other words each time: the same cause again within ten minutes is told once.
    await probe(name, 'first-word');
    await expect.poll(() => probes('first-word'), pollMs).toBe(1);
    writeFileSync(rules, rule('second-word', '= broken'));
    await until(() => up.output.includes('the rules stay as they were'));
    await probe(name, 'first-word again');
    await expect.poll(() => probes('first-word again'), pollMs).toBe(1);
    writeFileSync(rules, rule('second-word'));
    await until(() => up.output.includes('the rules were read again'));
    await probe(name, 'first-word no more');
    await probe(name, 'second-word');
    await expect.poll(() => probes('second-word'), pollMs).toBe(1);
    expect(await probes('first-word no more')).toBe(0);
    const known = up.output.length;
    writeFileSync(
      exceptions,
      `- rule: Probe
  exceptions:
    - name: mine
      fields: [container.name]
      comps: ['=']
      values: [[${name}]]
  override:
    exceptions: append
`,
    );
    await until(() => up.output.slice(known).includes('the rules were read again'));
    await probe(name, 'second-word as excepted');
    writeFileSync(exceptions, '[]\n');
    await until(() => up.output.slice(known).split('the rules were read again').length > 2);
    await probe(name, 'second-word at last');
    await expect.poll(() => probes('second-word at last'), pollMs).toBe(1);
    expect(await probes('second-word as excepted')).toBe(0);
  }, 180_000);

  test('a flow is known at both ends with its bytes, by TCP and by UDP', async () => {
    const server = `${lab.prefix}-server`;
    const client = `${lab.prefix}-client`;
    // Its own: another engine of this machine may take the common one away.
    const network = `${lab.prefix}-net`;
    await lab.docker('network', 'create', network);
    const source = `import socket, threading
def datagrams():
    u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    u.bind(("0.0.0.0", 5300))
    while True:
        _, peer = u.recvfrom(2000)
        u.sendto(b"answer " * 20, peer)
threading.Thread(target=datagrams).start()
s = socket.create_server(("0.0.0.0", 8080))
while True:
    peer, _ = s.accept()
    while peer.recv(4096): pass
    peer.sendall(b"a" * 70000)
    peer.close()`;
    const mounts = ['/usr', '/lib', '/lib64'].flatMap((path) => ['-v', `${path}:${path}:ro`]);
    const own = [
      '-d',
      '--name',
      server,
      '--network',
      network,
      ...mounts,
      shell,
      python,
      '-I',
      '-c',
      source,
    ];
    await lab.docker('run', ...own);
    const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
    const address = await lab.docker('inspect', '-f', format, server);
    // The server says nothing when it listens.
    const script = `until exec 3<>/dev/tcp/${address}/8080; do sleep 0.1; done
printf qqqqqqq >&3
exec 4<>/dev/udp/${address}/5300
printf 'who is there' >&4
/bin/cat <&4 >/dev/null & sleep 1
sleep 900`;
    const about = ['-d', '--name', client, '--network', network];
    await lab.docker('run', ...about, shell, '/bin/bash', '-c', script);
    const flows = async (): Promise<readonly Item[]> => {
      const view = await up.ask('/api/v1/network');
      const nodes = new Map(
        (view['nodes'] as readonly Item[]).map((node) => [node['id'], node['name']]),
      );
      return (view['flows'] as readonly Item[])
        .filter((flow) => nodes.get(flow['to']) === server)
        .filter((flow) => nodes.get(flow['from']) === client);
    };
    const udp = async (): Promise<Item | undefined> =>
      (await flows()).find((flow) => flow['protocol'] === 'udp');
    await expect.poll(udp, pollMs).toMatchObject({
      port: 5300,
      count: 1,
      bytesSent: 12,
      bytesReceived: 140,
    });
    // The connection lives until its client ends; it is counted all the same.
    const tcp = async (): Promise<Item | undefined> =>
      (await flows()).find((flow) => flow['protocol'] === 'tcp');
    expect(await tcp()).toMatchObject({ port: 8080, count: 1 });
    await lab.docker('rm', '-f', client);
    await expect.poll(tcp, pollMs).toMatchObject({ count: 1, bytesSent: 7 });
    const served = async (): Promise<readonly Item[]> => {
      const path = `/api/v1/containers/${server}/timeline`;
      return (await up.ask(path))['flows'] as readonly Item[];
    };
    const incoming = (port: number) => async (): Promise<Item | undefined> =>
      (await served()).find((flow) => flow['port'] === port);
    await expect
      .poll(incoming(8080), pollMs)
      .toMatchObject({ direction: 'in', flows: 1, bytesReceived: 7 });
    await expect.poll(incoming(5300), pollMs).toMatchObject({
      direction: 'in',
      protocol: 'udp',
      flows: 1,
      bytesReceived: 12,
      bytesSent: 140,
    });
    await lab.docker('rm', '-f', server);
    await lab.docker('network', 'rm', network);
  }, 180_000);

  test('the next `up` keeps who started a container and how it was named', async () => {
    const name = `${lab.prefix}-kept`;
    await lab.docker('run', '-d', '--name', name, '--network', 'none', shell, '/bin/sleep', '900');
    const about = async (): Promise<unknown> => {
      const id = (await container(name))?.['id'];
      return typeof id === 'string' ? up.ask(`/api/v1/containers/${id}`) : null;
    };
    const known = {
      container: { namedBeforeStart: true },
      startedBy: { command: expect.stringContaining(`--name ${name}`) },
    };
    await expect.poll(about, pollMs).toMatchObject(known);
    await up.end('SIGKILL');
    up = await start();
    const isHere = async (): Promise<unknown> => (await coverage('sensor'))?.['state'];
    await expect.poll(isHere, pollMs).not.toBe('off');
    await lab.docker('exec', name, '/bin/true');
    await lab.docker('kill', name);
    const isOver = async (): Promise<unknown> => (await container(name))?.['exitCode'];
    await expect.poll(isOver, pollMs).toBe(137);
    expect(await about()).toMatchObject(known);
  }, 180_000);

  test('without libbpf it sees programs by the process connector, and says what is missing', async () => {
    await up.end('SIGKILL');
    const broken = join(lab.folder, 'libbpf.so.1');
    writeFileSync(broken, 'no library');
    const words = ['--data', join(lab.folder, 'data-without')];
    up = await new RunningUp(words, { LD_LIBRARY_PATH: lab.folder }).ready();
    await expect
      .poll(() => coverage('sensor'), pollMs)
      .toMatchObject({
        state: 'limited',
        why: expect.stringContaining('not seen are files, connections and all other calls'),
      });
    const name = `${lab.prefix}-witness`;
    const script = 'cp /bin/sleep /tmp/dropped; /tmp/dropped 2';
    const about = ['--rm', '--name', name, '--network', 'none'];
    await lab.docker('run', ...about, shell, '/bin/bash', '-c', script);
    const told = async (): Promise<string> =>
      JSON.stringify(await items('/api/v1/detections?limit=200'));
    await expect.poll(told, pollMs).toContain('/tmp/dropped');
    await expect.poll(async () => (await container(name))?.['exitCode'], pollMs).toBe(0);
  }, 180_000);
});
