// Who a container is: every engine's layout of cgroups, command lines, and documents as engines write them.
import { describe, expect, test } from 'vitest';
import {
  bundleIdentity,
  dockerIdentity,
  findStorageContainer,
  isContainerId,
  nanosecondsOf,
  parseCgroupPath,
  parseLibpodConfig,
  parseOciConfig,
  parseProcessCgroups,
  parseRuntimeCommand,
  wordsOf,
} from './index.ts';

const id = '3ad7b26ded6d'.padEnd(64, '0');
const outer = 'f'.repeat(64);
const podId = 'c'.repeat(64);
const uid = '6c1e2d3f-0a1b-4c5d-8e9f-001122334455';
const underscored = uid.replaceAll('-', '_');
const user = '/user.slice/user-1000.slice/user@1000.service/user.slice';
const pods = '/kubepods.slice/kubepods-burstable.slice';

describe('cgroup paths', () => {
  const plain = { id, podId: null, outerIds: [], rootlessUserId: null, namespace: null };
  test.each([
    ['docker', `/docker/${id}`, { ...plain, engine: 'docker' }],
    ['docker, systemd', `/system.slice/docker-${id}.scope`, { ...plain, engine: 'docker' }],
    [
      'docker rootless',
      `${user}/docker-${id}.scope`,
      { ...plain, engine: 'docker', rootlessUserId: 1000 },
    ],
    ['containerd', `/default/${id}`, { ...plain, engine: 'containerd', namespace: 'default' }],
    ['nerdctl', `/system.slice/nerdctl-${id}.scope`, { ...plain, engine: 'containerd' }],
    ['podman', `/libpod_parent/libpod-${id}`, { ...plain, engine: 'podman' }],
    ['podman, systemd', `/machine.slice/libpod-${id}.scope`, { ...plain, engine: 'podman' }],
    [
      'podman, its own group below',
      `/machine.slice/libpod-${id}.scope/container`,
      { ...plain, engine: 'podman' },
    ],
    [
      'podman in a pod',
      `/machine.slice/machine-libpod_pod_${podId}.slice/libpod-${id}.scope`,
      { ...plain, engine: 'podman', podId },
    ],
    [
      'podman rootless',
      `${user}/libpod-${id}.scope/container`,
      { ...plain, engine: 'podman', rootlessUserId: 1000 },
    ],
    [
      'kubelet, guaranteed',
      `/kubepods/pod${uid}/${id}`,
      { ...plain, engine: 'unknown', podId: uid },
    ],
    [
      'kubelet, burstable',
      `/kubepods/burstable/pod${uid}/${id}`,
      { ...plain, engine: 'unknown', podId: uid },
    ],
    [
      'kubelet, a static pod',
      `/kubepods/besteffort/pod${uid.replaceAll('-', '')}/${id}`,
      { ...plain, engine: 'unknown', podId: uid.replaceAll('-', '') },
    ],
    [
      'kubelet with containerd, systemd',
      `${pods}/kubepods-burstable-pod${underscored}.slice/cri-containerd-${id}.scope`,
      { ...plain, engine: 'containerd', podId: uid },
    ],
    [
      'the same, guaranteed',
      `/kubepods.slice/kubepods-pod${underscored}.slice/cri-containerd-${id}.scope`,
      { ...plain, engine: 'containerd', podId: uid },
    ],
    [
      'kubelet with CRI-O',
      `/kubepods/besteffort/pod${uid}/crio-${id}`,
      { ...plain, engine: 'cri-o', podId: uid },
    ],
    [
      'the same, systemd',
      `${pods}/kubepods-burstable-pod${underscored}.slice/crio-${id}.scope`,
      { ...plain, engine: 'cri-o', podId: uid },
    ],
    [
      'kubelet with cri-dockerd, systemd',
      `${pods}/kubepods-burstable-pod${underscored}.slice/docker-${id}.scope`,
      { ...plain, engine: 'docker', podId: uid },
    ],
    [
      'docker in docker',
      `/docker/${outer}/docker/${id}`,
      { ...plain, engine: 'docker', outerIds: [outer] },
    ],
    [
      'kind',
      `/system.slice/docker-${outer}.scope/kubelet/kubepods/pod${uid}/${id}`,
      { ...plain, engine: 'unknown', outerIds: [outer], podId: uid },
    ],
    ['a group inside', `/docker/${id}/init.scope`, { ...plain, engine: 'docker' }],
    ['podman’s monitor', `/machine.slice/libpod-conmon-${id}.scope`, null],
    ['CRI-O’s monitor', `${pods}/crio-conmon-${id}.scope`, null],
    ['the host', '/system.slice/ssh.service', null],
    ['the root', '/', null],
    ['an id of 63 digits', `/docker/${id.slice(1)}`, null],
    ['somebody else’s scope', `/system.slice/other-${id}.scope`, null],
    ['too long', `/${'a/'.repeat(3000)}docker/${id}`, null],
  ] as const)('%s', (_, path, expected) => {
    expect(parseCgroupPath(path)).toEqual(expected);
  });

  test('/proc/PID/cgroup of all three kinds of hierarchy', () => {
    expect(parseProcessCgroups(`0::/system.slice/docker-${id}.scope\n`)?.id).toBe(id);
    const hybrid = `12:cpu,cpuacct:/docker/${id}\n3:pids:/docker/${id}\n1:name=systemd:/\n0::/\n`;
    expect(parseProcessCgroups(hybrid)).toMatchObject({ id, engine: 'docker' });
    expect(parseProcessCgroups('0::/user.slice\n')).toBeNull();
    expect(parseProcessCgroups('nothing')).toBeNull();
  });
});

describe('command lines', () => {
  const words = (line: string): readonly string[] => wordsOf(`${line.replaceAll(' ', '\0')}\0`);
  test.each([
    [
      `/usr/bin/containerd-shim-runc-v2 -namespace moby -address /c.sock -publish-binary /c -id ${id} start`,
      { program: 'shim', id, namespace: 'moby', action: 'start', bundle: null },
    ],
    [
      `containerd-shim-runc-v2 -namespace k8s.io -id ${id} -bundle /b/${id} delete`,
      { program: 'shim', id, namespace: 'k8s.io', action: 'delete', bundle: `/b/${id}` },
    ],
    [
      `/usr/bin/conmon --api-version 1 -c ${id} -u ${id} -r /usr/bin/crun -b /s/userdata -p /s/pidfile -n web --exit-dir /e`,
      {
        program: 'monitor',
        id,
        bundle: '/s/userdata',
        name: 'web',
        exitFolder: '/e',
        pidFile: '/s/pidfile',
        action: null,
      },
    ],
    [`conmon -c ${id} -e --exec-attach -b /s`, { program: 'monitor', action: 'exec', id }],
    [
      `runc --root /var/run --log /l --log-format json create --bundle /b --pid-file /p ${id}`,
      { program: 'runtime', id, bundle: '/b', action: 'create', pidFile: '/p' },
    ],
    ['crun run --bundle=/b web', { program: 'runtime', id: 'web', bundle: '/b', action: 'run' }],
    ['youki start web', { program: 'runtime', id: 'web', bundle: null, action: 'start' }],
    ['runc exec --user 0 web sh -c x', { program: 'runtime', id: 'web', action: 'exec' }],
    ['runc run ../../etc', { program: 'runtime', id: null, action: 'run' }],
  ] as const)('%s', (line, expected) => {
    expect(parseRuntimeCommand(words(line))).toMatchObject(expected);
  });

  test.each(['containerd', 'podman run web', 'runc --version', '', 'bash -c runc'])(
    'nobody: %s',
    (line) => {
      expect(parseRuntimeCommand(words(line))).toBeNull();
    },
  );

  test('an id never leads out of a folder', () => {
    for (const bad of ['', '.', '..', 'a/b', '../x', '-x', 'a\0b', 'a b', 'x'.repeat(2000)]) {
      expect(isContainerId(bad)).toBe(false);
    }
    for (const good of [id, 'web', 'a.b-c_d+e']) expect(isContainerId(good)).toBe(true);
  });
});

describe('OCI configurations', () => {
  test('what matters of one', () => {
    const facts = parseOciConfig({
      process: {
        args: ['sh', '-c', 'true'],
        user: { uid: 5, gid: 6 },
        capabilities: { bounding: ['CAP_CHOWN'] },
      },
      root: { path: 'rootfs' },
      mounts: [
        { destination: '/proc', type: 'proc', source: 'proc' },
        { destination: '/x', type: 'bind', source: '/tmp', options: ['rbind', 'ro', 'rslave'] },
        {
          destination: '/etc/hosts',
          type: 'bind',
          source: `/data/docker/containers/${id}/hosts`,
          options: ['rbind'],
        },
        { destination: '/etc/hosts2', type: 'bind', source: '/etc/hosts', options: ['bind'] },
      ],
      annotations: { a: 'b', n: 1 },
      linux: {
        namespaces: [{ type: 'network', path: '/proc/77/ns/net' }, { type: 'mount' }],
        cgroupsPath: '/docker/x',
      },
    });
    expect(facts).toMatchObject({
      command: ['sh', '-c', 'true'],
      user: '5:6',
      capabilities: ['CAP_CHOWN'],
      pidMode: 'host',
      network: 'shared',
      privileged: false,
      cgroupsPath: '/docker/x',
      engineFolder: `/data/docker/containers/${id}`,
      annotations: new Map([['a', 'b']]),
    });
    expect(facts.mounts).toEqual([
      { source: '/tmp', destination: '/x', mode: 'ro', writable: false, propagation: 'rslave' },
      {
        source: '/etc/hosts',
        destination: '/etc/hosts2',
        mode: '',
        writable: true,
        propagation: '',
      },
    ]);
  });

  test('privileged is every device, nothing masked, root’s capabilities', () => {
    const open = {
      process: {
        capabilities: { bounding: ['CAP_SYS_ADMIN', 'CAP_SYS_MODULE', 'CAP_SYS_RAWIO'] },
      },
      linux: { resources: { devices: [{ allow: true, access: 'rwm' }] } },
    };
    expect(parseOciConfig(open).privileged).toBe(true);
    const masked = { ...open, linux: { ...open.linux, maskedPaths: ['/proc/kcore'] } };
    expect(parseOciConfig(masked).privileged).toBe(false);
    expect(parseOciConfig({ linux: open.linux }).privileged).toBe(false);
  });

  test('CRI: pod, name, image; the sandbox; CRI-O’s labels', () => {
    const of = (annotations: object) =>
      bundleIdentity({ id, engine: 'containerd', oci: parseOciConfig({ annotations }) });
    const sandbox = {
      'io.kubernetes.cri.sandbox-name': 'web-1',
      'io.kubernetes.cri.sandbox-namespace': 'shop',
      'io.kubernetes.cri.sandbox-uid': uid,
    };
    expect(
      of({
        ...sandbox,
        'io.kubernetes.cri.container-type': 'container',
        'io.kubernetes.cri.container-name': 'api',
        'io.kubernetes.cri.image-name': 'shop/api:1',
      }),
    ).toMatchObject({
      engine: 'containerd',
      name: 'api',
      image: { reference: 'shop/api:1' },
      pod: { name: 'web-1', namespace: 'shop', uid },
    });
    expect(of({ ...sandbox, 'io.kubernetes.cri.container-type': 'sandbox' }).name).toBe('POD');
    const crio = of({
      'io.kubernetes.cri-o.ContainerType': 'container',
      'io.kubernetes.cri-o.ImageName': 'quay.io/a/b:2',
      'io.kubernetes.cri-o.ImageRef': `quay.io/a/b@sha256:${outer}`,
      'io.kubernetes.cri-o.Labels': '{"app":"x","io.kubernetes.pod.name":"p"}',
      'io.kubernetes.container.name': 'c',
      'io.kubernetes.cri-o.Created': '2026-11-22T01:15:47.872964157Z',
    });
    expect(crio).toMatchObject({
      engine: 'cri-o',
      name: 'c',
      image: { reference: 'quay.io/a/b:2', digest: `sha256:${outer}` },
      pod: { name: 'p' },
      createdAtNs: 1_795_310_147_872_964_157n,
    });
    expect(crio.labels.get('app')).toBe('x');
  });
});

describe('Docker’s documents', () => {
  const container = {
    ID: id,
    Name: '/web',
    Created: '2026-11-22T01:15:18.812443911Z',
    Path: '/bin/app',
    Args: ['-v'],
    Image: `sha256:${outer}`,
    Config: { Image: 'shop/api:1', User: 'app', Labels: { 'io.kubernetes.pod.name': 'p' } },
    NetworkSettings: { Networks: { front: { IPAddress: '172.18.0.2' } }, Ports: null },
  };
  test('on disk', () => {
    const hostConfig = {
      NetworkMode: 'default',
      PidMode: 'container:abc',
      Privileged: false,
      CapAdd: ['net_admin'],
      CapDrop: ['ALL'],
      PortBindings: { '80/tcp': [{ HostIp: '', HostPort: '8080' }] },
    };
    expect(dockerIdentity({ container, hostConfig })).toMatchObject({
      id,
      name: 'web',
      image: { reference: 'shop/api:1', id: `sha256:${outer}`, digest: null },
      capabilities: ['CAP_NET_ADMIN'],
      network: { mode: 'front', addresses: ['172.18.0.2'], ports: ['0.0.0.0:8080->80/tcp'] },
      user: 'app',
      command: ['/bin/app', '-v'],
      pidMode: 'shared',
      pod: { name: 'p', namespace: null, uid: null },
      createdAtNs: 1_795_310_118_812_443_911n,
    });
  });
  test('the answer of inspect', () => {
    const inspected = {
      ...container,
      ID: undefined,
      Id: id,
      HostConfig: { NetworkMode: 'host', PidMode: '', Privileged: true },
      Mounts: [{ Source: '/a', Destination: '/b', Mode: 'z', RW: true, Propagation: 'rprivate' }],
      NetworkSettings: { Ports: { '53/udp': [{ HostIp: '::', HostPort: '5353' }], '9/tcp': null } },
    };
    const identity = dockerIdentity({ container: inspected });
    expect(identity).toMatchObject({
      id,
      privileged: true,
      pidMode: 'private',
      network: { mode: 'host', ports: ['[::]:5353->53/udp'] },
      mounts: [{ source: '/a', destination: '/b', mode: 'z', writable: true }],
    });
    expect(identity?.capabilities).toHaveLength(41);
  });
  test('none without an id', () => {
    for (const value of [null, {}, [], 'x', { ID: 5 }]) {
      expect(dockerIdentity({ container: value })).toBeNull();
    }
  });
});

describe('Podman’s documents', () => {
  test('libpod’s configuration', () => {
    expect(
      parseLibpodConfig({
        name: 'web',
        rootfsImageID: outer,
        rootfsImageName: 'localhost/shop:1',
        labels: { a: 'b' },
        createNetNS: false,
        spec: { linux: { namespaces: [{ type: 'network' }] } },
        newPortMappings: [{ host_port: 80, container_port: 8080, host_ip: '', protocol: 'tcp' }],
        createdTime: '2026-11-22T01:16:06.89881238Z',
      }),
    ).toMatchObject({
      name: 'web',
      imageId: `sha256:${outer}`,
      networkMode: 'none',
      ports: ['0.0.0.0:80->8080/tcp'],
      createdAtNs: 1_795_310_166_898_812_380n,
    });
  });
  test('the list of containers/storage', () => {
    const metadata = JSON.stringify({ 'image-name': 'a:1', 'image-id': outer, name: 'web' });
    const list = [{ id: 'other' }, { id, names: ['x'], metadata }];
    expect(findStorageContainer(list, id)).toMatchObject({ name: 'web', imageReference: 'a:1' });
    expect(findStorageContainer(list, podId)).toBeNull();
    expect(findStorageContainer({}, id)).toBeNull();
  });
});

test.each([
  ['2026-11-22T01:15:18.812443911Z', 1_795_310_118_812_443_911n],
  ['2026-11-22T02:15:18+01:00', 1_795_310_118_000_000_000n],
  ['0001-01-01T00:00:00Z', null],
  ['2026-11-22', null],
  ['', null],
  [null, null],
] as const)('time %s', (text, expected) => {
  expect(nanosecondsOf(text)).toBe(expected);
});
