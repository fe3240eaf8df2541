// From a topic to what is learned: lessons, flaws by id and nickname, and what nobody knows.
import { describe, expect, test } from 'vitest';
import { present } from '../../test/present.ts';
import { builtinSource } from '../advisory/builtin/index.ts';
import { SeaworthyError } from '../base/error.ts';
import { lessons } from '../lesson/index.ts';
import type { AdvisoryMatch, AdvisorySource } from '../model/advisory.ts';
import type { FlawFacts } from '../report/index.ts';
import { learn } from './learn.ts';

const source = builtinSource();

function flaw(topic: string, asked: AdvisorySource = source): FlawFacts {
  const answer = learn(topic, asked);
  if (answer.kind !== 'flaw') throw new Error(`${topic} is told as a ${answer.kind}`);
  return answer.flaw;
}

function lessonIdsOf(topic: string): readonly string[] {
  const answer = learn(topic, source);
  return answer.kind === 'flaw' ? answer.lessons.map(({ id }) => id) : [];
}

test('no topic gives the list', () => {
  expect(learn(null, source)).toEqual({ kind: 'list', lessons });
});

describe('a lesson', () => {
  test.each(['path-traversal', 'Path-Traversal', ' path-traversal ', 'traversal', 'etc/passwd'])(
    'by %j',
    (topic) => {
      const answer = learn(topic, source);
      expect(answer.kind === 'lesson' && answer.lesson.id).toBe('path-traversal');
    },
  );
});

describe('a flaw', () => {
  test.each(['CVE-2021-44228', 'cve-2021-44228', 'GHSA-jfh8-c2jp-5v3q', 'ghsa-JFH8-C2JP-5V3Q'])(
    'by the id %s',
    (topic) => {
      expect(flaw(topic).title).toMatch(/JNDI|Log4/i);
      expect(flaw(topic).exploited?.ransomware).toBe(true);
    },
  );

  test.each(['Looney Tunables', 'looney tunables', 'shellshock', 'heartbleed'])(
    'by the name %s',
    (topic) => {
      expect(flaw(topic).id).toMatch(/^CVE-/);
    },
  );

  test('has facts, fixes and a remark', () => {
    const found = flaw('CVE-2023-4911');
    expect(found).toMatchObject({ severity: 'high', malware: false });
    expect(found.remark).toContain('glibc');
    const debian = present(found.affected.find(({ ecosystem }) => ecosystem === 'Debian:12'));
    expect(debian).toEqual({ ecosystem: 'Debian:12', name: 'glibc', fixedIn: ['2.36-9+deb12u3'] });
  });

  test('comes with lessons on its kind, its state and what to do', () => {
    expect(lessonIdsOf('CVE-2023-4911')).toEqual([
      'memory-corruption',
      'privilege-escalation',
      'exploited-vulnerability',
      'vulnerable-os-package',
    ]);
    expect(lessonIdsOf('GHSA-mh6f-8j2x-4483')[0]).toBe('malicious-package');
  });

  test('titles of errata give way to words on the flaw', () => {
    const match = (id: string, summary: string, upstream: readonly string[]): AdvisoryMatch => ({
      id,
      package: { ecosystem: 'AlmaLinux:8', name: 'x' },
      aliases: [],
      upstream,
      summary,
      published: null,
      modified: null,
      withdrawn: null,
      severity: [],
      vendorSeverity: null,
      source: 'almalinux',
      ranges: [],
      versions: [],
      fixStatus: null,
      modularity: null,
      imports: [],
      references: [],
    });
    const asked: AdvisorySource = {
      ...source,
      byId: () => [
        match('ALSA-1', 'Important: x security update', ['CVE-2099-1']),
        match('OSV-1', 'x overflows', []),
      ],
    };
    expect(flaw('CVE-2099-1', asked).title).toBe('x overflows');
  });
});

describe('what nobody knows', () => {
  test.each([
    ['CVE-1999-0001', 'run `seaworthy learn`'],
    ['zzz', 'run `seaworthy learn`'],
    ['package', 'did you mean vulnerable-os-package'],
  ])('%s is told with a way on', (topic, advice) => {
    try {
      learn(topic, source);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SeaworthyError);
      expect((error as SeaworthyError).code).toBe('not-found');
      expect((error as SeaworthyError).advice).toContain(advice);
    }
  });
});
