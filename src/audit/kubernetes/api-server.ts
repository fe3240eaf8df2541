// What the controls on the API server share: their section, and files that its flags name.
import { control, type KubernetesControl, type Section } from './define.ts';
import type { Component, ConfigFile } from './facts.ts';
import { flagsFor } from './settings.ts';

const section: Section = {
  profile: 'API server · level 1',
  reads: 'arguments of kube-apiserver',
  severity: 'medium',
  lesson: 'cluster-settings',
  need: 'components',
};

/** A file that a flag names; null: the flag is not there. */
export function documentOf(component: Component, flag: string): ConfigFile | null {
  return flagsFor(component).has(flag)
    ? (component.documents.get(flag) ?? {
        path: flag,
        value: null,
        problem: 'it could not be read',
      })
    : null;
}

/** A control with what its section gives. */
export function apiServerRow(
  id: string,
  title: string,
  fix: string,
  more: Partial<KubernetesControl> & Pick<KubernetesControl, 'evaluate'>,
): KubernetesControl {
  return control(section, { id, title, fix, ...more });
}
