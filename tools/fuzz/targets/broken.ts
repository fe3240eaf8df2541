// Parsers with known defects: the fuzzer's own test shows by them that it finds what it looks for.
import { sample } from '../samples/files.ts';
import { type FuzzTarget, promise } from '../target.ts';

const samples = [sample('text', 'some text to break, 12345')];
const shared = { weight: 0, samples, tokens: [] } as const;

export const brokenTargets: readonly FuzzTarget[] = [
  {
    name: 'broken-hang',
    ...shared,
    run({ bytes }) {
      // Only some inputs hang, as it is in life.
      while (bytes.length % 7 === 3);
    },
  },
  {
    name: 'broken-throw',
    ...shared,
    run({ bytes }) {
      if (bytes.length % 5 === 1) throw new RangeError('Invalid array length');
    },
  },
  {
    name: 'broken-promise',
    ...shared,
    run({ bytes }) {
      promise(bytes.length % 5 !== 1, 'the length is wrong');
    },
  },
];
