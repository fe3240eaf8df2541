// Vectors of the hackage order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { hackageVersions } from './hackage.ts';

describeScheme({
  scheme: hackageVersions,
  vectors: [
    '1.0 < 1.0.0',
    '1.9 < 1.10',
    '1 < 1.0',
    '2 > 1.9.9',
    '0.1.26.0 > 0',
    '1.01 = 1.1',
    '99999999999999999999 > 99999999999999999998',
  ],
  valid: ['0', '1', '1.2.3.4', '0.0.0.2'],
  invalid: ['1.0-foo', '1.', 'v1', '1.0a', '1-2'],
  pieces: ['1', '0', '10', '.', '-', 'a'],
});
