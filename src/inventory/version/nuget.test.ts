// Vectors of the nuget order, written by hand from its documentation, and the laws of every order.
import { describeScheme } from './contract.ts';
import { nugetVersions } from './nuget.ts';

describeScheme({
  scheme: nugetVersions,
  vectors: [
    '1.0 = 1.0.0.0',
    '1.0.0 < 1.0.0.1',
    '1.0.0.2 < 1.0.0.10',
    '1.01.1 = 1.1.1',
    '1.0.0-BETA = 1.0.0-beta',
    '1.0.0-alpha < 1.0.0-Beta',
    '1.0.0-beta < 1.0.0-beta2',
    '1.0.0-beta.2 < 1.0.0-beta.10',
    '1.0.0-1 < 1.0.0-a',
    '1.0.0-rc < 1.0.0',
    '1.0.0+a = 1.0.0+b',
    '1.0.0-a+x = 1.0.0-A+y',
    '13.0.1 < 13.0.2',
  ],
  valid: ['0', '1', '1.2', '1.2.3', '1.2.3.4', '1.2.3-Beta.1', '1.2.3.4-rc+x'],
  invalid: ['1.2.3.4.5', '[1.0,2.0)', '1.*', 'a.b', '1.0.0-', '$version$'],
  pieces: ['1', '0', '10', '.', '-', '+', 'a', 'B', 'beta'],
});
