import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  packPieces as deflated,
  giveBack,
  isJoined,
  isPacked,
  joinPieces,
  unpackPieces,
} from './pieces.ts';

describe.each([
  ['packed', deflated],
  ['joined', joinPieces],
])('%s pieces', (kind, packPieces) => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (pieces) => {
        const packed = packPieces(pieces);
        expect(isPacked(packed)).toBe(true);
        expect(isJoined(packed)).toBe(kind === 'joined');
        expect([...unpackPieces(packed)].map((one) => Uint8Array.from(one))).toEqual(pieces);
      }),
      { seed: 4 },
    );
  });

  test('texts are UTF-8', () => {
    expect([...unpackPieces(packPieces(['ä', '']))].map(String)).toEqual(['ä', '']);
  });

  test('lie anywhere in their memory', () => {
    const packed = packPieces(['one', 'two']);
    const moved = new Uint8Array(packed.length + 7).subarray(7);
    moved.set(packed);
    expect([...unpackPieces(moved)].map(String)).toEqual(['one', 'two']);
  });

  test('any other bytes, and each cut, throw and never hang', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        if (!isPacked(bytes)) expect(() => [...unpackPieces(bytes)]).toThrow('no packed pieces');
      }),
      { seed: 4 },
    );
    const packed = packPieces(['some text', 'and more']);
    for (let end = 0; end < packed.length; end++) {
      expect(() => [...unpackPieces(packed.subarray(0, end))]).toThrow(/pieces/);
    }
  });
});

test('memory is given back, unless others have a part of it', () => {
  const own = new Uint8Array(100);
  giveBack(own);
  expect(own.length).toBe(0);
  const part = new Uint8Array(100).subarray(10);
  giveBack(part);
  expect(part.length).toBe(90);
});
