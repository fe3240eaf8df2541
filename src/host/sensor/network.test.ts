// Sockets under the real sensor, in a network namespace of their own.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import {
  callsOf,
  hasSensor,
  python,
  sensorReason,
  type Watched,
  watched,
} from '../../../test/sensor-watch.ts';

const isAvailable = hasSensor && spawnSync('unshare', ['-n', 'true']).status === 0;
const reason = sensorReason || (isAvailable ? '' : ' (no right to make a network namespace)');

/** Runs Python where there is only a loopback device, which is up. */
function alone(source: string): Promise<Watched> {
  const head = `import fcntl, os, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sH14x", b"lo", 0x41))
s.close()
`;
  return watched(() => {
    // With mounts of its own: flows of the host are not summed.
    const ran = spawnSync('unshare', ['-n', '-m', python, '-I', '-c', head + source], {
      encoding: 'utf8',
    });
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status: 0, stderr: '' });
  });
}

// Needs root, libbpf and BTF; what is missing stands in the title.
describe.skipIf(!isAvailable)(`sockets${reason}`, () => {
  test.each([
    ['IPv4', 'AF_INET', '127.0.0.1'],
    ['IPv6', 'AF_INET6', '::1'],
  ])('a TCP flow over %s: who, with whom, how much', async (_, family, address) => {
    const { own: records } = await alone(`
server = socket.socket(socket.${family})
server.bind(("${address}", 0))
server.listen(5)
port = server.getsockname()[1]
if os.fork() == 0:
    client = socket.socket(socket.${family})
    client.connect(("${address}", port))
    client.sendall(b"q" * 3000)
    client.shutdown(socket.SHUT_WR)
    while client.recv(4096): pass
    client.close()
    os._exit(0)
peer, _ = server.accept()
while peer.recv(4096): pass
peer.sendall(b"a" * 70000)
peer.close()
os.wait()
`);
    const [listen] = callsOf(records, 'listen');
    const [accept] = callsOf(records, 'accept', 'accept4');
    const connect = callsOf(records, 'connect').find(({ socket }) => socket?.protocol === 6);
    const port = listen?.socket?.localPort ?? -1;
    expect(port).toBeGreaterThan(0);
    expect(connect).toMatchObject({
      result: 0,
      socket: { remoteAddress: address, remotePort: port, localAddress: address },
      socketAddress: { address, port },
    });
    expect(accept?.socket).toMatchObject({
      localAddress: address,
      localPort: port,
      remotePort: connect?.socket?.localPort,
    });
    const flows = records.filter((one) => one.kind === 'flow');
    const opened = flows.filter(({ action }) => action === 'established');
    const roles = opened.map(({ pid, isServer }) => `${pid} ${isServer}`);
    expect(new Set(roles)).toEqual(new Set([`${connect?.pid} false`, `${accept?.pid} true`]));
    const closed = flows.filter(({ action }) => action === 'closed');
    const side = (isServer: boolean) => closed.find((one) => one.isServer === isServer);
    expect(side(false)).toMatchObject({
      pid: connect?.pid,
      sentBytes: 3000n,
      receivedBytes: 70_000n,
      socket: { remoteAddress: address, remotePort: port, localPort: connect?.socket?.localPort },
    });
    expect(side(true)).toMatchObject({
      pid: accept?.pid,
      sentBytes: 70_000n,
      receivedBytes: 3000n,
      socket: { localPort: port },
    });
    expect(side(true)?.openedAtNs).not.toBeNull();
  });

  test('datagrams are told by their peers, a few of each', async () => {
    const { own: records, counters } = await alone(`
a = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
a.bind(("127.0.0.1", 5353))
b = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(40):
    b.sendto(b"stratum+tcp://pool", ("127.0.0.1", 5353))
    a.recvfrom(100)
b.sendto(b"other", ("127.0.0.2", 9))
`);
    const sent = callsOf(records, 'sendto').filter(({ socket }) => socket?.type === 2);
    const to = (address: string) =>
      sent.filter(({ socketAddress }) => socketAddress?.address === address);
    expect(to('127.0.0.1').length).toBe(4);
    expect(to('127.0.0.1')[0]).toMatchObject({
      socketAddress: { port: 5353 },
      socket: { protocol: 17 },
    });
    expect(Buffer.from(to('127.0.0.1')[0]?.data ?? []).toString()).toBe('stratum+tcp://pool');
    expect(to('127.0.0.2')).toMatchObject([{ socketAddress: { port: 9 } }]);
    const received = callsOf(records, 'recvfrom').find(({ socket }) => socket?.type === 2);
    expect(received?.socketAddress?.address).toBe('127.0.0.1');
    expect(counters.get('sendto')?.filtered).toBeGreaterThanOrEqual(36);
  });

  test('bytes of datagrams are summed for each peer, however they are sent', async () => {
    const { own: records } = await alone(`
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 5300))
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.sendto(b"q" * 40, ("127.0.0.1", 5300))
_, peer = server.recvfrom(1000, socket.MSG_PEEK)
_, peer = server.recvfrom(1000)
for _ in range(30): server.sendto(b"a" * 1000, peer)
for _ in range(30): client.recvfrom(2000)
# Connected, with write(), send() and sendmsg().
other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
other.bind(("127.0.0.1", 5301))
joined = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
joined.connect(("127.0.0.1", 5301))
os.write(joined.fileno(), b"w" * 7)
joined.send(b"s" * 11)
joined.sendmsg([b"m" * 13, b"n" * 17])
for _ in range(3): other.recvmsg(100)
# A row of messages in one call (sendmmsg), as name services use it.
import ctypes
class Vector(ctypes.Structure): _fields_ = [("base", ctypes.c_char_p), ("length", ctypes.c_size_t)]
class Message(ctypes.Structure): _fields_ = [("name", ctypes.c_void_p), ("name_length", ctypes.c_uint32),
  ("vectors", ctypes.POINTER(Vector)), ("count", ctypes.c_size_t), ("control", ctypes.c_void_p),
  ("control_length", ctypes.c_size_t), ("flags", ctypes.c_long), ("length", ctypes.c_long)]
far = ctypes.create_string_buffer(struct.pack("<H", 2) + struct.pack(">H", 5302) + bytes([127, 0, 0, 1]) + bytes(8))
row = (Message * 3)(*[Message(ctypes.addressof(far), 16, ctypes.pointer(Vector(b"x" * 100, 100)), 1) for _ in range(3)])
third = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
assert ctypes.CDLL(None).sendmmsg(third.fileno(), row, 3, 0) == 3
`);
    const sums = records
      .filter((one) => one.kind === 'flow')
      .filter(({ action }) => action === 'summed');
    const told = sums.map(({ socket, sentBytes, receivedBytes, isServer }) => {
      const role = isServer === true ? 'in' : 'out';
      const port = isServer === true ? socket.localPort : socket.remotePort;
      return `${role} ${port} ${sentBytes} ${receivedBytes}`;
    });
    expect(told.toSorted()).toEqual([
      'in 5300 30000 40',
      'in 5301 0 48',
      'out 5300 40 30000',
      'out 5301 48 0',
      'out 5302 300 0',
    ]);
    expect(sums.every(({ socket }) => socket.protocol === 17)).toBe(true);
  });

  test('a refused connection, an abstract and a named unix socket, an odd family', async () => {
    const { own: records } = await alone(`
c = socket.socket()
try: c.connect(("127.0.0.1", 1))
except ConnectionRefusedError: pass
u = socket.socket(socket.AF_UNIX)
u.bind("\\0seaworthy-test")
u.listen()
v = socket.socket(socket.AF_UNIX)
v.connect("\\0seaworthy-test")
try: socket.socket(socket.AF_UNIX).connect("/nowhere/docker.sock")
except FileNotFoundError: pass
socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
`);
    const connects = callsOf(records, 'connect');
    expect(connects.find(({ result }) => result === -111)).toMatchObject({
      socketAddress: { address: '127.0.0.1', port: 1 },
    });
    expect(connects.find(({ unixPath }) => unixPath === '@seaworthy-test')).toMatchObject({
      result: 0,
      socketAddress: { family: 1, path: '@seaworthy-test' },
    });
    expect(
      connects.some(({ socketAddress }) => socketAddress?.path === '/nowhere/docker.sock'),
    ).toBe(true);
    const families = callsOf(records, 'socket').map(({ arguments: given }) => given[0]);
    expect(families).toContain(17n);
  });

  test('a shell on a socket: descriptors 0 to 2 become it', async () => {
    const { own: records } = await alone(`
server = socket.socket(); server.bind(("127.0.0.1", 0)); server.listen()
c = socket.socket(); c.connect(server.getsockname())
for n in (0, 1, 2): os.dup2(c.fileno(), n)
os.dup2(os.open("/dev/null", os.O_RDWR), 0)
`);
    const copies = callsOf(records, 'dup2', 'dup3').filter(({ socket }) => socket?.family === 2);
    expect(copies.map(({ result }) => result)).toEqual([0, 1, 2]);
    expect(copies[0]?.socket?.remoteAddress).toBe('127.0.0.1');
  });
});
