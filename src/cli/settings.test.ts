import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { collect, withCommonOptions, wordsOf } from './options.ts';
import { applySettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'seaworthy-settings-'));
const file = join(folder, 'any.yaml');
const home = process.cwd();
beforeEach(() => rmSync(join(folder, 'seaworthy.yaml'), { force: true }));
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

function program(): Command {
  const whole = new Command('seaworthy').exitOverride();
  const scan = whole
    .command('scan')
    .option('--fail-on <level>')
    .option('--only-fixed')
    .option('--vex <file>', '', collect, [])
    .option('--scanners <list>', '', wordsOf(['vuln', 'secret', 'licence']), ['vuln']);
  const gate = whole.command('gate');
  const check = gate.command('check').option('--profile <name>', '', 'recommended');
  const alerts = whole.command('alerts').requiredOption('--config <file>', 'another kind of file');
  for (const command of [scan, check, alerts]) withCommonOptions(command).action(() => undefined);
  return whole;
}

/** The options that `words` give with `text` as settings. */
function optionsOf(words: readonly string[], text: string | null, isNamed = true) {
  const whole = program();
  let options: Record<string, unknown> = {};
  whole.hook('preAction', (_program, command) => {
    applySettings(command, program);
    options = command.opts();
  });
  if (text !== null) writeFileSync(isNamed ? file : join(folder, 'seaworthy.yaml'), text);
  process.chdir(folder);
  const named = text !== null && isNamed ? ['--config', file] : [];
  whole.parse([...words, ...named], { from: 'user' });
  process.chdir(home);
  return options;
}

describe('settings of a file', () => {
  test('for all commands, and for one, which wins', () => {
    const text = 'offline: true\nfail-on: low\nscan: {fail-on: high}\ngate: {check: {profile: x}}';
    expect(optionsOf(['scan'], text)).toMatchObject({ offline: true, failOn: 'high' });
    expect(optionsOf(['gate', 'check'], text)).toMatchObject({ offline: true, profile: 'x' });
    expect(optionsOf(['gate', 'check'], text)).not.toHaveProperty('failOn');
  });

  test('flags, lists, repeated flags and numbers, as if they were typed', () => {
    const text =
      'only-fixed: true\nno-progress: true\nquiet: false\nvex: [a, b]\nscanners: [vuln, secret]';
    expect(optionsOf(['scan'], text)).toMatchObject({
      onlyFixed: true,
      progress: false,
      vex: ['a', 'b'],
      scanners: ['vuln', 'secret'],
    });
    expect(optionsOf(['scan'], text)).not.toHaveProperty('quiet');
    expect(optionsOf(['gate', 'check'], 'profile: 7')).toMatchObject({ profile: '7' });
  });

  test('the command line wins, and the environment', () => {
    expect(optionsOf(['scan', '--fail-on', 'low'], 'fail-on: high')).toMatchObject({
      failOn: 'low',
    });
    process.env['SEAWORTHY_DATA'] = '/from/environment';
    const { data } = optionsOf(['scan'], 'data: /from/file');
    delete process.env['SEAWORTHY_DATA'];
    expect(data).toBe('/from/environment');
  });

  test.each([
    ['fial-on: high', /fial-on is no flag of any command/],
    ['scan: {profile: x}', /profile is no flag of scan/],
    ['skan: {fail-on: high}', /skan is no command/],
    ['scanners: all', /scanners: Allowed are vuln, secret, licence/],
    ['only-fixed: yes please', /only-fixed: true or false is wanted/],
    ['fail-on: {a: b}', /fail-on is no command/],
    ['fail-on: [{a: b}]', /fail-on: a text or a list of texts is wanted/],
    ['- fail-on', /is no map of settings/],
    ['a: 1\n---\nb: 2', /is no map of settings/],
    ['a: [', /any\.yaml: /],
    ['__proto__: {a: 1}', /__proto__ is no command/],
    [`vex: [${'*a,'.repeat(2)}]`, /any\.yaml: /],
    [' '.repeat(1024 * 1024 + 1), /larger than any settings/],
  ])('refused %#', (text, message) => {
    expect(() => optionsOf(['scan'], text)).toThrow(message);
  });

  test('a file that is not there, and an empty one', () => {
    expect(() => optionsOf(['scan', '--config', join(folder, 'absent')], null)).toThrow(/ENOENT/);
    expect(optionsOf(['scan'], '')).toMatchObject({ vex: [] });
  });

  test('the flag of a command that means another file stays its own', () => {
    expect(optionsOf(['alerts'], 'fail-on: high')).toMatchObject({ config: file });
  });
});

describe('a seaworthy.yaml that nobody named', () => {
  test('may say what is asked, and not where to write or whom to talk to', () => {
    expect(optionsOf(['scan'], 'fail-on: high', false)).toMatchObject({ failOn: 'high' });
    expect(() => optionsOf(['scan'], 'output: /etc/passwd', false)).toThrow(/may not set output/);
    expect(() => optionsOf(['scan'], 'scan: {data: /x}', false)).toThrow(/may not set data/);
  });

  test('may be something else: a manifest of Kubernetes', () => {
    const manifest = 'apiVersion: v1\nkind: Namespace\n---\napiVersion: v1\nkind: Pod\n';
    expect(optionsOf(['scan'], manifest, false)).toMatchObject({ vex: [] });
    expect(() => optionsOf(['scan'], manifest)).toThrow(/no map of settings/);
  });
});
