// Which admission plugins run: those that are on by default in this version, those enabled, less those
// disabled (kube-apiserver reference, --enable-admission-plugins).
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { found, onComponent } from './define.ts';
import type { Component, KubernetesFacts } from './facts.ts';
import { listOf, settingOf } from './settings.ts';

/** On by default, with the minor version since which they are. */
const defaults: ReadonlyMap<string, number> = new Map([
  ['NamespaceLifecycle', 0],
  ['LimitRanger', 0],
  ['ServiceAccount', 0],
  ['ResourceQuota', 0],
  ['MutatingAdmissionWebhook', 9],
  ['ValidatingAdmissionWebhook', 9],
  ['PodSecurity', 23],
  ['ValidatingAdmissionPolicy', 30],
]);

/** Whether a plugin runs; null: the arguments are not known. */
export function isPluginOn(
  component: Component,
  plugin: string,
  minor: number | null,
): { readonly isOn: boolean; readonly place: string } | null {
  const enabled = settingOf(component, { flag: 'enable-admission-plugins' });
  const disabled = settingOf(component, { flag: 'disable-admission-plugins' });
  if (enabled.kind === 'unknown' || disabled.kind === 'unknown') return null;
  if (listOf(disabled.value).includes(plugin)) return { isOn: false, place: disabled.source };
  if (listOf(enabled.value).includes(plugin)) return { isOn: true, place: enabled.source };
  const since = defaults.get(plugin);
  // Versions that are not known are taken as recent ones: older ones are out of support for years.
  return { isOn: since !== undefined && (minor === null || minor >= since), place: 'default' };
}

/** The verdict on a plugin that should be, or must not be, on. */
export function admissionVerdict(
  facts: KubernetesFacts,
  plugin: string,
  wanted: 'enabled' | 'disabled',
): Verdict {
  return onComponent(facts, 'kube-apiserver', (component) => {
    const state = isPluginOn(component, plugin, facts.minor);
    if (state === null)
      return told('unknown', 'the command line of kube-apiserver could not be read');
    const { isOn, place } = state;
    const where = place === 'default' ? '--enable-admission-plugins (default)' : place;
    const message = `${plugin} is ${isOn ? 'on' : 'off'}`;
    return isOn === (wanted === 'enabled')
      ? passed([found(where, isOn, message)])
      : failedBy([found(where, isOn, message)]);
  });
}
