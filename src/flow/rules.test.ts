import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { noSharedData, sharedData } from '../../test/shared-data.ts';
import { explanationText, rulesReportText } from '../cli/commands/rules-text.ts';
import { checkRules, explainRule } from './rules.ts';

const text = `
- list: shells
  items: [sh, bash]
- rule: A shell
  desc: d
  condition: evt.type = execve and proc.name in (shells)
  output: x
  priority: INFO
- rule: Broken
  desc: d
  condition: evt.type = execve and proc.nam = x
  output: x
  priority: INFO
`;
const files = [{ name: 'r.yaml', text }];

describe('rules check', () => {
  test('counts and flaws', () => {
    const report = checkRules(files);
    expect(report).toEqual({
      rules: 1,
      enabled: 1,
      lists: 1,
      macros: 0,
      errors: [
        {
          file: 'r.yaml',
          line: 11,
          column: null,
          rule: 'Broken',
          code: 'LOAD_ERR_COMPILE_CONDITION',
          message: 'proc.nam is no known field',
        },
      ],
      warnings: [],
    });
    expect(rulesReportText(report)).toBe(
      'r.yaml:11: error LOAD_ERR_COMPILE_CONDITION Broken: proc.nam is no known field\n' +
        '1 rule (1 enabled), 0 macros, 1 list; 1 error, 0 warnings\n',
    );
  });

  test('names cannot steer a terminal', () => {
    const evil = [{ name: 'r.yaml', text: '- rule: "a\\e[2J"\n' }];
    expect(rulesReportText(checkRules(evil))).not.toContain('\u001b');
  });
});

describe('rules explain', () => {
  test('for people', () => {
    const event = JSON.stringify({ 'evt.type': 'execve', 'proc.name': 'zsh', 'proc.x': 1 });
    expect(explanationText(explainRule('A shell', files, event))).toBe(`A shell (r.yaml:4)
The event does not match.
Note: the event has proc.x, which is no field.

false    and
true       evt.type = execve
false      proc.name in (sh, bash)   (proc.name is zsh)
`);
  });

  test('a part of a name is enough', () => {
    expect(explainRule('shell', files, '{"evt.type":"execve"}')).toMatchObject({
      rule: 'A shell',
      matches: false,
    });
  });

  test.each([
    ['Nothing', '{}', 'proc.nam is no known field'],
    ['Broken', '{}', 'proc.nam is no known field'],
    ['A shell', '{', 'not valid JSON|ends too early'],
    ['A shell', '{}', 'no evt.type'],
  ])('%s, %s: %s', (rule, event, message) => {
    expect(() => explainRule(rule, files, event)).toThrow(new RegExp(message));
  });

  const folder = sharedData('falco-rules');
  test.skipIf(folder === null)(`an official rule: ${noSharedData}`, () => {
    const official = {
      name: 'falco_rules.yaml',
      text: readFileSync(`${folder}/falco_rules.yaml`, 'utf8'),
    };
    const event = {
      'evt.type': 'execve',
      'evt.num': 1,
      'proc.name': 'bash',
      'proc.pname': 'runc',
      'proc.tty': 34816,
      'container.id': '3ad7b26ded6d',
    };
    const explained = (changes: object): boolean =>
      explainRule(
        'Terminal shell in container',
        [official],
        JSON.stringify({ ...event, ...changes }),
      ).matches;
    expect(explained({})).toBe(true);
    expect(explained({ 'container.id': 'host' })).toBe(false);
    expect(explained({ 'proc.tty': 0 })).toBe(false);
    expect(explained({ 'proc.pname': 'nginx' })).toBe(false);
  });
});
