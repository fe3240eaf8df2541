import { describe, expect, test } from 'vitest';
import { messageOf, oneLine, SeaworthyError } from './error.ts';

describe('what is said of an error', () => {
  test.each<[unknown, string]>([
    [new Error('a\n  b\tc '), 'a b c'],
    [new SeaworthyError('malformed', 'x'), 'x'],
    ['text', 'text'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ message: 'x' }, '[object Object]'],
  ])('%j', (thrown, message) => {
    expect(messageOf(thrown)).toBe(message);
  });

  test('nothing that a terminal obeys: escapes, C1 controls, turned text', () => {
    expect(oneLine('a\u001b[2Jb\u009b31m\u202ec\u0007\u0000\u2066')).toBe('a�[2Jb�31m�c���');
    expect(oneLine('straße 東京 🐳')).toBe('straße 東京 🐳');
  });
});
