// Vectors of the bitnami order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { bitnamiVersions } from './semver.ts';

describeScheme({
  scheme: bitnamiVersions,
  vectors: [
    '1.2.3 < 1.2.4',
    '1.2.3-0 > 1.2.3',
    '1.2.3-4 > 1.2.3-3',
    '1.2.3-10 > 1.2.3-9',
    '1.2.3-4 < 1.2.4',
    '1.2.3-rc1 < 1.2.3',
    '1.2.3-rc1 < 1.2.3-0',
    '1.2.3.4-1 > 1.2.3.3-2',
  ],
  valid: ['6.2.0', '6.2.0-3', '2023.4.1-0', '1.2.3.4'],
  invalid: ['v', '1.2.', '-1'],
  pieces: ['1', '0', '10', '.', '-', 'rc', '+'],
});
