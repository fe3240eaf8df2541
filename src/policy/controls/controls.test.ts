import { describe, expect, test } from 'vitest';
import { applyPatch } from '../../../test/json-patch.ts';
import { lessonOf } from '../../lesson/index.ts';
import { type Control, type Fault, type PodVector, variantFor } from '../control.ts';
import { patchOf } from '../patch.ts';
import { viewPod } from '../pod.ts';
import { newestMinor, parseKubernetesVersion } from '../version.ts';
import { controls } from './index.ts';

function podOf({ annotations, spec }: PodVector): unknown {
  return { metadata: { name: 'p', ...(annotations ? { annotations } : {}) }, spec };
}

function ask(control: Control, vector: PodVector, pod = podOf(vector)): readonly Fault[] {
  const minor = parseKubernetesVersion(vector.kubernetes ?? 'latest');
  return variantFor(control, minor)?.check(viewPod(pod, vector.namespace ?? null)) ?? [];
}

describe.each(controls.map((control) => [control.id, control] as const))('%s', (id, control) => {
  test('passes its passing Pods', () => {
    expect(control.passes.length).toBeGreaterThan(0);
    for (const vector of control.passes) {
      expect(ask(control, vector), JSON.stringify(vector)).toEqual([]);
    }
  });

  test('fails its failing Pods', () => {
    expect(control.fails.length).toBeGreaterThan(0);
    for (const vector of control.fails) {
      expect(ask(control, vector).length, JSON.stringify(vector)).toBeGreaterThan(0);
    }
  });

  test('its patches mend what they promise to mend', () => {
    for (const vector of control.fails) {
      const faults = ask(control, vector);
      if (faults.some(({ edits }) => edits.length === 0)) continue;
      const pod = podOf(vector);
      const patched = applyPatch(
        pod,
        patchOf(
          pod,
          faults.flatMap(({ edits }) => edits),
        ),
      );
      expect(ask(control, vector, patched), JSON.stringify(patched)).toEqual([]);
    }
  });

  test('is told in full', () => {
    expect(id).toMatch(/^[a-zA-Z_-]+$/);
    expect(control.sources.length).toBeGreaterThan(0);
    expect(control.title).toMatch(/^[A-Z/].*[^.]$/);
    expect(control.fix).toMatch(/^[A-Z].*[^.]$/);
    expect(lessonOf(control.lesson)).not.toBeNull();
    const starts = control.variants.map(({ since }) => since);
    expect(starts).toEqual(starts.toSorted((a, b) => a - b));
    expect(starts.at(-1)).toBeLessThanOrEqual(newestMinor);
  });

  test('has vectors on both sides of each of its versions', () => {
    const vectors = [...control.passes, ...control.fails];
    const minors = new Set(
      vectors.map(({ kubernetes }) => parseKubernetesVersion(kubernetes ?? 'latest')),
    );
    for (const { since } of control.variants.filter((variant) => variant.since > 0)) {
      expect(minors, `1.${since}`).toContain(since - 1);
    }
  });
});

test('ids are unique and overrides name controls', () => {
  const ids = controls.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { overrides } of controls) {
    for (const id of overrides ?? []) expect(ids).toContain(id);
  }
});

test('the Pod Security Standards are complete: 12 checks of baseline, 7 of restricted', () => {
  const count = (level: string): number =>
    controls.filter((control) => control.level === level).length;
  expect([count('baseline'), count('restricted')]).toEqual([12, 7]);
});
