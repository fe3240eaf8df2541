import { describe, expect, test } from 'vitest';
import type { IssueFinding } from '../model/report.ts';
import { issueActions } from './fix-issues.ts';

function issue(about: Partial<IssueFinding>): IssueFinding {
  return {
    kind: 'secret',
    id: 'aws-access-key-id',
    title: 'AWS access key id',
    severity: 'high',
    locations: [{ path: 'app/.env', layer: 'sha256:a', line: 3 }],
    evidence: {},
    fix: 'Revoke it at AWS. And more.',
    lesson: 'leaked-secret',
    ...about,
  };
}

function told(...issues: readonly IssueFinding[]) {
  return issueActions(issues).map(({ action }) => [action.action, action.where, action.removes]);
}

describe('secrets', () => {
  test('one by its name, with what became of its file', () => {
    const title = 'AWS access key id (deleted in layer 5, still readable)';
    expect(told(issue({ title }))).toEqual([
      ['rotate the AWS access key id in app/.env', 'deleted in layer 5, still readable', 1],
    ]);
    expect(told(issue({ title: 'Private key' }))).toEqual([
      ['rotate the private key in app/.env', '', 1],
    ]);
  });

  test('several of one file at once, hidden only if all are', () => {
    const hidden = issue({ title: 'AWS access key id (replaced in layer 2, still readable)' });
    expect(told(hidden, issue({ id: 'other', title: 'Other key' }))).toEqual([
      ['rotate 2 secrets in app/.env', '', 2],
    ]);
    expect(issueActions([hidden, issue({ id: 'worse', severity: 'critical' })])[0]).toMatchObject({
      action: { ids: ['worse', 'aws-access-key-id'] },
      urgencies: [65, 80],
    });
  });

  test('another file is another action; what opens nothing is none', () => {
    const elsewhere = [{ path: 'srv/.npmrc', layer: null }];
    const mild = issue({ severity: 'low' });
    expect(told(issue({}), issue({ locations: elsewhere }), mild)).toHaveLength(2);
    expect(told(mild)).toEqual([]);
  });
});

test('dangerous settings by their advice, untidy ones and licences not at all', () => {
  const wrong = issue({
    kind: 'misconfiguration',
    id: 'image-empty-password',
    title: 'An account has an empty password',
    fix: 'Lock the account: `passwd -l NAME`.',
    locations: ['etc/shadow', 'etc/passwd', 'etc/passwd'].map((path) => ({ path, layer: null })),
  });
  expect(told(wrong, { ...wrong, severity: 'medium' }, { ...wrong, kind: 'licence' })).toEqual([
    ['lock the account: `passwd -l NAME`', 'etc/shadow and 1 more', 1],
  ]);
});
