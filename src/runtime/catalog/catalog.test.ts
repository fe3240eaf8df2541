// Our own rules: they load, are in the catalog, fire on what they are for and on nothing near it.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { noSharedData, sharedData } from '../../../test/shared-data.ts';
import { builtinRules } from '../../host/rules/index.ts';
import {
  explain,
  type FlatEvent,
  flatEvent,
  flatFields,
  loadSyscallRules,
  RuleEngine,
  type RulesFile,
  unknownNames,
} from '../rules/index.ts';
import { includesType } from '../rules/language/event-types.ts';
import { eventOf } from './fixtures/templates.ts';
import {
  extraCalls,
  factsOfRule,
  officialRules,
  ruleThemes,
  tacticsOf,
  techniqueOf,
  techniques,
  watchedReads,
} from './index.ts';

type Given = Readonly<Record<string, unknown>>;
interface Cases {
  readonly fires: readonly Given[];
  readonly quiet: readonly Given[];
}

const folder = new URL('./fixtures/', import.meta.url);

function read(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
}

function flat(given: Given): FlatEvent {
  return present(flatEvent(eventOf(given)));
}

const loaded = loadSyscallRules(builtinRules());
const engine = new RuleEngine(loaded.rules, flatFields, { matching: 'all' });
const own = new Map(loaded.rules.map((rule) => [rule.name, rule]));
const themes = ruleThemes.map(({ id, rules }) => ({
  id,
  rules,
  cases: read(`${id}.json`) as Readonly<Record<string, Cases>>,
}));

const officialFolder = sharedData('falco-rules');

function officialFiles(): readonly RulesFile[] {
  return ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'].map(
    (name) => ({ name, text: readFileSync(`${officialFolder}/${name}`, 'utf8') }),
  );
}

describe('the files', () => {
  test('load without an error or a warning', () => {
    expect([...loaded.errors, ...loaded.warnings]).toEqual([]);
    expect(loaded.rules.length).toBeGreaterThanOrEqual(45);
    expect(loaded.rules.every(({ eventTypes }) => eventTypes.mode === 'only')).toBe(true);
  });

  test.skipIf(officialFolder === null)(`load beside the official ones: ${noSharedData}`, () => {
    const official = officialFiles();
    const names = new Set(loadSyscallRules(official).rules.map(({ name }) => name));
    for (const files of [
      [...official, ...builtinRules()],
      [...builtinRules(), ...official],
    ]) {
      const both = loadSyscallRules(files);
      expect([...both.errors, ...both.warnings]).toEqual([]);
      expect(both.rules).toHaveLength(loaded.rules.length + 93);
    }
    expect(loaded.rules.filter(({ name }) => names.has(name))).toEqual([]);
  });

  test.skipIf(officialFolder === null)(`official rules are mapped: ${noSharedData}`, () => {
    const { rules } = loadSyscallRules(officialFiles());
    expect([...officialRules.keys()].toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  });

  test('only use event types of the sensor', () => {
    const traced =
      'accept accept4 bpf chmod connect creat dup dup2 dup3 execve execveat fchmod fchmodat ' +
      'finit_module init_module link linkat listen mkdir mkdirat open openat openat2 ptrace ' +
      'recvfrom recvmsg rename renameat renameat2 rmdir sendmsg sendto setns setuid socket ' +
      'symlink symlinkat unlink unlinkat unshare userfaultfd';
    const types = new Set(loaded.rules.flatMap(({ eventTypes }) => [...eventTypes.types]));
    const extra = types.difference(new Set(traced.split(' ')));
    expect([...extra].toSorted()).toEqual(extraCalls.map(({ type }) => type).toSorted());
  });
});

test('opens for reading that rules fire on are among those that the sensor keeps', () => {
  const isKept = (path: string): boolean =>
    watchedReads.prefixes.some((one) => path.startsWith(one)) ||
    watchedReads.parts.some((one) => path.includes(one)) ||
    watchedReads.endings.some((one) => path.endsWith(one));
  const reads = themes.flatMap(({ cases }) =>
    Object.values(cases).flatMap(({ fires }) => fires.filter(({ like }) => like === 'read')),
  );
  expect(reads.length).toBeGreaterThan(15);
  for (const given of reads) {
    const { fields } = flat(given);
    const paths = [fields.get('fd.name'), fields.get('fd.nameraw')].map(String);
    expect(paths.some(isKept), paths.join(' ')).toBe(true);
  }
});

describe('the catalog', () => {
  test('and the files name the same rules', () => {
    const names = ruleThemes.flatMap(({ rules }) => rules.map(({ name }) => name));
    expect(names.toSorted()).toEqual([...own.keys()].toSorted());
    expect(factsOfRule('constructor')).toBeNull();
  });

  test.each(ruleThemes.flatMap(({ rules }) => rules))('$name agrees with its tags', (facts) => {
    const { tags, description } = present(own.get(facts.name));
    expect(tags.filter((tag) => tag.startsWith('maturity_'))).toEqual([
      `maturity_${facts.maturity}`,
    ]);
    const known = facts.techniques.map((id) => present(techniqueOf(id)));
    const ids = known.flatMap(({ id, formerIds }) => [id, ...formerIds.slice(0, 1)]);
    expect(known.map(({ id }) => id)).toEqual(facts.techniques);
    expect(tags.filter((tag) => /^T\d/.test(tag)).toSorted()).toEqual(ids.toSorted());
    expect(tags.some((tag) => tag.startsWith('mitre_'))).toBe(true);
    expect(tags).toContain('container');
    expect(description.length).toBeGreaterThan(40);
  });

  test('fixtures are those of the themes', () => {
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
    expect(files.toSorted()).toEqual(
      [...ruleThemes.map(({ id }) => `${id}.json`), 'calm.json'].toSorted(),
    );
  });
});

describe.each(themes)('events of $id', ({ rules, cases }) => {
  test('are there for each rule', () => {
    expect(Object.keys(cases).toSorted()).toEqual(rules.map(({ name }) => name).toSorted());
  });

  test.each(Object.entries(cases))('%s', (name, { fires, quiet }) => {
    const rule = present(own.get(name));
    expect(fires.length).toBeGreaterThanOrEqual(1);
    expect(quiet.length).toBeGreaterThanOrEqual(2);
    for (const given of [...fires, ...quiet]) expect(unknownNames(flat(given))).toEqual([]);
    for (const given of fires) {
      const event = flat(given);
      const why = explain(rule, event, flatFields);
      expect(why.outcome, JSON.stringify(given)).toBe('true');
      expect(engine.match(event)).toContain(rule);
    }
    for (const given of quiet) {
      const event = flat(given);
      // A near miss is one that the rule has to look at.
      expect(includesType(rule.eventTypes, event.type), `${name} ${event.type}`).toBe(true);
      expect(engine.match(event), JSON.stringify(given)).not.toContain(rule);
    }
  });
});

describe('calm days', () => {
  test.each(Object.entries(read('calm.json') as Readonly<Record<string, readonly Given[]>>))(
    '%s: no rule fires',
    (_what, events) => {
      for (const given of events) {
        const event = flat(given);
        expect(unknownNames(event)).toEqual([]);
        expect(engine.match(event).map((rule) => `${rule.name} ${JSON.stringify(given)}`)).toEqual(
          [],
        );
      }
    },
  );
});

describe('ATT&CK', () => {
  test('has the 48 techniques of containers', () => {
    expect(techniques.filter(({ ofContainers }) => ofContainers)).toHaveLength(48);
    const ids = techniques.flatMap(({ id, formerIds }) => [id, ...formerIds]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^T\d{4}(?:\.\d{3})?$/);
  });

  test('understands ids of both versions', () => {
    expect(techniqueOf('T1562.001')?.id).toBe('T1685');
    expect(techniqueOf('t1685')?.id).toBe('T1685');
    expect(techniqueOf('T1562')?.id).toBe('T1685');
    expect(techniqueOf('T1611')?.tactics).toEqual(['privilege-escalation']);
    expect(techniqueOf('TA0003')).toBeNull();
    expect(tacticsOf('mitre_defense_evasion'.slice('mitre_'.length))).toEqual([
      'stealth',
      'defense-impairment',
    ]);
    expect(tacticsOf('impact')).toEqual(['impact']);
  });

  test('knows what official rules are mapped to', () => {
    for (const { techniques: ids } of officialRules.values()) {
      for (const id of ids) expect(techniqueOf(id)?.id).toBe(id);
    }
  });
});
