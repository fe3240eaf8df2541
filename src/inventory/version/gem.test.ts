// Vectors of the gem order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { gemVersions } from './gem.ts';

describeScheme({
  scheme: gemVersions,
  vectors: [
    '1 = 1.0',
    '1.0.0 = 1',
    '1.9 < 1.10',
    '1.0.a < 1.0',
    '1.0.a = 1.a',
    '1.0.0.a = 1.a',
    '1.0.a.0 = 1.0.a',
    '1.a.1 < 1.a.2',
    '1.0.pre1 < 1.0.pre2',
    '1.0.rc9 < 1.0.rc10',
    '1.0.beta < 1.0.rc',
    '1.0.B < 1.0.a',
    '1.0-rc1 = 1.0.pre.rc1',
    '1.0-1 < 1.0',
    '1.0a10 > 1.0a9',
    '5.2.4.3 > 5.2.4',
    '01.2 = 1.2',
    '1.0.1.a < 1.0.1',
    '1.0.1.a > 1.0',
  ],
  valid: ['0', '1', '1.2.3', '1.2.3.pre1', '1.2.rc.1', '1.2.3-x86', '2.0.0.0.beta'],
  invalid: ['a.1', '1.', '1..2', '1.2-', '1.2+3', '1 2', '>= 1', '.1'],
  pieces: ['1', '0', '00', '10', '2', '.', '-', 'a', 'rc', 'B', 'pre'],
});
