// CIS Kubernetes 1.3 and 1.4: controller manager and scheduler.
import { control, type KubernetesControl, onComponent, type Section } from './define.ts';
import type { ComponentName } from './facts.ts';
import { bySetting, judged, mustBe, mustBeSet } from './judge-setting.ts';
import { gateOf, isTrue, numberOf } from './settings.ts';

const controllers: Section = {
  profile: 'controller manager · level 1',
  reads: 'arguments of kube-controller-manager',
  severity: 'medium',
  lesson: 'cluster-settings',
  need: 'components',
};
const scheduler: Section = {
  ...controllers,
  profile: 'scheduler · level 1',
  reads: 'arguments of kube-scheduler, its --config',
};
const manager = 'kube-controller-manager';

/** Both listen on all addresses by default, whatever benchmarks say of an absent flag. */
function loopbackOnly(section: Section, id: string, component: ComponentName): KubernetesControl {
  return control(section, {
    id,
    title: `${component} listens on this node alone`,
    severity: 'low',
    fix: 'Set --bind-address=127.0.0.1',
    evaluate: (facts) =>
      bySetting(facts, {
        component,
        flag: 'bind-address',
        fallback: '0.0.0.0',
        fault: (value) =>
          value === '127.0.0.1' || value === '::1' || value === 'localhost'
            ? null
            : `it listens on ${String(value).slice(0, 60)}`,
      }),
  });
}

function noProfiling(section: Section, id: string, component: ComponentName): KubernetesControl {
  return control(section, {
    id,
    title: `Profiling of ${component} is off`,
    severity: 'low',
    lesson: 'information-leak',
    fix: 'Set --profiling=false',
    evaluate: (facts) =>
      bySetting(facts, {
        component,
        flag: 'profiling',
        // KubeSchedulerConfiguration; a controller manager has no such file.
        ...(component === 'kube-scheduler' ? { path: ['enableProfiling'] } : {}),
        fallback: true,
        fault: mustBe(false, 'profiles of the running program can be taken'),
      }),
  });
}

export const controllerControls: readonly KubernetesControl[] = [
  control(controllers, {
    id: '1.3.1',
    title: 'Ended Pods are cleared away in time',
    severity: 'low',
    lesson: 'resource-exhaustion',
    fix: 'Set --terminated-pod-gc-threshold to what your nodes can hold',
    evaluate: (facts) =>
      bySetting(facts, {
        component: manager,
        flag: 'terminated-pod-gc-threshold',
        fallback: 12_500,
        fault: (value) => {
          const number = numberOf(value);
          if (number === null || number <= 0) return 'ended Pods are never cleared away';
          return number >= 12_500 ? `${number} ended Pods are kept: nobody set a number` : null;
        },
      }),
  }),
  noProfiling(controllers, '1.3.2', manager),
  control(controllers, {
    id: '1.3.3',
    title: 'Each controller has rights of its own',
    fix: 'Set --use-service-account-credentials=true',
    evaluate: (facts) =>
      bySetting(facts, {
        component: manager,
        flag: 'use-service-account-credentials',
        fallback: false,
        fault: mustBe(true, 'all controllers share the rights of all'),
      }),
  }),
  control(controllers, {
    id: '1.3.4',
    title: 'Tokens of service accounts are signed with a key of their own',
    fix: 'Set --service-account-private-key-file',
    evaluate: (facts) =>
      bySetting(facts, {
        component: manager,
        flag: 'service-account-private-key-file',
        fault: mustBeSet('there is no key for tokens'),
      }),
  }),
  control(controllers, {
    id: '1.3.5',
    title: 'Pods get the authority of the API server',
    fix: 'Set --root-ca-file',
    evaluate: (facts) =>
      bySetting(facts, {
        component: manager,
        flag: 'root-ca-file',
        fault: mustBeSet('Pods cannot verify the API server'),
      }),
  }),
  control(controllers, {
    id: '1.3.6',
    title: 'Certificates of kubelets may be renewed by themselves',
    fix: 'Remove RotateKubeletServerCertificate=false from --feature-gates',
    evaluate: (facts) =>
      onComponent(facts, manager, (component) =>
        judged(gateOf(component, 'RotateKubeletServerCertificate', true), (value) =>
          isTrue(value) === false ? 'serving certificates of kubelets are not renewed' : null,
        ),
      ),
  }),
  loopbackOnly(controllers, '1.3.7', manager),
  noProfiling(scheduler, '1.4.1', 'kube-scheduler'),
  loopbackOnly(scheduler, '1.4.2', 'kube-scheduler'),
];
