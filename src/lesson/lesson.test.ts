// Lessons: complete, connected, readable, and found for the ids and words of findings.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { present } from '../../test/present.ts';
import { lessonIds } from '../model/lesson.ts';
import { kindsOfFlaw, type Lesson, lessonOf, lessons } from './index.ts';

function textsOf(lesson: Lesson): readonly string[] {
  const { title, summary, why, attack, fix, challenge } = lesson;
  return [title, summary, ...why, ...attack, ...fix, challenge.question, challenge.answer];
}

test('every id has its lesson, in this order', () => {
  expect(lessons.map(({ id }) => id)).toEqual([...lessonIds]);
  expect(new Set(lessonIds).size).toBe(lessonIds.length);
});

test('an unknown id has none', () => {
  expect(lessonOf('constructor')).toBeNull();
  expect(lessonOf('path-traversal')?.title).toBe('../../etc/passwd');
});

describe.each(lessons)('$id', (lesson) => {
  test('is whole and short enough to be read', () => {
    expect(lesson.why.length).toBeGreaterThan(0);
    expect(lesson.attack.length).toBeGreaterThan(0);
    expect(lesson.fix.length).toBeGreaterThanOrEqual(2);
    expect(lesson.challenge.question).toMatch(/[?.]$/);
    const words = textsOf(lesson).join(' ').split(' ').length;
    expect(words).toBeGreaterThan(150);
    expect(words).toBeLessThan(450);
  });

  test('is clean text', () => {
    for (const text of textsOf(lesson)) {
      expect(text).toBe(text.trim());
      expect(text).not.toMatch(/ {2}|[\u0000-\u001f]/);
    }
  });

  test('leads to other lessons and to techniques of ATT&CK', () => {
    expect(lesson.related.length).toBeGreaterThan(0);
    for (const id of lesson.related) {
      expect(id).not.toBe(lesson.id);
      expect(lessonOf(id)).not.toBeNull();
    }
    for (const technique of lesson.techniques) expect(technique).toMatch(/^T\d{4}(?:\.\d{3})?$/);
  });
});

describe('kindsOfFlaw', () => {
  test.each<[string, readonly string[]]>([
    ['Deserialization of Untrusted Data in Apache Log4j', ['unsafe-deserialisation']],
    [
      'JNDI lookup in log messages allows remote code execution',
      ['lookup-injection', 'code-injection'],
    ],
    ['Command Injection in lodash', ['code-injection']],
    ['Prototype Pollution in minimist', ['code-injection']],
    ['SQL Injection in Django', ['code-injection']],
    ['Heap buffer overflow in libwebp', ['memory-corruption']],
    ['Use-after-free in expat', ['memory-corruption']],
    ['Out-of-bounds Read in openssl', ['memory-corruption']],
    ['sudo: privilege escalation via chroot option', ['privilege-escalation']],
    ['runc container breakout through process.cwd trickery', ['container-escape']],
    ['Directory traversal in Starlette', ['path-traversal']],
    ['Arbitrary File Write via Archive Extraction (Zip Slip)', ['path-traversal']],
    ['HTTP Request Smuggling in gunicorn', ['request-smuggling']],
    ['Server-Side Request Forgery in axios', ['request-forgery']],
    ['Authentication Bypass in hapi', ['broken-access-control']],
    ['Improper Authorization in kubernetes', ['broken-access-control']],
    ['Cross-site Scripting in DOMPurify', ['cross-site-scripting']],
    ['Exposure of sensitive information in follow-redirects', ['information-leak']],
    ['Regular Expression Denial of Service in semver', ['denial-of-service']],
    ['Uncontrolled resource consumption in net/http', ['denial-of-service']],
    ['Improper Certificate Validation in urllib3', ['weak-cryptography']],
    ['Malware in flatmap-stream', ['malicious-package']],
    ['CVE-2023-1234', []],
    ['Important: glibc security update', []],
    ['', []],
  ])('%j', (title, expected) => {
    expect(kindsOfFlaw(title)).toEqual(expect.arrayContaining([...expected]));
    expect(kindsOfFlaw(title)[0]).toBe(expected[0]);
  });

  test('gives at most two, known ones, whatever the text', () => {
    const word = fc.constantFrom('xss', 'crash', 'leak', 'TLS', 'host', 'inject', ' ', 'overflow');
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const ids = kindsOfFlaw(words.join(' '));
        expect(ids.length).toBeLessThanOrEqual(2);
        expect(ids.map((id) => present(lessonOf(id)).id)).toEqual(ids);
      }),
      { numRuns: 200, seed: 5 },
    );
  });

  test('reads the start of endless texts only', () => {
    expect(kindsOfFlaw(`${'runs a '.repeat(1_000_000)}shell`)).toEqual([]);
  });
});
