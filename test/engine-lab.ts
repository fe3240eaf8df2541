// Engines in surroundings that the machine itself does not have: cgroup v2 alone, and an engine inside of a
// container. With the programs of this machine; everything is gone after `close`.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { until } from './naming-lab.ts';

const docker = '/usr/bin/docker';

/** A mount namespace that looks like a machine with cgroup v2 alone, and a Docker engine in it. */
export interface Cgroup2Host {
  readonly socket: string;
  /** What is put before a command to run it there. */
  readonly prefix: readonly string[];
  close(): Promise<void>;
}

/** Starts containerd and dockerd of its own; throws where they do not answer. */
export async function openCgroup2Host(folder: string): Promise<Cgroup2Host> {
  const own = join(folder, 'cgroup2');
  mkdirSync(own);
  // As on such a machine: no controller is bound to a hierarchy of version 1.
  const lines = readFileSync('/proc/cgroups', 'utf8').split('\n');
  const table = lines.map((line) =>
    line.startsWith('#') ? line : line.replace(/^(\w+)\t\d+/, '$1\t0'),
  );
  writeFileSync(join(own, 'cgroups'), table.join('\n'));
  const script = `umount -l /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup &&
mount --bind ${own}/cgroups /proc/cgroups && touch ${own}/ready && exec sleep 100000`;
  const children: ChildProcess[] = [];
  const begin = (program: string, ...words: readonly string[]): ChildProcess => {
    const child = spawn(program, words, { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  const holder = begin('unshare', '-m', '-n', '--propagation', 'private', 'sh', '-c', script);
  const close = async (): Promise<void> => {
    for (const child of children.toReversed()) await ended(child);
  };
  try {
    await until(() => existsSync(join(own, 'ready')));
    const prefix = ['nsenter', '-t', String(holder.pid), '-m', '--'];
    const inside = (...words: readonly string[]): void => {
      // With a network of its own: an engine without a bridge takes the bridge of the others away.
      begin('nsenter', '-n', ...prefix.slice(1), ...words);
    };
    const address = join(own, 'c.sock');
    const settings = join(own, 'containerd.toml');
    writeFileSync(
      settings,
      `version = 2
root = "${own}/root"
state = "${own}/state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${address}"
[ttrpc]
  address = "${address}.ttrpc"
`,
    );
    inside('containerd', '--config', settings);
    await until(() => existsSync(address));
    const socket = join(own, 'd.sock');
    const folders = ['--data-root', join(own, 'data'), '--exec-root', join(own, 'exec')];
    const plain = ['--bridge=none', '--iptables=false', '--storage-driver', 'vfs'];
    const about = ['--containerd', address, '--pidfile', join(own, 'pid'), ...folders, ...plain];
    inside('dockerd', ...about, '-H', `unix://${socket}`);
    await until(() => answers('-H', `unix://${socket}`));
    return { socket, prefix, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

function answers(...words: readonly string[]): boolean {
  try {
    execFileSync(docker, [...words, 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a Docker engine in a container called `name`, of this machine's programs; those that start
 * containers are copies. `--privileged` would ask for rights that a machine may not have itself.
 */
export async function startInnerEngine(
  folder: string,
  name: string,
  image: string,
): Promise<{ readonly docker: (...words: readonly string[]) => string }> {
  const own = join(folder, 'inner');
  mkdirSync(join(own, 'bin'), { recursive: true });
  for (const program of ['runc', 'containerd', 'containerd-shim-runc-v2', 'dockerd']) {
    const path = ['/usr/bin', '/usr/sbin'].map((one) => join(one, program)).find(isFile);
    if (path !== undefined) copyFileSync(path, join(own, 'bin', program));
  }
  writeFileSync(
    join(own, 'start'),
    `mount -t tmpfs none /run; mount -t tmpfs none /tmp
for one in /sys/fs/cgroup /sys/fs/cgroup/*; do mount -o remount,rw,bind $one 2>/dev/null; done
export PATH=/var/lib/docker/bin:$PATH
containerd >/dev/null 2>&1 &
until [ -S /run/containerd/containerd.sock ]; do sleep 0.2; done
exec dockerd --containerd /run/containerd/containerd.sock --bridge=none --iptables=false --storage-driver vfs`,
  );
  const mounts = ['usr', 'lib', 'lib64', 'bin', 'sbin', 'etc'].flatMap((path) => [
    '-v',
    `/${path}:/${path}:ro`,
  ]);
  const rights = ownCapabilities().flatMap((one) => ['--cap-add', one]);
  const about = ['--label', 'seaworthy.team=harbour', '--network', 'none', '--tmpfs', '/root'];
  const security = [
    '--security-opt',
    'seccomp=unconfined',
    '--security-opt',
    'apparmor=unconfined',
  ];
  const data = ['-v', `${own}:/var/lib/docker`];
  const words = [...about, ...security, ...rights, ...mounts, ...data, image];
  execFileSync(docker, ['run', '-d', '--name', name, ...words, '/bin/sh', '/var/lib/docker/start']);
  const inner = (...given: readonly string[]): string =>
    execFileSync(docker, ['exec', '-i', name, docker, ...given], { encoding: 'utf8' }).trim();
  await until(() => answers('exec', name, docker));
  return { docker: inner };
}

/** Those that Docker 20.10 knows by name, of what this process may hand on. */
const names =
  'chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap mac_override mac_admin syslog wake_alarm block_suspend audit_read'.split(
    ' ',
  );

function ownCapabilities(): readonly string[] {
  const text = /^CapBnd:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  const bits = BigInt(`0x${text ?? '0'}`);
  return names.filter((_, index) => (bits >> BigInt(index)) & 1n).map((one) => one.toUpperCase());
}
