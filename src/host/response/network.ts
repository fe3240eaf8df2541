// Cuts a container off: a table of nftables in its own network namespace drops everything but loopback,
// also of connections that stand. Taking the table away restores it. Other tables are left alone.
import { spawn } from 'node:child_process';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { type Located, openNetworkNamespace } from './located.ts';

const table = 'inet seaworthy_cut';

/** Before whatever else filters; the first two lines make it the same again when it is there already. */
const rules = `table ${table}
delete table ${table}
table ${table} {
  chain input { type filter hook input priority -400; policy drop; iif "lo" accept; }
  chain output { type filter hook output priority -400; policy drop; oif "lo" accept; }
  chain forward { type filter hook forward priority -400; policy drop; }
}
`;

/** Cuts the network; the inode number of the namespace that was cut. Errors as `openNetworkNamespace`. */
export async function cutNetwork(located: Located): Promise<string> {
  const namespace = openNetworkNamespace(located);
  try {
    await nftIn(namespace.descriptor, rules);
    return namespace.inode;
  } finally {
    namespace.close();
  }
}

/** Takes the rules away; false: they were not there any more (it was started anew). */
export async function restoreNetwork(located: Located, inode: string): Promise<boolean> {
  const namespace = openNetworkNamespace(located);
  try {
    if (namespace.inode !== inode) return false;
    await nftIn(namespace.descriptor, `table ${table}\ndelete table ${table}\n`);
    return true;
  } finally {
    namespace.close();
  }
}

/** Distributions have these programs here; PATH is not asked. */
const path = '/usr/sbin:/usr/bin:/sbin:/bin';
const nftMs = 10_000;
const complaintLength = 2000;

function nftIn(descriptor: number, input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('nsenter', ['--net=/proc/self/fd/3', 'nft', '-f', '-'], {
      stdio: ['pipe', 'ignore', 'pipe', descriptor],
      env: { PATH: path, LC_ALL: 'C' },
      timeout: nftMs,
      killSignal: 'SIGKILL',
    });
    let complaint = '';
    child.stderr?.on('data', (bytes: Buffer) => {
      if (complaint.length < complaintLength) complaint += bytes.toString();
    });
    child.stdin?.on('error', () => undefined);
    child.on('error', (cause) => {
      const message = `nsenter cannot be started (${messageOf(cause)})`;
      reject(new SeaworthyError('unsupported', message, { cause, advice: 'install util-linux' }));
    });
    child.on('close', (code, signal) => {
      if (code === 0) return resolve();
      const isMissing = /nft.*(?:No such file|not found)/i.test(complaint);
      const why = signal === null ? complaint.slice(0, 300) : `killed by ${signal}`;
      reject(
        new SeaworthyError('unsupported', messageOf(`nft failed: ${why}`), {
          advice: isMissing
            ? 'install nftables'
            : 'it needs root and nf_tables in the kernel of this machine',
        }),
      );
    });
    child.stdin?.end(input);
  });
}
