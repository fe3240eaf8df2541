// Responses on real containers: paused, stopped, killed, cut off, and programs refused before they run.
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../../../test/http-server.ts';
import { until } from '../../../test/naming-lab.ts';
import { present } from '../../../test/present.ts';
import {
  openResponseLab,
  type ResponseLab,
  responseLabMissing,
} from '../../../test/response-lab.ts';
import { connectEngine, type DockerEngine } from '../docker/index.ts';
import { type Actor, createActor, type Denied } from './index.ts';

const door = fileURLToPath(new URL('./index.ts', import.meta.url));
const dockerDoor = fileURLToPath(new URL('../docker/index.ts', import.meta.url));

describe.skipIf(responseLabMissing !== '')(
  `responses${responseLabMissing === '' ? '' : ` (need ${responseLabMissing})`}`,
  () => {
    let lab: ResponseLab;
    let engine: DockerEngine;
    let actor: Actor;
    const denied: Denied[] = [];
    const problems: string[] = [];
    const children: ChildProcess[] = [];

    const actorOf = (engines: readonly DockerEngine[], denyVolumes = false): Actor =>
      createActor({
        engines,
        denyVolumes,
        graceSeconds: 1,
        guard: {
          onDenied: (one) => void denied.push(one),
          onProblem: (problem) => void problems.push(problem),
        },
      });

    beforeAll(async () => {
      lab = openResponseLab('host');
      engine = await connectEngine();
      actor = actorOf([engine]);
    });
    afterAll(async () => {
      for (const child of children) child.kill('SIGKILL');
      await actor?.close();
      engine?.close();
      lab?.close();
    });
    const state = (id: string): Promise<string> =>
      lab.docker('inspect', '-f', '{{.State.Status}}', id);

    test('pause by the engine, and back', async () => {
      const id = await lab.start('pause');
      const { undo } = await actor.act('pause', id);
      expect(await state(id)).toBe('paused');
      expect((await actor.act('pause', id)).undo).toBeNull();
      await actor.undo(present(undo), id);
      expect(await state(id)).toBe('running');
      expect(await actor.undo(present(undo), id)).toContain('not paused any more');
    });

    test('stop and kill; a container that is gone is told', async () => {
      const first = await lab.start('stop');
      await actor.act('stop', first);
      expect(await state(first)).toBe('exited');
      const second = await lab.start('kill');
      expect(await actor.act('kill', second)).toEqual({ result: 'killed', undo: null });
      expect(await state(second)).toBe('exited');
      await expect(actor.act('cut-network', second)).rejects.toThrow('does not run');
      await lab.docker('rm', second);
      await expect(actor.act('kill', second)).rejects.toThrow('is gone');
      await expect(actor.act('kill', '../../etc')).rejects.toThrow('is gone');
    });

    test('without an engine of that kind: the control group stands still and is killed', async () => {
      const id = await lab.start('group');
      const pid = Number(await lab.docker('inspect', '-f', '{{.State.Pid}}', id));
      const { killGroup, setFrozen } = await import('./control-group.ts');
      const located = { id, pid, state: 'running', hasHostNetwork: false, engine: null };
      setFrozen(located, true);
      expect((await lab.docker('top', id)).includes('sleep')).toBe(true);
      setFrozen(located, false);
      expect((await lab.shell(id, 'true')).code).toBe(0);
      expect(() => setFrozen({ ...located, pid: 1 }, true)).toThrow('not of the container');
      killGroup(located);
      await until(async () => (await state(id)) === 'exited');
    });

    test('the network is cut, standing connections too, and comes back', async () => {
      const id = await lab.start('net');
      const address = await lab.cable(id);
      const received: string[] = [];
      const server = createServer((socket) => {
        socket.on('data', (bytes) => received.push(bytes.toString()));
        socket.on('error', () => undefined);
        sockets.push(socket);
      });
      const sockets: { destroy(): void }[] = [];
      const { port, close } = await listen(server, {
        address: '0.0.0.0',
        closeAll: () => sockets.forEach((one) => one.destroy()),
      });
      const connect = async (word: string): Promise<number> =>
        (await lab.shell(id, `timeout 2 bash -c 'echo ${word} > /dev/tcp/${address}/${port}'`))
          .code;
      try {
        expect(await connect('before')).toBe(0);
        const standing = lab.shell(
          id,
          `exec 3<>/dev/tcp/${address}/${port}; for i in 1 2 3 4 5 6 7 8; do echo standing-$i >&3; sleep 0.5; done`,
        );
        await until(() => received.join('').includes('standing-1'));
        const { undo } = await actor.act('cut-network', id);
        const heard = received.length;
        expect(await connect('during')).not.toBe(0);
        expect(received.length).toBe(heard);
        // Again is the same.
        await actor.act('cut-network', id);
        expect(await actor.undo(present(undo), id)).toContain('restored');
        expect(await connect('after')).toBe(0);
        await until(() => received.join('').includes('after'));
        expect(received.join('')).not.toContain('during');
        await standing;
      } finally {
        await close();
      }
    });

    test('the network of the machine itself is never cut', async () => {
      const id = await lab.docker(
        'run',
        '-d',
        '--network',
        'host',
        '--name',
        `${lab.image.split(':')[0]}-own`,
        lab.image,
        '/bin/sleep',
        '600',
      );
      try {
        await expect(actor.act('cut-network', id)).rejects.toThrow('network of the machine itself');
      } finally {
        await lab.docker('rm', '-f', id);
      }
    });

    test('a dropped program is refused before it runs; the image runs; undo lets it run', async () => {
      const id = await lab.start('deny');
      const drop = 'cp /bin/true /tmp/dropped && /tmp/dropped';
      expect((await lab.shell(id, drop)).code).toBe(0);
      const { undo } = await actor.act('deny-drift', id);
      const refused = await lab.shell(id, '/tmp/dropped');
      expect(refused.code).toBe(126);
      expect(refused.text).toContain('Operation not permitted');
      // Image files run: as they are, after a change of mode, many times.
      expect(
        (
          await lab.shell(
            id,
            '/bin/ls / && chmod 700 /bin/ls && /bin/ls / && cat /bin/true > /tmp/x',
          )
        ).code,
      ).toBe(0);
      // An image file with other bytes, a renamed one, and a script.
      expect(
        (await lab.shell(id, 'cp /bin/true /tmp/t; cat /bin/cat > /bin/true; /bin/true /tmp/t'))
          .code,
      ).toBe(126);
      expect(
        (await lab.shell(id, 'echo "#!/bin/bash" > /tmp/s; chmod 755 /tmp/s; /tmp/s')).code,
      ).toBe(126);
      await until(() => denied.length >= 3);
      expect(denied.map(({ path, drift, containerId }) => [path, drift, containerId])).toEqual([
        ['/tmp/dropped', 'new', id],
        ['/bin/true', 'changed', id],
        ['/tmp/s', 'new', id],
      ]);
      // Another container is not touched.
      const other = await lab.start('free');
      expect((await lab.shell(other, drop)).code).toBe(0);
      await actor.undo(present(undo), id);
      expect((await lab.shell(id, '/tmp/dropped')).code).toBe(0);
    });

    test('memory file systems are refused where the policy says so', async () => {
      const id = await lab.start('volume', '--tmpfs', '/mem:exec');
      const drop = 'cp /bin/cat /mem/dropped; /mem/dropped /bin/true > /dev/null';
      const { undo } = await actor.act('deny-drift', id);
      expect((await lab.shell(id, drop)).code).toBe(0);
      await actor.undo(present(undo), id);
      const strict = actorOf([engine], true);
      try {
        await strict.act('deny-drift', id);
        expect((await lab.shell(id, drop)).code).toBe(126);
      } finally {
        await strict.close();
      }
      expect((await lab.shell(id, drop)).code).toBe(0);
    });

    test('the guard killed: all runs; it comes back and refuses again', async () => {
      const id = await lab.start('killed');
      await actor.act('deny-drift', id);
      const drop = 'cp /bin/cat /tmp/dropped; /tmp/dropped /bin/true > /dev/null';
      expect((await lab.shell(id, drop)).code).toBe(126);
      const first = present(actor.guard()?.pid);
      process.kill(first, 'SIGSTOP');
      // Stopped, it is found and replaced; nobody hangs meanwhile.
      await lab.shell(id, '/bin/true');
      await until(() => problems.length > 0);
      expect(problems[0]).toContain('guarded again');
      expect(actor.guard()?.pid).not.toBe(first);
      expect((await lab.shell(id, drop)).code).toBe(126);
    });

    test('the whole program killed -9: everything runs', async () => {
      const id = await lab.start('orphan');
      const file = join(lab.folder, 'program.ts');
      writeFileSync(
        file,
        `import { createActor } from ${JSON.stringify(door)};
import { connectEngine } from ${JSON.stringify(dockerDoor)};
const actor = createActor({ engines: [await connectEngine()], denyVolumes: false, graceSeconds: 1, guard: { onDenied: () => {} } });
await actor.act('deny-drift', process.argv[2]);
console.log('denies ' + actor.guard().pid);
setInterval(() => {}, 1000);
`,
      );
      const child = spawn(process.execPath, [file, id], { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      let text = '';
      child.stdout.on('data', (bytes: Buffer) => {
        text += bytes.toString();
      });
      await until(() => /denies \d+/.test(text));
      const drop = 'cp /bin/cat /tmp/dropped; /tmp/dropped /bin/true > /dev/null';
      expect((await lab.shell(id, drop)).code).toBe(126);
      child.kill('SIGKILL');
      await until(async () => (await lab.shell(id, drop)).code === 0);
    });
  },
);
