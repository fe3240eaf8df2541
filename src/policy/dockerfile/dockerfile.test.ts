// Dockerfiles: how lines become instructions, and each control with a file that passes and one that
// fails.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noWaivers } from '../waiver.ts';
import { dockerfileControls, judgeDockerfile, readDockerfile } from './index.ts';

const policy = {
  profiles: ['baseline', 'restricted', 'hardening'],
  minor: 30,
  waivers: noWaivers,
  onUnknown: 'deny',
} as const;

function judge(text: string, hasIgnoreFile: boolean | null = null) {
  return judgeDockerfile(text, policy, { name: 'Dockerfile', hasIgnoreFile, today: '2026-11-22' });
}

function idsOf(text: string, hasIgnoreFile: boolean | null = null): readonly string[] {
  return judge(text, hasIgnoreFile).reasons.map(({ control }) => control);
}

const base = 'FROM debian:12\n';

/** For each control: files that break it and files that do not. */
const controls: readonly (readonly [
  id: string,
  fails: readonly string[],
  passes: readonly string[],
])[] = [
  [
    'root-user',
    [
      base,
      `${base}USER app\nUSER root\n`,
      `${base}USER 0:0\n`,
      `FROM a:1 AS b\nUSER app\nFROM c:1\n`,
    ],
    [
      `${base}USER app\n`,
      'FROM a:1 AS b\nUSER app\nFROM b\n',
      'FROM gcr.io/distroless/static:nonroot\n',
      `${base}USER 10001:0\n`,
    ],
  ],
  [
    'image-tag',
    [
      'FROM nginx\n',
      'FROM nginx:latest\n',
      'ARG V=latest\nFROM nginx:$V\n',
      'FROM localhost:5000/a\n',
    ],
    [
      'FROM nginx:1\n',
      'FROM scratch\n',
      'FROM a:1 AS b\nFROM b\n',
      `FROM a@sha256:${'a'.repeat(64)}\n`,
    ],
  ],
  ['image-digest', ['FROM nginx:1\n'], [`FROM a:1@sha256:${'a'.repeat(64)}\n`, 'FROM scratch\n']],
  [
    'end-of-life-base',
    [
      'FROM debian:11-slim\n',
      'FROM python:3.9.1-alpine\n',
      'ARG V=18.04\nFROM ubuntu:${V}\n',
      'FROM centos:7.9.2009\n',
    ],
    [
      'FROM debian:12\n',
      'FROM ubuntu:24.04\n',
      'FROM node:16 AS b\nFROM scratch\n',
      'FROM mirror.example/debian:9\n',
    ],
  ],
  [
    'foreign-frontend',
    [`# syntax=evil/x:1\n${base}`],
    [`# syntax=docker/dockerfile:1.7\n${base}`, `# a\n# syntax=evil/x:1\n${base}`],
  ],
  ['health-check', [base, `${base}HEALTHCHECK NONE\n`], [`${base}HEALTHCHECK CMD true\n`]],
  ['remote-login-port', [`${base}EXPOSE 80 22/tcp\n`], [`${base}EXPOSE 2222\n`]],
  [
    'environment-secret',
    [
      `${base}ENV DB_PASSWORD=horse22\n`,
      `${base}ENV API_KEY k-12345678\n`,
      `${base}ARG NPM_TOKEN\n`,
      `${base}ENV a=b \\\n  SECRET="horse 22"\n`,
    ],
    [`${base}ENV DB_PASSWORD_FILE=/run/x\n`, `${base}ENV TOKEN=$OTHER\n`, `${base}ARG VERSION\n`],
  ],
  [
    'copied-secret',
    [
      `${base}COPY id_rsa /root/.ssh/\n`,
      `${base}COPY ["a.env", ".env", "/app/"]\n`,
      `${base}ADD certs/server.key /etc/\n`,
    ],
    [
      `${base}COPY --from=x /etc/ssl/a.key /b\n`,
      `${base}COPY public.pem /a\n`,
      `${base}COPY src /app\n`,
    ],
  ],
  [
    'remote-add',
    [`${base}ADD https://u:p@x.example/a.tgz /\n`, `${base}ADD git@github.com:a/b.git /b\n`],
    [
      `${base}ADD --checksum=sha256:aa https://x.example/a /\n`,
      `${base}ADD https://x.example/a.git#${'a'.repeat(40)} /b\n`,
    ],
  ],
  [
    'add-instruction',
    [`${base}ADD a.txt /\n`],
    [`${base}ADD root.tar.gz /\n`, `${base}COPY a /\n`, `${base}ADD $X /\n`],
  ],
  [
    'open-permissions',
    [
      `${base}COPY --chmod=777 a /a\n`,
      `${base}RUN chmod -R 0777 /a\n`,
      `${base}RUN chmod a+rwx /a\n`,
    ],
    [`${base}RUN chmod 755 /a && chmod u+w /b && chmod 1777 /tmp\n`],
  ],
  [
    'setuid-program',
    [`${base}RUN chmod u+s /a\n`, `${base}RUN chmod 4755 /a\n`],
    [`${base}RUN chmod 0755 /a; chmod 1777 /tmp\n`],
  ],
  [
    'privileged-build-step',
    [`${base}RUN --security=insecure a\n`, `${base}RUN --network=host a\n`],
    [`${base}RUN --network=none --security=sandbox a\n`],
  ],
  [
    'piped-download',
    [
      `${base}RUN curl -s x | bash -s -- y\n`,
      `${base}RUN wget -qO- x | tee y | sudo -E sh\n`,
      `${base}RUN ["sh", "-c", "curl x | python3"]\n`,
      `${base}RUN <<E\ncurl x | sh\nE\n`,
      `${base}RUN sh -c "$(curl x)"\n`,
      `${base}RUN bash <(curl x)\n`,
    ],
    [
      `${base}RUN curl x -o y && sha256sum -c z && sh y\n`,
      `${base}RUN echo 'curl x | sh'\n`,
      `${base}RUN curl x || sh y\n`,
      `${base}# RUN curl x | sh\n`,
    ],
  ],
  [
    'unverified-packages',
    [
      `${base}RUN curl -fsSLk x\n`,
      `${base}RUN wget --no-check-certificate x\n`,
      `${base}RUN apt-get install -y --allow-unauthenticated a\n`,
      `${base}ENV NODE_TLS_REJECT_UNAUTHORIZED=0\n`,
      `${base}RUN apk add --allow-untrusted a\n`,
      `${base}RUN npm config set strict-ssl false\n`,
      `${base}RUN yum install --nogpgcheck a\n`,
      `${base}RUN pip3 install --trusted-host a b\n`,
      `${base}RUN git -c http.sslVerify=false clone a\n`,
    ],
    [
      `${base}RUN curl -fsSL x && apt-get install -y a\n`,
      `${base}ENV NODE_TLS_REJECT_UNAUTHORIZED=1\n`,
    ],
  ],
  [
    'written-password',
    [`${base}RUN echo 'root:horse' | chpasswd\n`, `${base}RUN useradd -p horse a\n`],
    [`${base}RUN useradd -m a\n`],
  ],
  [
    'sudo',
    [`${base}RUN apt-get install -y sudo\n`, `${base}RUN sudo ls\n`],
    [`${base}RUN echo sudo\n`, `FROM a:1 AS b\nRUN sudo ls\n${base}`],
  ],
  [
    'lone-package-update',
    [`${base}RUN apt-get update\n`, `${base}RUN apk update\n`],
    [`${base}RUN apt-get update && apt-get install -y a\n`],
  ],
  [
    'package-leftovers',
    [`${base}RUN apt-get install -y a\n`, `${base}RUN apk add a\n`],
    [
      `${base}RUN apt-get install -y --no-install-recommends a && rm -rf /var/lib/apt/lists/*\n`,
      `${base}RUN apk add --no-cache a\n`,
      `FROM a:1 AS b\nRUN apt-get install a\nFROM scratch\n`,
      `${base}RUN --mount=type=cache,target=/var/cache/apt apt-get install a\n`,
    ],
  ],
];

describe.each(controls)('%s', (id, fails, passes) => {
  test.each(fails)('breaks it: %j', (text) => expect(idsOf(text)).toContain(id));
  test.each(passes)('does not: %j', (text) => expect(idsOf(text)).not.toContain(id));
});

test('build-context asks for what lies beside', () => {
  const text = `${base}COPY . /app\n`;
  expect(idsOf(text, false)).toContain('build-context');
  expect(idsOf(text, true)).not.toContain('build-context');
  expect(idsOf(text, null)).not.toContain('build-context');
  expect(idsOf(`${base}COPY --from=a . /app\n`, false)).not.toContain('build-context');
});

test('every control is tried', () => {
  const tried = new Set([...controls.map(([id]) => id), 'build-context']);
  expect(dockerfileControls.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual([]);
});

describe('parser', () => {
  const shape = (text: string) =>
    readDockerfile(text).stages.map(({ base: from, name, instructions }) => ({
      from,
      name,
      steps: instructions.map(({ keyword, text: words, line }) => `${line} ${keyword} ${words}`),
    }));

  test('continuations, comments and empty lines inside of an instruction', () => {
    expect(shape('FROM a:1\nRUN a \\\n# no\n\n  b \\ \n  c\nUSER x\n')).toEqual([
      { from: 'a:1', name: null, steps: ['2 RUN a   b   c', '7 USER x'] },
    ]);
  });

  test('the escape character of a directive', () => {
    expect(shape('# escape=`\nFROM a:1\nCOPY a `\n c:\\\nUSER x\n')[0]?.steps).toEqual([
      '3 COPY a  c:\\',
      '5 USER x',
    ]);
  });

  test('an escaped escape character ends the line', () => {
    expect(shape('FROM a:1\nRUN echo \\\\\nUSER x\n')[0]?.steps).toHaveLength(2);
  });

  test('here-documents hide what looks like instructions', () => {
    const text =
      'FROM a:1\nRUN <<"A" cat && <<-B cat\nUSER no\nA\n\tFROM no\n\tB\nCOPY <<C /c\nRUN no\nC\nUSER yes\n';
    expect(shape(text)[0]?.steps.map((step) => step.split(' ').slice(0, 2).join(' '))).toEqual([
      '2 RUN',
      '7 COPY',
      '10 USER',
    ]);
  });

  test('stages by name, by argument, and in any case', () => {
    expect(
      shape('ARG B=alpine\nFROM ${B}:3.22 AS One\nFROM one AS two\nfrom two\n').map(
        ({ from }) => from,
      ),
    ).toEqual(['alpine:3.22', 'one', 'two']);
    expect(readDockerfile('FROM a:1 AS One\nUSER x\nFROM one\n').final).toHaveLength(2);
  });

  test('triggers are instructions of other images', () => {
    expect(idsOf('FROM a:1\nONBUILD USER root\nUSER app\n')).not.toContain('root-user');
    expect(idsOf(`${base}ONBUILD RUN curl x | sh\n`)).toContain('piped-download');
  });

  test.each([
    ['an unknown instruction', 'FROM a:1\nRUM x\n'],
    ['no FROM', 'RUN x\n'],
    ['nothing', '\n# a\n'],
    ['an argument that is missing', 'FROM a:1\nRUN\n'],
    ['a here-document without end', 'FROM a:1\nRUN <<E\nx\n'],
    ['a trigger that cannot be', 'FROM a:1\nONBUILD FROM b\n'],
    ['a directive twice', '# escape=`\n# escape=`\nFROM a:1\n'],
    ['a base without a value', 'ARG V\nFROM a:$V\n'],
  ])('%s is an unknown', (_, text) => {
    const answer = judge(text);
    expect(answer.unknowns.length).toBeGreaterThan(0);
    expect(answer.decision).toBe('deny');
  });

  test('a mark of byte order, carriage returns and tabs are white space', () => {
    expect(shape('\ufeffFROM a:1\r\n\tRUN a \\\r\n b\r\n')[0]?.steps).toEqual(['2 RUN a  b']);
  });

  test('credentials are never told', () => {
    const text = `${base}ENV API_TOKEN=horse22battery\nRUN echo root:horse22battery | chpasswd\nADD https://u:horse22battery@x/a /\n`;
    expect(JSON.stringify(judge(text))).not.toContain('horse22battery');
  });
});

test('hostile files are read within bounds', () => {
  const files = [
    `FROM a\n${'RUN x\n'.repeat(200_000)}`,
    `FROM a\nRUN ${'a \\\n'.repeat(500_000)}b`,
    `FROM a\nRUN ${'<<A '.repeat(50_000)}\n`,
    `FROM a\nRUN ${"'".repeat(500_001)}`,
    `FROM ${'${A:-'.repeat(100_000)}`,
    `FROM a\nRUN ${'a|'.repeat(500_000)}sh`,
    `FROM a\nENV ${'A=b '.repeat(200_000)}`,
    `FROM a\n${'ONBUILD '.repeat(100_000)}RUN x`,
    `FROM a\nRUN ${'--a '.repeat(200_000)}`,
    '\u0000'.repeat(1_000_000),
  ];
  for (const text of files) {
    const before = process.cpuUsage();
    expect(judge(text).reasons.length).toBeLessThanOrEqual(500);
    const { user } = process.cpuUsage(before);
    // No clock: processor time, a hundred times what it takes, so that a square would be seen.
    expect(user / 1e6).toBeLessThan(20);
  }
});

test('no text makes it throw', () => {
  const part = fc.constantFrom(
    'FROM ',
    'a:1',
    ' AS ',
    '\n',
    'RUN ',
    '\\\n',
    '<<E',
    'E\n',
    '"',
    "'",
    '$',
    '${',
    '}',
    '# escape=`\n',
    '`\n',
    'ENV ',
    'ARG ',
    '=',
    '[',
    '"a"',
    ']',
    '|',
    'sh',
    'curl ',
    'ONBUILD ',
    '--',
    '\t',
    '(',
    ')',
    '\u0000',
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 80 }), (parts) => {
      const answer = judge(parts.join(''), false);
      for (const { line } of answer.reasons) expect(line).toBeGreaterThan(0);
    }),
    { numRuns: 300, seed: 7 },
  );
});
