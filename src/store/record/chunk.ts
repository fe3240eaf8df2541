// Lines of one run, compressed. A dictionary of what such lines look like makes short stories small:
// a container of five records has nothing of its own to learn from.
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** Text of one chunk before it is compressed; a damaged one must not become gigabytes. */
export const chunkTextBytes = 256 * 1024;
const mostInflatedBytes = 8 * chunkTextBytes;

/** Part of the format: changing a byte of it makes old chunks unreadable. Most useful text last. */
const dictionary = Buffer.from(
  [
    '/var/run/secrets/kubernetes.io/serviceaccount/token","/root/.bash_history","/etc/ld.so.cache"',
    '"/usr/lib/jvm/java-17-openjdk-amd64/bin/java","-jar","/usr/bin/python3","/usr/local/bin/python"',
    '"/usr/local/bin/node","/usr/bin/node","server.js","/app/","/usr/sbin/nginx","nginx: worker process"',
    '"/usr/local/bin/docker-entrypoint.sh","/usr/bin/apt-get","install","-y","/usr/bin/dpkg"',
    '"/usr/bin/curl","-sS","http://","https://","/usr/bin/wget","-qO-","/bin/busybox","/usr/bin/perl"',
    '[2,1000,1000000000,0,1234,"/tmp/","/var/log/","/var/lib/","/var/cache/","/proc/self/",null]',
    '[3,1001,1000000001,1234,"/usr/lib/x86_64-linux-gnu/libcrypto.so.3",0]',
    '[3,1001,1000000001,1234,"/usr/lib/x86_64-linux-gnu/libssl.so.3",0]',
    '[3,1001,1000000001,1234,"/usr/lib/x86_64-linux-gnu/libm.so.6",0]',
    '[3,1001,1000000001,1234,"/usr/lib/x86_64-linux-gnu/libtinfo.so.6",0]',
    '[3,1001,1000000001,1234,"/lib/ld-musl-x86_64.so.1",0]',
    '[3,1001,1000000001,1234,"/usr/lib/x86_64-linux-gnu/libc.so.6",0]',
    '[4,1001,1000000001,1,0,0,1234,["10.0.0.1",49152],["10.0.0.2",443],1024,4096]',
    '[4,1001,1000000001,0,0,1,1234,["172.17.0.2",8080],["172.17.0.1",49152],null,null]',
    '[0,1001,1000000001,0,1234,1,"1700000000000000000",null,[],null,0,0,4294967295,null,null,0,0,0]',
    '[0,1001,1000000001,1,1234,1,"1700000000000000000","/usr/bin/bash",["/bin/sh","-c"],"/",0,0,-1',
    ',["12345","1700000000000000000"],null,0,0,0]\n[1,1001,1000000001,1234,"1700000000000000000",0,null]',
  ].join('\n'),
);

const level = 3;

/** Lines (each with its line feed) as one compressed blob. */
export function packLines(text: string): Uint8Array {
  return zstdCompressSync(text, {
    dictionary,
    params: { [constants.ZSTD_c_compressionLevel]: level },
  });
}

/** The lines of a blob; null for one that is damaged or too large. */
export function unpackLines(value: Uint8Array): string | null {
  try {
    return zstdDecompressSync(value, {
      dictionary,
      maxOutputLength: mostInflatedBytes,
    }).toString('utf8');
  } catch {
    return null;
  }
}
