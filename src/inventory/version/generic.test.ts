// Vectors of the generic order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { genericVersions } from './generic.ts';

describeScheme({
  scheme: genericVersions,
  vectors: [
    '1.1.1 < 1.1.1a',
    '1.1.1a < 1.1.1w',
    '1.1.1w < 1.1.2',
    '3.0.0-beta1 < 3.0.0',
    '3.0.0-alpha10 < 3.0.0-beta1',
    '6.1-rc3 < 6.1',
    'v22.1.0 = 22.1.0',
    '5.15.0-91 > 5.15.0',
    '7.2.4 < 7.2.11',
    '1.0-dev < 1.0-alpha',
    '1.0.0 > 1.0',
    '2.4.57+patch1 > 2.4.57',
  ],
  valid: ['0', '1.1.1w', '3.0.0-beta1', 'v22.1.0', '5.15.0-91-generic', '9.18.1'],
  invalid: ['a1', 'OpenSSL', '1.0 2', '-1'],
  pieces: ['1', '0', '10', '.', '-', 'a', 'rc', 'beta', 'w', 'v'],
});
