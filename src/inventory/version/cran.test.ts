// Vectors of the cran order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { cranVersions } from './cran.ts';

describeScheme({
  scheme: cranVersions,
  vectors: [
    '1.0 = 1-0',
    '1.0-1 > 1.0-0',
    '1.0-1 = 1.0.1',
    '0.9 < 0.75',
    '1.0 < 1.0.0',
    '6.0-88 < 6.0-89',
    '1.9 < 1.10',
    '01.2 = 1.2',
  ],
  valid: ['0', '1.0', '1.0-4', '0.9.1', '2023.1-2'],
  invalid: ['1.', '1.0a', 'R1', '1.0--1', 'v1'],
  pieces: ['1', '0', '10', '.', '-', 'a'],
});
