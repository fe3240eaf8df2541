import { describe, expect, test } from 'vitest';
import { type GateAnswer, gateSource } from '../../flow/gate.ts';
import { newestMinor, noWaivers, type Policy } from '../../policy/index.ts';
import { gateTable } from './gate-table.ts';

const policy: Policy = {
  profiles: ['restricted', 'hardening'],
  minor: newestMinor,
  waivers: noWaivers,
  onUnknown: 'deny',
};

function tableOf(text: string, columns = 80, more: Partial<Policy> = {}): string {
  const file = 'a.yaml';
  const source = { file, text, reason: null, isNamed: true };
  const answers: GateAnswer[] = gateSource(source, { ...policy, ...more });
  return gateTable(answers, { columns, colour: false, lines: new Map([[file, text.split('\n')]]) });
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => line.length));
}

describe('the table of the gate', () => {
  test('shows no escape sequence of a manifest', () => {
    const name = '"\\e[2J\\e]0;title\\a\\u202eevil"';
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec:\n  containers: [{name: ${name}, image: ${name}}]\n`;
    const raw = tableOf(text.replace('image:', 'image: # \u001b[31m\n    '));
    expect(raw).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(raw).toContain('evil');
  });

  test.each([60, 80, 120])('fits %i columns', (columns) => {
    const long = 'n'.repeat(300);
    const text = `apiVersion: v1\nkind: Pod\nmetadata: {name: ${long}}\nspec:\n  hostPID: true # ${long}\n  containers:\n    - name: ${long}\n      image: ${long}\n`;
    expect(widest(tableOf(text, columns))).toBeLessThanOrEqual(columns);
  });

  test.each([
    ['on a line of its own', '\n        - name: TOKEN\n          value: s3cr3t-value\n'],
    ['beside its name', ' [{name: TOKEN, value: s3cr3t-value}]\n'],
  ])('never shows a credential %s, found or not', (_, env) => {
    const text = `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      env:${env}`;
    expect(tableOf(text)).toContain('environment-secret');
    expect(tableOf(text)).not.toContain('s3cr3t');
    const json = `{"apiVersion":"v1","kind":"Pod","spec":{"hostPID":true,"containers":[{"name":"a","env":[{"name":"TOKEN","value":"s3cr3t-value"}]}]}}`;
    const told = tableOf(json, 120, { profiles: ['baseline'] });
    expect(told).toContain('at spec.hostPID');
    expect(told).not.toContain('s3cr3t');
  });

  test('says where a fix goes when it is not the line at fault', () => {
    const text =
      'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: a\n      image: a:1\n';
    const told = tableOf(text, 120, { profiles: ['restricted'] });
    expect(told).toContain('+ securityContext: {runAsNonRoot: true}  (in spec)');
    expect(told).toContain('       +       securityContext: {allowPrivilegeEscalation: false}');
  });

  test('names what was passed over, and says so where that is all', () => {
    const told = tableOf('apiVersion: v1\nkind: Secret\n---\napiVersion: v1\nkind: Secret\n');
    expect(told).toMatch(/^\nALLOW {2}Nothing makes containers here/);
    expect(told).toContain('2 Secret');
  });
});
