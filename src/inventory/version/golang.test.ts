// Vectors of the golang order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { golangVersions } from './golang.ts';

describeScheme({
  scheme: golangVersions,
  vectors: [
    'v1.2.3 = 1.2.3',
    '1.2.3 < 1.2.4',
    'v1.9.0 < v1.10.0',
    'v2.0.0+incompatible = v2.0.0',
    '1.2.3+dirty = 1.2.3',
    'v0.0.0-20200101000000-aaaaaaaaaaaa < v0.0.0-20210101000000-000000000000',
    'v1.2.4-0.20200101000000-aaaaaaaaaaaa < v1.2.4',
    'v1.2.4-0.20200101000000-aaaaaaaaaaaa > v1.2.3',
    'v1.2.3-pre.0.20200101000000-aaaaaaaaaaaa > v1.2.3-pre',
    '1.22.0-0 < 1.22.0-rc.1',
    '1.22.0-rc.1 < 1.22.0',
    'go1.21rc2 = 1.21.0-rc.2',
    '1.21rc2 < 1.21.0',
    '1.21rc10 > 1.21rc9',
    '1.21beta1 < 1.21rc1',
    '1.21 = 1.21.0',
    'go1.21.3 = 1.21.3',
    '1.9.7 < 1.10',
  ],
  valid: [
    '0',
    'v1.2.3',
    '1.2.3',
    'v1.2',
    'v0.0.0-20200101000000-aaaaaaaaaaaa',
    'v2.0.0+incompatible',
    '1.21rc2',
    'go1.22.1',
    'v1.2.3+dirty',
    '1.22.0-0',
  ],
  invalid: ['devel', 'devel +1a2b3c', 'v1.2.3.4', 'go', 'vX', '1.21rc', 'master', 'v'],
  pieces: ['1', '0', '10', 'v', 'go', '.', '-', '+', 'rc', 'beta', 'pre'],
});
