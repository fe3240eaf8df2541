import { describe, expect, test } from 'vitest';
import { openFacts, openFlag, openFlagsText, resolvePath } from './index.ts';

describe('paths', () => {
  test.each([
    ['/home', 'a', '/home/a'],
    ['/home', '../etc/./passwd', '/etc/passwd'],
    ['/home', '/a//b/', '/a/b'],
    ['/home', '/a/../../b', '/b'],
    ['/', '.', '/'],
    [null, 'a/b', 'a/b'],
    [null, '/', '/'],
    ['/home', '/.hidden', '/.hidden'],
  ])('%s, %s', (directory, path, expected) => {
    expect(resolvePath(directory, path)).toBe(expected);
  });
});

describe('opens', () => {
  test.each([
    [0, 0, 'O_RDONLY', 'r'],
    [1, 0, 'O_WRONLY', 'w'],
    [2 | openFlag.closeOnExec, 0, 'O_RDWR|O_CLOEXEC', 'rwc'],
    [1 | openFlag.create | openFlag.truncate, 0o755, 'O_WRONLY|O_CREAT|O_TRUNC', 'wx'],
    [1 | openFlag.create, 0o644, 'O_WRONLY|O_CREAT', 'w'],
    [0, 0o777, 'O_RDONLY', 'r'],
    [2 | openFlag.temporaryFile, 0o700, 'O_RDWR|O_DIRECTORY|O_TMPFILE', 'rwx'],
  ])('%o, mode %o: %s', (flags, mode, text, letters) => {
    const { reads, writes, createsExecutable, closesOnExec } = openFacts(flags, mode);
    expect(openFlagsText(flags)).toBe(text);
    expect(
      (reads ? 'r' : '') +
        (writes ? 'w' : '') +
        (createsExecutable ? 'x' : '') +
        (closesOnExec ? 'c' : ''),
    ).toBe(letters);
  });
});
