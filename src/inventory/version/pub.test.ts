// Vectors of the pub order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { pubVersions } from './pub.ts';

describeScheme({
  scheme: pubVersions,
  vectors: [
    '1.0.0 < 1.0.0+1',
    '1.0.0+1 < 1.0.0+2',
    '1.0.0+9 < 1.0.0+10',
    '1.0.0+9 < 1.0.0+a',
    '1.0.0+a < 1.0.0+a.1',
    '1.0.0-a < 1.0.0',
    '1.0.0-a+1 > 1.0.0-a',
    '1.0.0+x < 1.0.1',
    'v1.0.0 = 1.0.0',
  ],
  valid: ['0', '1.0.0', '1.0.0+5', '1.0.0-dev.1+x'],
  invalid: ['1.0.0.0', 'any', '^1.0.0', '1.0.0+'],
  pieces: ['1', '0', '10', '.', '-', '+', 'a', 'v'],
});
