import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, identities } from '../../../../test/catalog.ts';
import { bytesAsFile, type RandomAccess } from '../../../base/random-access.ts';
import { finderFor } from './classifiers.ts';
import { alone, before, behind, redisBuild } from './finders.ts';
import { generic } from './index.ts';

const program = catalogerOf(generic, 'program');

/** A file with the given strings, each ended by NUL, between stretches of other bytes. */
function holding(...texts: readonly string[]): Buffer {
  const noise = Buffer.alloc(5000, 0x11);
  const parts = texts.flatMap((text) => [noise, Buffer.from(`\0${text}\0`, 'latin1')]);
  return Buffer.concat([...parts, noise]);
}

/** Strings as they stand in Debian's builds of these programs. */
const real: readonly (readonly [string, readonly string[], string])[] = [
  ['usr/local/bin/node', ['node.js/v20.11.1'], 'node@20.11.1'],
  ['usr/local/bin/python3.11', ['3.11.2', '3.1', '3.11'], 'python@3.11.2'],
  ['usr/local/lib/libpython3.11.so.1.0', ['3.11.2+'], 'python@3.11.2'],
  [
    'usr/local/bin/redis-server',
    ['7.0.0', '7.0.15', '7.0.1', '7.0.151790282056000000000'],
    'redis@7.0.15',
  ],
  [
    'usr/local/bin/redis-server',
    ['6.2.0', '7.2.4', '7.2.4buildhost-1706000000012345678'],
    'redis@7.2.4',
  ],
  ['usr/local/bin/valkey-server', ['8.0.1', '8.0.1host-1706000000012345678'], 'valkey@8.0.1'],
  ['usr/sbin/nginx', ['nginx version: nginx/1.22.1'], 'nginx@1.22.1'],
  [
    'usr/local/openresty/nginx/sbin/nginx',
    ['nginx version: openresty/1.25.3.1'],
    'openresty@1.25.3.1',
  ],
  ['bin/busybox', ['BusyBox v1.35.0 (2022-08-01 15:14:44 UTC)'], 'busybox@1.35.0'],
  ['usr/lib/libcrypto.so.3', ['OpenSSL 3.0.22 25 Aug 2026'], 'openssl@3.0.22'],
  ['usr/lib/libssl.so.1.1', ['OpenSSL 1.1.1w  11 Sep 2023'], 'openssl@1.1.1w'],
  ['usr/lib/libcrypto.so.10', ['OpenSSL 1.0.2k-fips  26 Jan 2017'], 'openssl@1.0.2k'],
  ['usr/local/bin/php-fpm', ['X-Powered-By: PHP/8.2.36'], 'php@8.2.36'],
  [
    'usr/local/lib/libruby-3.1.so.3.1.2',
    ['ruby 3.1.2p20 (2022-04-12 revision 4491bb740a) [x86_64-linux]'],
    'ruby@3.1.2',
  ],
  ['usr/local/bin/perl5.36.0', ['/usr/local/lib/perl5/5.36.0'], 'perl@5.36.0'],
  ['usr/local/bin/postgres', ['PostgreSQL 15.20 (Debian 15.20-0+deb12u1)'], 'postgresql@15.20'],
  ['usr/sbin/mariadbd', ['for example 10.1.1-MariaDB-log', '10.11.19-MariaDB'], 'mariadb@10.11.19'],
  ['usr/sbin/mysqld', ['/build/mysql-8.0.36/sql/x.cc'], 'mysql@8.0.36'],
  ['usr/local/apache2/bin/httpd', ['Apache/2.4', 'Apache/2.4.58 (Unix)'], 'httpd@2.4.58'],
  [
    'usr/local/sbin/haproxy',
    ['since HAProxy version 2.5.', ' version 2.6.12-1+deb12u4, released 2025/10/17'],
    'haproxy@2.6.12',
  ],
  ['usr/local/bin/memcached', ['memcached 1.6.18'], 'memcached@1.6.18'],
  ['bin/bash', ['@(#)Bash version 5.2.15(1) release GNU'], 'bash@5.2.15'],
  ['usr/bin/git', ['git/2.39.5'], 'git@2.39.5'],
  ['usr/sbin/sshd', ['OpenSSH_7.0*,OpenSSH_7.1*', 'OpenSSH_9.2p1 Debian-2'], 'openssh@9.2p1'],
  [
    'usr/lib/libz.so.1.2.13',
    [' deflate 1.2.13 Copyright 1995-2022 Jean-loup Gailly'],
    'zlib@1.2.13',
  ],
  ['usr/lib/libexpat.so.1', ['expat_heap', 'expat_2.5.0'], 'expat@2.5.0'],
  ['usr/lib/libsqlite3.so.0', ['3.40.1', '3.40'], 'sqlite@3.40.1'],
  ['usr/lib/liblzma.so.5', ['5.6.1'], 'xz@5.6.1'],
  ['usr/lib/libc.so.6', ['GNU C Library (GNU libc) stable release version 2.36.'], 'glibc@2.36'],
];

describe('programs', () => {
  test.each(real)('%s', (path, strings, expected) => {
    expect(identities(catalog(program, { path, content: holding(...strings) }))).toEqual([
      expected,
    ]);
  });

  test('a known name without the string is nothing', () => {
    for (const [path] of real) {
      expect(catalog(program, { path, content: holding('nothing') }).packages).toEqual([]);
    }
  });

  test('two versions that could both be meant are no answer', () => {
    const content = holding('3.11.2', '3.11.4');
    expect(catalog(program, { path: 'usr/bin/python3.11', content }).packages).toEqual([]);
  });

  test.each(['usr/bin/ls', 'usr/lib/libfoo.so', 'node/x', 'n'.repeat(5000)])(
    '%s is not read',
    (path) => {
      expect(finderFor(path)).toEqual([]);
    },
  );
});

describe('search', () => {
  const size = 3 * 1024 * 1024;

  test('an anchor is found wherever windows meet', () => {
    const find = behind('node.js/v', /^(\d+\.\d+\.\d+)/);
    const content = Buffer.alloc(size, 0x2e);
    for (let at = 1024 * 1024 - 300; at < 1024 * 1024 + 60; at += 7) {
      content.fill(0x2e);
      content.write('node.js/v22.1.0\0', at, 'latin1');
      expect(find(bytesAsFile(content))).toBe('22.1.0');
    }
  });

  test('windows hold one mebibyte at most', () => {
    let largest = 0;
    const inner = bytesAsFile(Buffer.alloc(size));
    const file: RandomAccess = {
      size,
      read(offset, length) {
        largest = Math.max(largest, length);
        return inner.read(offset, length);
      },
    };
    expect(behind('abc', /^(x)/)(file)).toBeNull();
    expect(largest).toBeLessThanOrEqual(1024 * 1024);
  });

  test('files full of anchors end', () => {
    const anchors = Buffer.alloc(size, '\x003.11.');
    expect(alone('3.11.', /^(3\.11\.\d)$/)(bytesAsFile(anchors))).toBeNull();
    expect(before('-MariaDB', /^(\d)$/)(bytesAsFile(Buffer.alloc(size, '-MariaDB')))).toBeNull();
    const versions = Array.from(
      { length: 20_000 },
      (_, index) => `7.${index % 100}.${index % 997}`,
    );
    expect(redisBuild()(bytesAsFile(Buffer.from(`\0${versions.join('\0')}\0`)))).toBeNull();
  });
});

describe('text files', () => {
  const java = catalogerOf(generic, 'java-release');

  test.each([
    [
      'JAVA_VERSION="17.0.15"\nIMPLEMENTOR="Eclipse Adoptium"\n',
      'openjdk@17.0.15',
      'Eclipse Adoptium',
    ],
    ['JAVA_VERSION="1.8.0_392"\r\nSOURCE=""\r\n', 'openjdk@1.8.0_392', undefined],
    ['JAVA_RUNTIME_VERSION="21.0.1+12-LTS"', 'openjdk@21.0.1', undefined],
  ])('Java home %j', (content, expected, vendor) => {
    const result = catalog(java, { path: 'opt/java/release', content });
    expect(identities(result)).toEqual([expected]);
    expect(result.packages[0]?.vendor).toBe(vendor);
  });

  test.each(['', 'Fedora release 39', 'JAVA_VERSION=""', 'x'.repeat(70_000)])(
    'another release file',
    (content) => {
      expect(catalog(java, { path: 'etc/release', content })).toEqual({
        packages: [],
        unknowns: [],
      });
    },
  );

  test('WordPress', () => {
    const wordpress = catalogerOf(generic, 'wordpress-version');
    const content = `<?php\n/** $wp_version is above all */\n$wp_version = '6.4.3';\n`;
    const result = catalog(wordpress, { path: 'var/www/html/wp-includes/version.php', content });
    expect(identities(result)).toEqual(['wordpress@6.4.3']);
  });
});

const node = existsSync(process.execPath) ? realpathSync(process.execPath) : null;

test.skipIf(node === null)('the Node that runs this test (skipped where it cannot be read)', () => {
  const content = readFileSync(node ?? '');
  expect(identities(catalog(program, { path: 'usr/bin/node', content }))).toEqual([
    `node@${process.versions.node}`,
  ]);
});
