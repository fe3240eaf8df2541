// Verdicts on settings of components, with their source as evidence.
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { found, onComponent } from './define.ts';
import type { Component, ComponentName, KubernetesFacts } from './facts.ts';
import { isTrue, type Question, type Setting, settingOf, shown } from './settings.ts';

export interface SettingRule extends Question {
  readonly component: ComponentName;
  /** What is wrong with the value; null: nothing. Undefined: nothing is set and there is no default. */
  readonly fault: (value: unknown, component: Component) => string | null;
}

/** The verdict of one rule. */
export function bySetting(facts: KubernetesFacts, rule: SettingRule): Verdict {
  return onComponent(facts, rule.component, (component) => {
    const setting = settingOf(component, rule);
    return judged(setting, (value) => rule.fault(value, component));
  });
}

/** The verdict on a setting that was read. */
export function judged(setting: Setting, fault: (value: unknown) => string | null): Verdict {
  if (setting.kind === 'unknown') return told('unknown', setting.reason);
  const problem = fault(setting.value);
  const value = shown(setting.value);
  if (problem === null) return passed([found(setting.source, value, 'as it should be')]);
  return failedBy([found(setting.source, value, problem)]);
}

/** The value must be this truth. */
export function mustBe(wanted: boolean, otherwise: string): SettingRule['fault'] {
  return (value) => (isTrue(value) === wanted ? null : otherwise);
}

/** Something must be set. */
export function mustBeSet(otherwise: string): SettingRule['fault'] {
  return (value) => (typeof value === 'string' && value !== '' ? null : otherwise);
}

/** Each of some settings must be there. */
export function allSet(
  facts: KubernetesFacts,
  component: ComponentName,
  questions: readonly Question[],
): Verdict {
  return onComponent(facts, component, (one) => {
    const settings = questions.map((question) => ({ question, setting: settingOf(one, question) }));
    const strange = settings.find(({ setting }) => setting.kind === 'unknown')?.setting;
    if (strange?.kind === 'unknown') return told('unknown', strange.reason);
    const missing = settings.filter(
      ({ setting }) => setting.kind === 'known' && !isGiven(setting.value),
    );
    if (missing.length > 0) {
      return failedBy(
        missing.map(({ question }) => {
          const name = question.flag ?? (question.path ?? []).join('.');
          return found(`--${name} of ${one.source}`, null, `${component} has no ${name}`);
        }),
      );
    }
    return passed(
      settings.flatMap(({ setting }) =>
        setting.kind === 'known' ? [found(setting.source, shown(setting.value), 'it is set')] : [],
      ),
    );
  });
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}
