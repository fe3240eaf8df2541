// Real files for the parsers: the fixtures that stand beside them, and programs built here.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { buildElf } from '../../../test/build-elf.ts';
import { buildZip } from '../../../test/build-zip.ts';
import type { Sample } from '../target.ts';

const ecosystems = fileURLToPath(new URL('../../../src/inventory/ecosystem/', import.meta.url));

/** `npm/bun.lock` -> the bytes of that fixture, unpacked where it is stored as gzip. */
export function fixtureOf(name: string): Uint8Array {
  const [ecosystem, file] = name.split('/') as [string, string];
  const bytes = readFileSync(`${ecosystems}${ecosystem}/fixtures/${file}`);
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

export interface SampleOptions {
  readonly companions?: Readonly<Record<string, string>>;
}

/** A file at `path` that holds `content`. */
export function sample(
  path: string,
  content: string | Uint8Array,
  { companions = {} }: SampleOptions = {},
): Sample {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  const beside = new Map(Object.entries(companions).map(([at, text]) => [at, Buffer.from(text)]));
  return { path, bytes, companions: beside };
}

const goModules = [
  'path\texample.com/shop',
  'mod\texample.com/shop\t(devel)\t',
  'dep\tgithub.com/gorilla/mux\tv1.8.0\th1:abc=',
  'dep\tgolang.org/x/text\tv0.3.7',
  '=>\tgolang.org/x/text\tv0.14.0\th1:def=',
  'build\t-compiler=gc',
  '',
].join('\n');

/** The header of Go 1.18 and later, with both strings inline. */
function goBuildInfo(): Buffer {
  const header = Buffer.alloc(32);
  header.write('\u00ff Go buildinf:', 'latin1');
  header[14] = 8;
  header[15] = 2;
  const version = Buffer.from('go1.21.5');
  const framed = Buffer.from(`0123456789abcdef${goModules}fedcba9876543210`);
  return Buffer.concat([header, varint(version.length), version, varint(framed.length), framed]);
}

function varint(value: number): Buffer {
  return Buffer.from(value < 128 ? [value] : [(value & 0x7f) | 0x80, value >> 7]);
}

/** A Go program as ELF of either width and byte order. */
export function goPrograms(): Sample[] {
  return [
    { wide: true, littleEndian: true },
    { wide: false, littleEndian: false },
    { wide: true, littleEndian: true, sectionless: true },
  ].map((shape) => {
    const bytes = goBuildInfo();
    const section = { name: '.go.buildinfo', bytes, address: 0x600000, writable: true };
    return sample('app/shop', buildElf([section], shape));
  });
}

/** Programs that are known by a string in them. */
export function knownPrograms(): Sample[] {
  const programs = {
    'usr/local/bin/node': 'node.js/v20.11.1',
    'usr/sbin/nginx': 'nginx version: nginx/1.22.1',
    'bin/busybox': 'BusyBox v1.35.0 (2022-08-01 15:14:44 UTC)',
    'usr/lib/libcrypto.so.3': 'OpenSSL 3.0.22 25 Aug 2026',
    'bin/bash': '@(#)Bash version 5.2.15(1) release GNU',
  };
  return Object.entries(programs).map(([path, text]) => {
    const bytes = Buffer.concat([Buffer.alloc(300, 0x11), Buffer.from(`\0${text}\0`)]);
    const section = { name: '.rodata', bytes, address: 0x400000 };
    return sample(path, buildElf([section], { wide: true, littleEndian: true }));
  });
}

const jarManifest =
  'Manifest-Version: 1.0\r\nImplementation-Title: shop\r\nImplementation-Version: 1.2\r\n';
const jarProperties = 'groupId=org.example\nartifactId=shop\nversion=1.2\n';

/** JARs: plain, by file name only, shaded, nested in WAR and EAR, behind a shell script. */
export function javaArchives(): Sample[] {
  const plain = buildZip([
    { name: 'META-INF/MANIFEST.MF', content: jarManifest },
    { name: 'META-INF/maven/org.example/shop/pom.properties', content: jarProperties },
  ]);
  const shaded = buildZip([
    { name: 'META-INF/MANIFEST.MF', content: jarManifest },
    { name: 'META-INF/maven/org.example/shop/pom.properties', content: jarProperties },
    {
      name: 'META-INF/maven/log4j/log4j/pom.properties',
      content: 'groupId=log4j\nartifactId=log4j\nversion=1.2.17\n',
      stored: true,
    },
  ]);
  const war = buildZip([
    { name: 'WEB-INF/lib/shop-1.2.jar', content: plain, stored: true },
    { name: 'WEB-INF/lib/shaded-3.jar', content: shaded },
  ]);
  const ear = buildZip([{ name: 'web/shop.war', content: war }], { prefix: '#!/bin/sh\nexit\n' });
  const named = buildZip([{ name: 'A.class', content: 'CAFE' }]);
  return [
    sample('opt/shop.jar', plain),
    sample('opt/shaded.jar', shaded),
    sample('opt/shop.war', war),
    sample('opt/shop.ear', ear),
    sample('opt/commons-io-2.4.jar', named),
    sample('opt/zip64.jar', buildZip([{ name: 'shop-1.jar', content: plain }], { zip64: true })),
  ];
}

/** An egg as `easy_install` left it: a zip with its metadata inside. */
export function zippedEgg(): Sample {
  const metadata = 'Metadata-Version: 1.1\nName: shop\nVersion: 1.2\n';
  const members = [{ name: 'EGG-INFO/PKG-INFO', content: metadata }];
  return sample('usr/lib/python3/site-packages/shop-1.2-py3.egg', buildZip(members));
}
