// `gate test`: users prove their policies. A suite names policies, objects and what should come out.
import { SeaworthyError } from '../base/error.ts';
import { asArray, asRecord, field, keysOf, stringField, stringsOf } from '../base/json.ts';
import { severities } from '../model/severity.ts';
import type { ImageFacts } from '../policy/image/index.ts';
import {
  type Answer,
  type Decision,
  judge,
  newestMinor,
  noWaivers,
  type ProfileId,
  profileIds,
  readManifest,
  subjectsOf,
} from '../policy/index.ts';
import { type GatePolicy, type PolicyText, policyWith, readGatePolicy } from './gate-policy.ts';

export interface TestResult {
  readonly file: string;
  readonly line: number | null;
  readonly name: string;
  readonly ok: boolean;
  /** What came out, and what did not come out as it should; empty where all did. */
  readonly decision: Decision;
  readonly controls: readonly string[];
  readonly problems: readonly string[];
}

export interface TestServices {
  /** The texts of a policy file or folder that a suite names, relative to the suite. */
  readonly policyTexts: (name: string, suite: string) => readonly PolicyText[];
  /** The text of a manifest that a suite names. */
  readonly objectText: (name: string, suite: string) => string;
  readonly now: Date;
}

const decisions: readonly Decision[] = ['allow', 'warn', 'deny'];
const suiteKeys = ['apiVersion', 'kind', 'metadata', 'policy', 'profiles', 'tests'];
const testKeys = [
  'name',
  'object',
  'objects',
  'oldObject',
  'operation',
  'user',
  'namespaceLabels',
  'images',
  'expect',
  'controls',
  'not',
  'message',
];

/**
 * Runs all suites of one file. Throws `SeaworthyError` `malformed` where the file is no suite: a test
 * that is misread proves nothing.
 */
export function runGateTests(file: string, text: string, services: TestServices): TestResult[] {
  return readManifest(text).flatMap((document) => {
    if (document.kind === 'unreadable') {
      throw new SeaworthyError('malformed', `${file}:${document.line ?? 1}: ${document.reason}`);
    }
    const { value, lineAt } = document;
    const refuse = (path: (string | number)[], what: string): never => {
      throw new SeaworthyError('malformed', `${file}:${lineAt(path) ?? 1}: ${what}`, {
        advice: 'mend the test',
      });
    };
    const known = (one: unknown, keys: readonly string[], path: (string | number)[]): void => {
      const stranger = keysOf(one).find((key) => !keys.includes(key));
      if (stranger !== undefined) refuse([...path, stranger], `${stranger} is not known here`);
    };
    known(value, suiteKeys, []);
    const tests = asArray(field(value, 'tests'));
    if (tests.length === 0) refuse([], 'a suite has tests');
    const profiles = stringsOf(field(value, 'profiles'));
    const foreign = profiles.find((one) => !profileIds.some((id) => id === one));
    if (foreign !== undefined) refuse(['profiles'], `${foreign} is no profile`);
    const texts = stringsOf(field(value, 'policy')).flatMap((name) =>
      services.policyTexts(name, file),
    );
    if (texts.length + profiles.length === 0) refuse([], 'a suite names a policy or profiles');
    const gate = texts.length === 0 ? null : readGatePolicy(texts, services.now);
    return tests.map((test, index): TestResult => {
      const path = ['tests', index];
      known(test, testKeys, path);
      const name = stringField(test, 'name') ?? `test ${index + 1}`;
      const expect = decisions.find((one) => one === field(test, 'expect'));
      if (expect === undefined) return refuse(path, 'expect is allow, warn or deny');
      const objects = objectsOf(test, file, services);
      if (objects.length === 0) refuse(path, 'a test has an object');
      const answers = objects.flatMap((object) =>
        answersOf(object, test, { gate, profiles: profiles as ProfileId[], now: services.now }),
      );
      return { file, line: lineAt(path), name, ...compared(answers, test, expect) };
    });
  });
}

function objectsOf(test: unknown, file: string, services: TestServices): unknown[] {
  const own = field(test, 'object');
  const named = stringsOf(field(test, 'objects')).flatMap((name) =>
    readManifest(services.objectText(name, file)).flatMap((document) => {
      if (document.kind === 'read') return [document.value];
      throw new SeaworthyError('malformed', `${name}: ${document.reason}`);
    }),
  );
  return own === undefined ? named : [own, ...named];
}

interface Setting {
  readonly gate: GatePolicy | null;
  readonly profiles: readonly ProfileId[];
  readonly now: Date;
}

const nothing: GatePolicy = {
  name: '',
  profiles: null,
  minor: null,
  onUnknown: null,
  images: null,
  waivers: [],
  user: { policies: [], params: [] },
};

function answersOf(object: unknown, test: unknown, { gate, profiles, now }: Setting): Answer[] {
  const subjects = subjectsOf(object);
  if (subjects === null) {
    throw new SeaworthyError('malformed', 'an object of a test has no apiVersion or kind');
  }
  const images = field(test, 'images');
  const policy = policyWith(
    gate ?? nothing,
    { profiles, minor: newestMinor, onUnknown: 'deny', waivers: noWaivers },
    { known: (reference) => imageOf(reference, field(images, reference), now), now },
  );
  const labels = field(test, 'namespaceLabels');
  const operation = stringField(test, 'operation');
  const user = field(test, 'user');
  const oldObject = field(test, 'oldObject') ?? null;
  const isReview = [labels, operation, user, oldObject].some((one) => (one ?? null) !== null);
  return subjects.map((subject) => {
    if (!isReview) return judge(subject, policy, () => null);
    const own = operation ?? (oldObject === null ? 'CREATE' : 'UPDATE');
    const namespace = subject.namespace ?? 'default';
    const slash = subject.apiVersion.indexOf('/');
    const userInfo = asRecord(user) ?? { username: '', groups: [] };
    const request = {
      uid: 'test',
      operation: own,
      namespace,
      name: subject.name,
      userInfo,
      kind: {
        group: slash === -1 ? '' : subject.apiVersion.slice(0, slash),
        version: subject.apiVersion.slice(slash + 1),
        kind: subject.kind,
      },
      object: subject.object,
      oldObject,
    };
    const namespaceObject = { metadata: { name: namespace, labels: asRecord(labels) ?? {} } };
    const review = { operation: own, oldObject, namespaceObject, request };
    return judge(subject, { ...policy, review }, () => null);
  });
}

/** An image as a test describes it. */
function imageOf(reference: string, value: unknown, now: Date): ImageFacts | null {
  if (asRecord(value) === null) return null;
  const days = field(value, 'ageDays');
  const signed = field(value, 'signed');
  const findings = field(value, 'findings');
  return {
    reference,
    digest: stringField(value, 'digest'),
    createdAt:
      typeof days === 'number' ? new Date(now.getTime() - days * 86_400_000).toISOString() : null,
    user: stringField(value, 'user'),
    sbom: field(value, 'sbom') !== false,
    signature:
      signed === true
        ? { kind: 'verified', by: stringsOf(field(value, 'signatures')) }
        : signed === false
          ? { kind: 'unsigned' }
          : { kind: 'unknown', reason: 'the test does not say' },
    scan:
      findings === undefined
        ? null
        : {
            at: now.toISOString(),
            packages: 0,
            unknowns: 0,
            endOfLife: stringField(value, 'endOfLife'),
            system: stringField(value, 'system'),
            findings: asArray(findings).map((one) => ({
              id: stringField(one, 'id') ?? '',
              severity: severities.find((word) => word === field(one, 'severity')) ?? 'unknown',
              package: stringField(one, 'package') ?? '',
              fixed: field(one, 'fixed') === true,
              exploited: field(one, 'exploited') === true,
            })),
          },
  };
}

function compared(
  answers: readonly Answer[],
  test: unknown,
  expect: Decision,
): Pick<TestResult, 'ok' | 'decision' | 'controls' | 'problems'> {
  const worst = Math.max(...answers.map(({ decision }) => decisions.indexOf(decision)));
  const decision = decisions[worst] ?? 'allow';
  const reasons = answers.flatMap((answer) => answer.reasons);
  const controls = [...new Set(reasons.map(({ control }) => control))];
  const problems: string[] = [];
  const because = reasons
    .map(({ message }) => message)
    .concat(answers.flatMap(({ unknowns }) => unknowns.map(({ reason }) => reason)));
  if (decision !== expect) {
    const why = because.length === 0 ? '' : ` (${because.slice(0, 3).join('; ')})`;
    problems.push(`expected ${expect}, got ${decision}${why}`);
  }
  for (const id of stringsOf(field(test, 'controls'))) {
    if (!controls.includes(id)) problems.push(`${id} did not object`);
  }
  for (const id of stringsOf(field(test, 'not'))) {
    if (controls.includes(id)) problems.push(`${id} objected`);
  }
  const message = stringField(test, 'message');
  if (message !== null && !because.some((one) => one.includes(message))) {
    problems.push(`no message says ${JSON.stringify(message)}`);
  }
  return { ok: problems.length === 0, decision, controls, problems };
}
