import { describe, expect, test } from 'vitest';
import { pathText } from './path.ts';
import { subjectsOf } from './subject.ts';

const template = { spec: { containers: [{ name: 'a', image: 'a:1' }] } };

function object(kind: string, more: object, apiVersion = 'apps/v1') {
  return { apiVersion, kind, metadata: { name: 'x' }, ...more };
}

function podsOf(document: unknown): string[] {
  return (subjectsOf(document) ?? []).flatMap(({ path, pods }) =>
    pods.map((pod) => pathText([...path, ...pod.path])),
  );
}

describe('Pods of a workload', () => {
  test.each([
    ['Pod', template, ''],
    ['Deployment', { spec: { template } }, 'spec.template'],
    ['ReplicaSet', { spec: { template } }, 'spec.template'],
    ['StatefulSet', { spec: { template } }, 'spec.template'],
    ['DaemonSet', { spec: { template } }, 'spec.template'],
    ['ReplicationController', { spec: { template } }, 'spec.template'],
    ['Job', { spec: { template } }, 'spec.template'],
    [
      'CronJob',
      { spec: { jobTemplate: { spec: { template } } } },
      'spec.jobTemplate.spec.template',
    ],
    ['PodTemplate', { template }, 'template'],
    ['Rollout', { spec: { template } }, 'spec.template'],
  ])('%s', (kind, more, expected) => {
    expect(podsOf(object(kind, more))).toEqual([expected]);
    expect(subjectsOf(object(kind, more))?.[0]).toMatchObject({ problem: null, passedOver: null });
  });

  test('a kind that we do not know is searched for templates', () => {
    const spec = { tfReplicaSpecs: { Worker: { template }, Chief: { template } } };
    expect(podsOf(object('TFJob', { spec }, 'kubeflow.org/v1'))).toEqual([
      'spec.tfReplicaSpecs.Worker.template',
      'spec.tfReplicaSpecs.Chief.template',
    ]);
    const jobs = { replicatedJobs: [{ template: { spec: { template } } }] };
    expect(podsOf(object('JobSet', { spec: jobs }, 'jobset.x-k8s.io/v1alpha2'))).toEqual([
      'spec.replicatedJobs[0].template.spec.template',
    ]);
    const service = object('Service', { spec: { template } }, 'serving.knative.dev/v1');
    expect(podsOf(service)).toEqual(['spec.template']);
  });

  test('lists, with and without kinds of their items', () => {
    const list = object('List', { items: [object('Pod', template), object('Secret', {}, 'v1')] });
    expect(podsOf(list)).toEqual(['items[0]']);
    expect(subjectsOf(list)).toHaveLength(2);
    expect(podsOf(object('PodList', { items: [template] }, 'v1'))).toEqual(['items[0]']);
    const nested = object('List', {
      items: [object('List', { items: [object('Pod', template)] })],
    });
    expect(podsOf(nested)).toEqual(['items[0].items[0]']);
  });

  test('lists inside of lists without end, and hollow ones, are told', () => {
    let list = object('List', { items: [object('Pod', template)] });
    for (let depth = 0; depth < 100; depth += 1) list = object('List', { items: [list] });
    expect(subjectsOf(list)?.[0]?.problem).toBe('lists inside of lists');
    expect(subjectsOf(object('List', { items: [] }))?.[0]?.passedOver).toBe('the list is empty');
    expect(subjectsOf(object('List', { items: [null, 5] }))?.map(({ problem }) => problem)).toEqual(
      ['kind is missing', 'kind is missing'],
    );
  });
});

describe('what is not judged says why', () => {
  test.each([
    ['ConfigMap', 'v1', 'ConfigMap makes no containers'],
    ['Role', 'rbac.authorization.k8s.io/v1', 'Role makes no containers'],
    [
      'Widget',
      'example.com/v1',
      'Widget of example.com is not known, and no Pod template was found in it',
    ],
  ])('%s', (kind, apiVersion, reason) => {
    expect(subjectsOf(object(kind, { spec: {} }, apiVersion))?.[0]?.passedOver).toBe(reason);
  });

  test('a workload without containers', () => {
    const [pod] = subjectsOf(object('Pod', { spec: { containers: [] } })) ?? [];
    expect(pod?.problem).toBe('no containers at spec.containers');
    const [deployment] = subjectsOf(object('Deployment', {})) ?? [];
    expect(deployment?.problem).toBe('no containers at spec.template.spec.containers');
  });

  test('an object of an unknown kind that is too large or too deep to be searched', () => {
    const wide = { spec: Array.from({ length: 100_001 }, () => ({})) };
    let deep: object = template;
    for (let depth = 0; depth < 60; depth += 1) deep = { inner: deep };
    for (const more of [wide, { spec: deep }]) {
      const [subject] = subjectsOf(object('Widget', more, 'example.com/v1')) ?? [];
      expect(subject?.problem).toBe('too large to be searched for Pod templates');
      expect(subject?.passedOver).toBeNull();
    }
  });

  test.each([[null], ['text'], [[]], [{}], [{ kind: 'Pod' }], [{ apiVersion: 'v1', kind: 5 }]])(
    '%j is no object',
    (value) => expect(subjectsOf(value)).toBeNull(),
  );
});
