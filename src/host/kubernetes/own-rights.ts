// What the account of a kubeconfig may do, as the API server answers it: SelfSubjectReview (who am I) and
// SelfSubjectRulesReview (what may I do here). Both are questions: the server keeps nothing of them.
import { messageOf } from '../../base/error.ts';
import { asArray, field, parseJson, stringField, stringsOf } from '../../base/json.ts';
import type { Answer } from './request.ts';

/** Rules as roles have them, so that the same controls judge them. */
export interface OwnRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface RightsIn {
  readonly namespace: string;
  readonly rules: readonly OwnRule[];
  /** The server could not ask all of its authorizers; why, as it says. */
  readonly incomplete: string | null;
}

export type OwnRights =
  | {
      readonly kind: 'known';
      /** `kubernetes-admin`; null: a server before 1.28 does not say. */
      readonly user: string | null;
      readonly groups: readonly string[];
      readonly namespaces: readonly RightsIn[];
    }
  /** `reason`: a plain sentence without full stop. */
  | { readonly kind: 'unknown'; readonly reason: string };

type Ask = (path: string, question: object) => Promise<Answer>;

/** Rules of one namespace; a cluster-admin has two. */
const rulesMost = 10_000;
const authentication = 'authentication.k8s.io/v1';
const authorization = 'authorization.k8s.io/v1';

/** Asks for each namespace in turn; never throws. */
export async function askOwnRights(ask: Ask, namespaces: readonly string[]): Promise<OwnRights> {
  try {
    const found: RightsIn[] = [];
    for (const namespace of namespaces) {
      const answer = await ask(`/apis/${authorization}/selfsubjectrulesreviews`, {
        apiVersion: authorization,
        kind: 'SelfSubjectRulesReview',
        spec: { namespace },
      });
      const status = statusIn(answer);
      if (status === null) {
        return {
          kind: 'unknown',
          reason: `the API server answers ${answer.status} for own rights`,
        };
      }
      found.push({ namespace, rules: rulesIn(status), incomplete: incompleteness(status) });
    }
    return { kind: 'known', ...(await whoAmI(ask)), namespaces: found };
  } catch (error) {
    return { kind: 'unknown', reason: messageOf(error).slice(0, 500) };
  }
}

/** The status of a review; a created one has 201 (API conventions). Null: there is none. */
function statusIn({ status, text }: Answer): unknown {
  if (status !== 200 && status !== 201) return null;
  const parsed = parseJson(text);
  return parsed.ok ? field(parsed.value, 'status') : null;
}

function rulesIn(status: unknown): readonly OwnRule[] {
  const lists = ['resourceRules', 'nonResourceRules'].flatMap((key) =>
    asArray(field(status, key)).slice(0, rulesMost),
  );
  return lists.map((rule) => ({
    verbs: stringsOf(field(rule, 'verbs')),
    apiGroups: stringsOf(field(rule, 'apiGroups')),
    resources: stringsOf(field(rule, 'resources')),
    resourceNames: stringsOf(field(rule, 'resourceNames')),
    nonResourceURLs: stringsOf(field(rule, 'nonResourceURLs')),
  }));
}

function incompleteness(status: unknown): string | null {
  if (field(status, 'incomplete') !== true) return null;
  const why = (stringField(status, 'evaluationError') ?? '').slice(0, 300);
  return why === '' ? 'an authorizer of the server does not tell its rules' : why;
}

async function whoAmI(ask: Ask): Promise<{ user: string | null; groups: readonly string[] }> {
  const answer = await ask(`/apis/${authentication}/selfsubjectreviews`, {
    apiVersion: authentication,
    kind: 'SelfSubjectReview',
  });
  const info = field(statusIn(answer), 'userInfo');
  const user = stringField(info, 'username')?.slice(0, 300) ?? null;
  return { user, groups: stringsOf(field(info, 'groups')).slice(0, 100) };
}
