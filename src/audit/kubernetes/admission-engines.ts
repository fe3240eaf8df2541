// What decides on Pods beside Pod Security admission: webhooks and policies that see new Pods.
import { asArray, field, stringField, stringsOf } from '../../base/json.ts';
import type { ClusterFacts } from './facts.ts';
import { nameOf } from './objects.ts';

export interface Engine {
  /** `ValidatingWebhookConfiguration kyverno-resource`. */
  readonly name: string;
  /** It judges images: their signatures, where they come from. */
  readonly judgesImages: boolean;
}

const imageJudges =
  /kyverno|policy-?controller|cosign|sigstore|connaisseur|ratify|gatekeeper|kubewarden|binauthz|image-?policy|portieris|seaworthy/i;

/** Engines that see new Pods; null: they could not be asked. */
export function enginesOf({ kinds }: ClusterFacts): readonly Engine[] | null {
  const found: Engine[] = [];
  let isKnown = true;
  const rulesOf: ReadonlyMap<string, (object: unknown) => readonly unknown[]> = new Map([
    ['ValidatingWebhookConfiguration', webhookRules],
    ['MutatingWebhookConfiguration', webhookRules],
    [
      'ValidatingAdmissionPolicy',
      (object) => asArray(field(field(field(object, 'spec'), 'matchConstraints'), 'resourceRules')),
    ],
  ]);
  for (const [kind, rules] of rulesOf) {
    const facts = kinds.get(kind);
    if (facts?.kind !== 'known') {
      // Policies are younger than webhooks: a cluster may have none of them.
      if (kind !== 'ValidatingAdmissionPolicy') isKnown = false;
      continue;
    }
    for (const object of facts.objects.slice(0, 10_000)) {
      if (!rules(object).some(seesPods)) continue;
      const name = nameOf(object);
      found.push({ name: `${kind} ${name}`, judgesImages: imageJudges.test(name) });
    }
  }
  return found.length > 0 || isKnown ? found : null;
}

function webhookRules(object: unknown): readonly unknown[] {
  return asArray(field(object, 'webhooks'))
    .slice(0, 1000)
    .flatMap((webhook) => asArray(field(webhook, 'rules')).slice(0, 1000));
}

function seesPods(rule: unknown): boolean {
  const operations = stringsOf(field(rule, 'operations'));
  const resources = stringsOf(field(rule, 'resources'));
  const groups = stringsOf(field(rule, 'apiGroups'));
  return (
    operations.some((one) => one === 'CREATE' || one === '*') &&
    groups.some((one) => one === '' || one === '*') &&
    resources.some((one) => one === 'pods' || one === '*' || one === '*/*' || one === 'pods/*')
  );
}

/** The level that Pod Security admission enforces by default, by its configuration file; null: none. */
export function defaultLevel(admissionConfig: unknown): string | null {
  for (const plugin of asArray(field(admissionConfig, 'plugins')).slice(0, 100)) {
    if (stringField(plugin, 'name') !== 'PodSecurity') continue;
    const level = stringField(field(field(plugin, 'configuration'), 'defaults'), 'enforce');
    if (level !== null) return level;
  }
  return null;
}
