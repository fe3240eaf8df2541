// Fixes of Dockerfiles as differences: git takes each, what they mend is mended, and no credential is shown.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { diffOf, type LineEdit } from '../line-patch.ts';
import { noWaivers } from '../waiver.ts';
import { judgeDockerfile } from './index.ts';

const policy = {
  profiles: ['baseline', 'restricted', 'hardening'],
  minor: 30,
  waivers: noWaivers,
  onUnknown: 'deny',
} as const;

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-fixes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function judge(text: string) {
  return judgeDockerfile(text, policy, {
    name: 'Dockerfile',
    hasIgnoreFile: true,
    today: '2026-11-22',
  });
}

/** The text that git makes of it, without a repository around it. */
function applied(text: string, diff: string): string {
  writeFileSync(join(folder, 'Dockerfile'), text);
  writeFileSync(join(folder, 'fix.diff'), diff);
  const { status, stderr } = spawnSync('git', ['apply', 'fix.diff'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_CEILING_DIRECTORIES: tmpdir() },
  });
  expect(status, `${stderr}\n${diff}`).toBe(0);
  return readFileSync(join(folder, 'Dockerfile'), 'utf8');
}

const base = 'FROM debian:12\n';
const user = 'USER 10001\n';

/** Control, file, what becomes of it by the fix of this one control. */
const fixes: readonly (readonly [control: string, text: string, mended: string])[] = [
  ['root-user', base, `${base}${user}`],
  ['root-user', 'FROM debian:12', 'FROM debian:12\nUSER 10001'],
  [
    'root-user',
    `${base}RUN a \\\n  b\nUSER root\n# end\n`,
    `${base}RUN a \\\n  b\nUSER root\n${user}# end\n`,
  ],
  ['root-user', 'FROM a:1 AS x\r\nFROM x\r\n', 'FROM a:1 AS x\r\nFROM x\r\nUSER 10001\r\n'],
  ['add-instruction', `${base}ADD a /a\n`, `${base}COPY a /a\n`],
  ['add-instruction', `${base}add --chown=1 a /a\n`, `${base}copy --chown=1 a /a\n`],
  [
    'package-leftovers',
    `${base}RUN apt-get update \\\n # all\n && apt-get install -y curl\n`,
    `${base}RUN apt-get update \\\n # all\n && apt-get install --no-install-recommends -y curl && rm -rf /var/lib/apt/lists/*\n`,
  ],
  ['package-leftovers', `${base}RUN apk add curl\n`, `${base}RUN apk add --no-cache curl\n`],
  [
    'package-leftovers',
    `${base}RUN apt-get install --no-install-recommends -y curl\n`,
    `${base}RUN apt-get install --no-install-recommends -y curl && rm -rf /var/lib/apt/lists/*\n`,
  ],
  ['unverified-packages', `${base}RUN curl -k https://a\n`, `${base}RUN curl https://a\n`],
  [
    'unverified-packages',
    `${base}RUN apt-get install --force-yes a\n`,
    `${base}RUN apt-get install a\n`,
  ],
  ['open-permissions', `${base}RUN chmod -R 777 /a\n`, `${base}RUN chmod -R 755 /a\n`],
  ['open-permissions', `${base}COPY --chmod=0666 a /a\n`, `${base}COPY --chmod=0644 a /a\n`],
  ['privileged-build-step', `${base}RUN --network=host a\n`, `${base}RUN a\n`],
];

test.each(fixes)('%s of %j', (control, text, mended) => {
  const reason = judge(text).reasons.find((one) => one.control === control);
  const fixed = applied(text, reason?.diff ?? '');
  expect(fixed).toBe(mended);
  expect(judge(fixed).reasons.map((one) => one.control)).not.toContain(control);
});

test('all fixes together are one difference', () => {
  const text = `${base}ADD a /a\nRUN curl -k https://a && chmod 777 /a\nCMD ["a"]\n`;
  const answer = judge(text);
  expect(applied(text, answer.diff ?? '')).toBe(
    `${base}COPY a /a\nRUN curl https://a && chmod 755 /a\nCMD ["a"]\n${user}`,
  );
});

describe('where a person has to decide', () => {
  test.each([
    // Two places: which one is meant?
    ['open-permissions', `${base}RUN chmod 777 /a && chmod 777 /b\n`],
    ['open-permissions', `${base}RUN chmod a+w /a\n`],
    ['unverified-packages', `${base}RUN curl -fsSLk https://a\n`],
    ['add-instruction', `${base}ADD --keep-git-dir=true a /a\n`],
    ['health-check', base],
    ['image-tag', 'FROM debian\n'],
    ['root-user', 'FROM debian:12 \\\n  AS x\n'],
  ])('%s of %j has no difference', (control, text) => {
    const reason = judge(text).reasons.find((one) => one.control === control);
    expect(reason).toBeDefined();
    expect(reason?.diff).toBeUndefined();
  });
});

test.each([
  `${base}ENV A=b \\\n  API_TOKEN=hunter2hunter2\nADD a /a\n`,
  `${base}RUN curl -k -H "Authorization: Bearer hunter2hunter2" https://a\nRUN b\n`,
  `${base}ADD a /a\nRUN git clone https://me:hunter2hunter2@git.example/a\n`,
  `${base}RUN echo root:hunter2hunter2 | chpasswd\nADD a /a\nRUN b\n`,
])('no difference shows a credential: %j', (text) => {
  const answer = judge(text);
  const told = JSON.stringify([answer.diff, answer.reasons.map(({ diff }) => diff)]);
  expect(told).not.toContain('hunter2');
  if (answer.diff !== undefined) applied(text, answer.diff);
});

test('whatever is changed, git makes the same of it', () => {
  const line = fc.stringMatching(/^[a-f ]{0,6}$/);
  const edit: fc.Arbitrary<LineEdit> = fc.oneof(
    fc.record({
      kind: fc.constant('word' as const),
      line: fc.integer({ min: 0, max: 40 }),
      find: fc.constantFrom('a', 'b', 'cd'),
      put: fc.constantFrom('X', '', 'YY'),
    }),
    fc.record({
      kind: fc.constant('insert' as const),
      after: fc.integer({ min: 0, max: 40 }),
      text: fc.constantFrom('new', 'other'),
    }),
  );
  const whole = fc.boolean();
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 30 }),
      fc.array(edit, { maxLength: 6 }),
      whole,
      (lines, edits, isWhole) => {
        // An empty last line without its end is no line at all.
        const last = lines.at(-1) === '' ? 'a' : (lines.at(-1) ?? '');
        const text = [...lines.slice(0, -1), last].join('\n') + (isWhole ? '\n' : '');
        const diff = diffOf({ name: 'Dockerfile', content: text, hidden: new Set() }, edits);
        if (diff !== '') applied(text, diff);
      },
    ),
    { numRuns: 60, seed: 20_261_122 },
  );
});
