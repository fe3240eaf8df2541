import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ImageConfig } from '../../model/image.ts';
import { lessonIds } from '../../model/lesson.ts';
import type { Package } from '../../model/package.ts';
import { inspectImage, isFineWhenOwned, misconfigurationInspector } from './inspector.ts';
import { fileRules, imageRules } from './registry.ts';

const good: ImageConfig = {
  user: '1000',
  exposedPorts: ['8080/tcp'],
  environmentNames: ['PATH'],
  entrypoint: ['/app'],
  command: [],
  workingDirectory: '/',
  labels: {},
  created: null,
  hasHealthcheck: true,
  volumes: ['/data'],
};

interface Case {
  readonly config?: Partial<ImageConfig>;
  readonly step?: string;
  readonly name?: string;
  readonly kind?: 'registry';
  readonly packages?: readonly Package[];
}

function imageIds({ config, step, name, kind, packages }: Case): string[] {
  return inspectImage({
    name: name ?? 'shop:1.2',
    kind: kind ?? 'docker-archive',
    config: { ...good, ...config },
    layers: [{ digest: null, diffId: 'sha256:1', createdBy: step ?? null, size: 1 }],
    packages: packages ?? [],
  }).map(({ fact }) => `${fact.id} ${fact.severity}`);
}

describe('rules on settings and history', () => {
  test('a careful image has none', () => {
    expect(imageIds({ step: 'RUN curl -fsSL https://a.dev/x -o x && sha256sum -c x.sum' })).toEqual(
      [],
    );
  });

  const cases: readonly (readonly [Case, readonly string[]])[] = [
    [{ config: { user: null } }, ['image-runs-as-root low']],
    [{ config: { user: '0:0' } }, ['image-runs-as-root low']],
    [{ config: { user: 'root' } }, ['image-runs-as-root low']],
    [{ config: { user: 'rooted' } }, []],
    [{ config: { hasHealthcheck: false } }, ['image-no-healthcheck negligible']],
    [{ config: { hasHealthcheck: false, exposedPorts: [] } }, []],
    [{ config: { exposedPorts: ['22/tcp'] } }, ['image-sensitive-port medium']],
    [{ config: { exposedPorts: ['22/tcp', '2375/tcp'] } }, ['image-sensitive-port high']],
    [{ config: { exposedPorts: ['2222/tcp', '443'] } }, []],
    [{ config: { volumes: ['/var/run/docker.sock'] } }, ['image-docker-socket high']],
    [{ step: 'RUN curl -sk https://a.dev/x > x' }, ['image-unverified-download medium']],
    [{ step: 'RUN curl --insecure https://a.dev/x' }, ['image-unverified-download medium']],
    [
      { step: 'RUN wget --no-check-certificate https://a.dev' },
      ['image-unverified-download medium'],
    ],
    [
      { step: 'RUN apt-get install --allow-unauthenticated x' },
      ['image-unverified-download medium'],
    ],
    [{ step: 'RUN apk add --allow-untrusted x.apk' }, ['image-unverified-download medium']],
    [{ step: 'RUN pip install --trusted-host a.dev x' }, ['image-unverified-download medium']],
    [{ step: 'RUN curl https://a.dev/install.sh | bash' }, ['image-download-run-unseen low']],
    [{ step: 'RUN curl -L https://a.dev | tar x' }, []],
    [{ step: 'RUN chmod -R 777 /app' }, ['image-chmod-777 low']],
    [{ step: 'RUN chmod 777 /tmp/x && chmod 755 /app' }, []],
    [{ kind: 'registry', name: 'acme/shop' }, ['image-latest-tag negligible']],
    [{ kind: 'registry', name: 'localhost:5000/shop:latest' }, ['image-latest-tag negligible']],
    [{ kind: 'registry', name: 'localhost:5000/shop:2' }, []],
    [{ kind: 'registry', name: 'shop@sha256:00' }, []],
    [{ packages: [debian('sudo')] }, ['image-sudo negligible']],
    [{ packages: [debian('sudoku')] }, []],
  ];
  test.each(cases)('%j', (one, expected) => {
    expect(imageIds(one)).toEqual(expected);
  });

  function debian(name: string): Package {
    return {
      purl: `pkg:deb/debian/${name}@1`,
      type: 'deb',
      namespace: 'debian',
      name,
      version: '1',
      source: null,
      licences: [],
      locations: [],
      ownedBy: null,
      evidence: 'installed',
    };
  }
});

function fileIds(path: string, content: string, mode = 0o644): string[] {
  const bytes = Buffer.from(content, 'latin1');
  if (!misconfigurationInspector.wants(path, bytes.length, mode)) return [];
  const read = (offset: number, length: number) => bytes.subarray(offset, offset + length);
  return misconfigurationInspector
    .inspect({ path, size: bytes.length, mode, read }, () => undefined)
    .map(({ id, line, severity }) => `${id} ${severity}${line === undefined ? '' : ` :${line}`}`);
}

describe('rules on files', () => {
  const cases: readonly (readonly [
    path: string,
    content: string,
    mode: number,
    ids: readonly string[],
  ])[] = [
    ['etc/shadow', 'root:*:1:::::\nbob::1:::::\n', 0o640, ['image-empty-password high :2']],
    ['etc/shadow', 'root:!::0:::::\n', 0o640, []],
    [
      'etc/passwd',
      'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\n',
      0o644,
      ['image-second-root high :2'],
    ],
    ['etc/passwd', 'root::0:0::/root:/bin/sh\n', 0o644, ['image-empty-password high :1']],
    ['etc/passwd', 'root:x:0:0::/root:/bin/sh\n+::::::\n', 0o644, []],
    [
      'root/.ssh/authorized_keys',
      '# none\nssh-ed25519 AAAAC3Nz bob\n',
      0o600,
      ['image-authorized-keys medium :2'],
    ],
    ['root/.ssh/authorized_keys', '# none\n', 0o600, []],
    [
      'etc/ssh/sshd_config',
      '#PermitRootLogin yes\nPermitRootLogin yes\n',
      0o644,
      ['image-ssh-root-login medium :2'],
    ],
    ['etc/ssh/sshd_config', 'PermitRootLogin prohibit-password\n', 0o644, []],
    [
      'etc/sudoers.d/app',
      'app ALL=(ALL) NOPASSWD: ALL\n',
      0o440,
      ['image-sudo-without-password medium :1'],
    ],
    ['etc/sudoers', '# %wheel ALL=(ALL) NOPASSWD: ALL\nroot ALL=(ALL:ALL) ALL\n', 0o440, []],
    [
      'etc/docker/daemon.json',
      '{"hosts":["tcp://0.0.0.0:2375"]}',
      0o644,
      ['image-open-engine-api high'],
    ],
    ['etc/docker/daemon.json', '{"hosts":["tcp://0.0.0.0:2376"],"tlsverify":true}', 0o644, []],
    ['usr/local/bin/tool', 'x', 0o4755, ['image-setuid-file medium']],
    ['usr/local/bin/tool', 'x', 0o2755, ['image-setuid-file low']],
    ['usr/local/bin/tool', 'x', 0o755, []],
    ['etc/app.conf', 'x', 0o666, ['image-world-writable-file medium']],
    ['usr/lib/x.py', 'x', 0o666, ['image-world-writable-file low']],
    ['tmp/x', 'x', 0o666, []],
    [
      'etc/apt/sources.list',
      '# a\ndeb [trusted=yes] http://a.dev x main\n',
      0o644,
      ['image-unsigned-package-source medium :2'],
    ],
    [
      'etc/apt/sources.list',
      'deb [signed-by=/usr/share/keyrings/a.gpg] http://a.dev x main\n',
      0o644,
      [],
    ],
    [
      'etc/yum.repos.d/a.repo',
      '[a]\ngpgcheck=0\n',
      0o644,
      ['image-unsigned-package-source medium :2'],
    ],
    ['etc/yum.repos.d/a.repo', '[a]\nenabled=0\ngpgcheck=0\n', 0o644, []],
    ['app/.git/HEAD', 'ref: refs/heads/main\n', 0o644, ['image-git-folder low']],
    ['app/x.git/HEAD', 'x', 0o644, []],
    ['root/.bash_history', 'ls\n', 0o600, ['image-shell-history low']],
    ['root/.bash_history', '', 0o600, []],
    ['var/cache/apt/archives/bash_5.2_amd64.deb', 'x', 0o644, ['image-package-cache negligible']],
    ['var/cache/apt/archives/lock', 'x', 0o644, []],
  ];
  test.each(cases)('%s %j %i', (path, content, mode, expected) => {
    expect(fileIds(path, content, mode)).toEqual(expected);
  });

  test('any content: no throw', () => {
    const paths = cases.map(([path]) => path);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.string({ unit: 'binary', maxLength: 300 }),
        (path, content) => {
          expect(Array.isArray(fileIds(path, content, 0o6777))).toBe(true);
        },
      ),
      { numRuns: 300, seed: 9 },
    );
  });

  test('a mebibyte on one line or on lines of one character', () => {
    for (const [path] of cases) {
      for (const unit of ['a', ':', '[', '\n', 'ssh-rsa AAAA ', 'x ALL=(']) {
        expect(fileIds(path, unit.repeat(1024 * 1024), 0o6777).length).toBeLessThan(100);
      }
    }
  });
});

test('ids are unique, lessons exist, and only setuid is left to the distribution', () => {
  const rules = [...imageRules, ...fileRules];
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length);
  for (const { lesson } of rules) expect(lessonIds).toContain(lesson);
  expect(rules.map(({ id }) => id).filter(isFineWhenOwned)).toEqual(['image-setuid-file']);
});
