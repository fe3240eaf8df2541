// Samples of what the package managers of operating systems keep.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { zstdCompressSync } from 'node:zlib';
import type { Sample } from '../target.ts';
import { fixtureOf, sample } from './files.ts';

const status = `Package: libc6
Status: install ok installed
Priority: optional
Section: libs
Maintainer: GNU Libc Maintainers <debian-glibc@lists.debian.org>
Architecture: amd64
Multi-Arch: same
Source: glibc (2.36-9)
Version: 2.36-9+deb12u4
Depends: libgcc-s1, libc-bin (>= 2.36~)
Conffiles:
 /etc/ld.so.conf.d/x86_64-linux-gnu.conf d4e7a7b88a71b5ffd9e2644e71a0cfab
Description: GNU C Library: Shared libraries
 Contains the standard libraries that are used by nearly all programs.
 .
 This package includes shared versions.

Package: removed
Status: deinstall ok config-files
Architecture: all
Version: 1:1.0-1

Package: openssl
Status: install ok installed
Architecture: amd64
Version: 3.0.11-1~deb12u2
`;

const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: openssl

Files: *
Copyright: 1998-2023 The OpenSSL Project
License: Apache-2.0

Files: debian/*
License: GPL-2+ with OpenSSL exception or Artistic
 On Debian systems, see /usr/share/common-licenses/GPL-2.
`;

const apkInstalled = `C:Q1d3ZlRTlRAMOgCDqsT0ncc7KCCTM=
P:musl
V:1.1.22-r3
A:x86_64
S:374214
I:614400
T:the musl c library (libc) implementation
U:http://www.musl-libc.org/
L:MIT
o:musl
m:Timo Teras <timo.teras@iki.fi>
t:1565162130
c:0c777cf840e82cdc528651e3f3f8f9dda6b1b028
p:so:libc.musl-x86_64.so.1=1
F:lib
R:libc.musl-x86_64.so.1
a:0:0:777
Z:Q17yJ3JFNypA4mxhJJr0ou6CzsJVI=
R:ld-musl-x86_64.so.1
a:0:0:755

P:libcrypto1.1
V:1.1.1d-r2
A:x86_64
L:OpenSSL
o:openssl
D:so:libc.musl-x86_64.so.1 !libressl
F:etc/ssl
M:0:0:755
R:openssl.cnf
`;

const chiselManifest = [
  { jsonwall: '1.0', schema: '1.0', count: 3 },
  { kind: 'package', name: 'base-files', version: '13ubuntu9', sha256: 'ab', arch: 'amd64' },
  { kind: 'slice', name: 'base-files_base' },
  { kind: 'path', path: '/etc/os-release', mode: '0644', slices: ['base-files_base'] },
]
  .map((line) => `${JSON.stringify(line)}\n`)
  .join('');

const bottlerocket = JSON.stringify({
  Content: [
    {
      Name: 'bottlerocket-kernel',
      Version: '6.1.1',
      Release: '1',
      Epoch: '0',
      Architecture: 'x86_64',
    },
  ],
});

/**
 * A database whose newest pages stand in the write-ahead log beside it, as a running system leaves it:
 * some of its packages are only there.
 */
function loggedDatabase(): Sample {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-fuzz-'));
  const file = join(folder, 'rpmdb.sqlite');
  writeFileSync(file, fixtureOf('rpm/rpmdb.sqlite.gz'));
  const database = new DatabaseSync(file);
  try {
    database.exec('PRAGMA journal_mode = wal; PRAGMA wal_autocheckpoint = 0');
    database.exec('INSERT INTO Packages (blob) SELECT blob FROM Packages LIMIT 3');
    const path = 'var/lib/rpm/rpmdb.sqlite';
    const log = new Uint8Array(readFileSync(`${file}-wal`));
    const bytes = new Uint8Array(readFileSync(file));
    return { path, bytes, companions: new Map([[`${path}-wal`, log]]) };
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const row =
  'bash\t5.1.8-4.cm2\t1700000000\t1690000000\tMicrosoft Corporation\t(none)\t7\tx86_64\t0\tbash-5.1.8-4.cm2.src.rpm\n';

/** By the name of the cataloger. */
export const systemSamples: Readonly<Record<string, readonly Sample[]>> = {
  'dpkg-status': [sample('var/lib/dpkg/status', status)],
  'dpkg-status-folder': [
    sample('var/lib/dpkg/status.d/libc6', status, {
      companions: {
        'var/lib/dpkg/status.d/libc6.md5sums': 'd41d8cd98f00b204e9800998ecf8427e  lib/libc.so.6\n',
      },
    }),
  ],
  'opkg-status': [sample('usr/lib/opkg/status', status)],
  'dpkg-file-list': [
    sample('var/lib/dpkg/info/libc6:amd64.list', '/.\n/lib\n/lib/x86_64-linux-gnu/libc.so.6\n', {
      companions: { 'var/lib/dpkg/diversions': '/bin/sh\n/bin/sh.distrib\ndash\n' },
    }),
  ],
  'deb-copyright': [sample('usr/share/doc/openssl/copyright', copyright)],
  'chisel-manifest': [
    sample('var/lib/chisel/manifest.wall', zstdCompressSync(Buffer.from(chiselManifest))),
  ],
  'apk-installed': [sample('lib/apk/db/installed', apkInstalled)],
  'rpm-database': [
    sample('var/lib/rpm/rpmdb.sqlite', fixtureOf('rpm/rpmdb.sqlite.gz')),
    loggedDatabase(),
    sample('var/lib/rpm/Packages.db', fixtureOf('rpm/Packages.db.gz')),
    sample('var/lib/rpm/Packages', fixtureOf('rpm/Packages.little.gz')),
    sample('var/lib/rpm/Packages', fixtureOf('rpm/Packages.big.gz')),
  ],
  'rpm-container-manifest': [sample('var/lib/rpmmanifest/container-manifest-2', row.repeat(3))],
  'bottlerocket-inventory': [
    sample('usr/share/bottlerocket/application-inventory.json', bottlerocket),
  ],
};
