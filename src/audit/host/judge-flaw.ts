// One flaw on one host: the word of the distribution first, upstream's version second, and then
// whether anybody here can get at it.
import type { Severity } from '../../model/severity.ts';
import type { AuditControl, Evidence, Verdict } from '../control.ts';
import { placeInRange, upstreamOf } from '../upstream-order.ts';
import type { Component, HostFacts } from './facts.ts';
import type { Flaw, Reach } from './flaw.ts';

/** What is true of a flaw here. */
export type FlawState =
  | 'absent'
  | 'not-affected'
  | 'fixed-by-distribution'
  | 'fixed-upstream'
  | 'affected-unreachable'
  | 'affected'
  | 'unknown';

export interface Opinion {
  readonly state: Exclude<FlawState, 'absent' | 'affected-unreachable'>;
  readonly because: string;
  readonly fixedIn: string | null;
  readonly source: string;
}

/** A flaw that nobody can get at is still to be mended, but nothing burns. */
const unreachableSeverity: Severity = 'low';

/** The control that asks for one flaw. */
export function flawControl(flaw: Flaw): AuditControl<HostFacts> {
  const name = flaw.name === null ? '' : ` (${flaw.name})`;
  return {
    id: flaw.id,
    benchmark: 'Flaws of container hosts',
    profile: flaw.component,
    title: `${flaw.component} is free of ${flaw.id}${name}`,
    severity: flaw.severity,
    lesson: flaw.lesson,
    reads: 'packages, changelogs, advisories, versions; then settings, modules, running containers',
    fix: `Update ${flaw.component}; until then: ${lowered(flaw.meanwhile)}`,
    evaluate: (facts) => judgeFlaw(flaw, facts),
  };
}

function judgeFlaw(flaw: Flaw, facts: HostFacts): Verdict {
  const found = facts.components.filter(({ name }) => name === flaw.component);
  if (found.length === 0) {
    const message = `${flaw.component} is not installed`;
    return {
      status: 'not-applicable',
      evidence: [{ subject: null, place: '', value: null, message, detail: { state: 'absent' } }],
    };
  }
  const parts = found.map((component) => judgeComponent(flaw, component, facts));
  for (const status of ['fail', 'unknown', 'pass'] as const) {
    const same = parts.filter((part) => part.status === status);
    if (same.length > 0) return { status, evidence: same.flatMap(({ evidence }) => evidence) };
  }
  return { status: 'unknown', evidence: [] };
}

function judgeComponent(flaw: Flaw, component: Component, facts: HostFacts): Verdict {
  const opinion = versionOpinion(flaw, component);
  const version = component.package?.version ?? component.version;
  const head = `${component.name} ${version ?? 'of unknown version'}`;
  // The sentence tells the version: as a value it would only stand there twice.
  const base = { subject: component.place, place: opinion.source, value: null };
  const detail = {
    state: opinion.state,
    component: component.name,
    version: component.version,
    package: component.package,
    fixedIn: opinion.fixedIn,
    exploitedSince: flaw.exploitedSince,
    running: component.running,
  };
  if (opinion.state !== 'affected') {
    const isUnknown = opinion.state === 'unknown';
    // Where it is out of reach, nobody need hurry to find out.
    const reach = isUnknown ? flaw.precondition(facts) : null;
    const relief =
      reach?.kind === 'closed' ? `; in any case out of reach here: ${reach.because}` : '';
    const message = `${head}: ${opinion.because}${relief}`;
    const more = reach === null ? {} : { reach: reach.kind, decidedBy: reach.because };
    return {
      status: isUnknown ? 'unknown' : 'pass',
      evidence: [{ ...base, message, detail: { ...detail, ...more } }],
    };
  }
  const reach = flaw.precondition(facts);
  return {
    status: 'fail',
    evidence: [affected({ flaw, head, base, detail, opinion, reach })],
  };
}

function affected(one: {
  readonly flaw: Flaw;
  readonly head: string;
  readonly base: Pick<Evidence, 'subject' | 'place' | 'value'>;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly opinion: Opinion;
  readonly reach: Reach;
}): Evidence {
  const { flaw, head, base, opinion, reach } = one;
  const isClosed = reach.kind === 'closed';
  const state: FlawState = isClosed ? 'affected-unreachable' : 'affected';
  const exploited = flaw.exploitedSince === null ? '' : ', exploited in the wild';
  const message = isClosed
    ? `${head} has it, but it is out of reach here: ${reach.because}`
    : `${head} has it${exploited}: ${flaw.attack}; ${reach.kind === 'open' ? reach.because : `not sure that it can be reached: ${reach.because}`}`;
  return {
    ...base,
    message,
    detail: {
      ...one.detail,
      state,
      reason: opinion.because,
      reach: reach.kind,
      decidedBy: reach.because,
      lookedAt: reach.place,
    },
    ...(isClosed ? { severity: unreachableSeverity } : {}),
  };
}

/**
 * Whether this very version has the flaw: by the word of its distribution, else by upstream's ranges.
 * Nothing of the host is asked.
 */
export function versionOpinion(flaw: Flaw, component: Component): Opinion {
  // A row of a second product for the same flaw carries its name behind the number.
  const cve = /^CVE-\d+-\d+/.exec(flaw.id)?.[0] ?? flaw.id;
  const word = component.words.get(cve);
  if (word !== undefined) {
    const { source, fixedIn } = word;
    if (word.state === 'fixed') {
      return {
        state: 'fixed-by-distribution',
        because: `the distribution fixed it${fixedIn === null ? '' : ` in ${fixedIn}`} (${source})`,
        fixedIn,
        source,
      };
    }
    const until = fixedIn === null ? 'no fix yet' : `fixed in ${fixedIn}`;
    return { state: 'affected', because: `${source} says so, ${until}`, fixedIn, source };
  }
  return byUpstream(flaw, component);
}

function byUpstream(flaw: Flaw, component: Component): Opinion {
  const { place } = component;
  const parsed = component.version === null ? null : upstreamOf(component.version);
  if (parsed === null) {
    const because = `${place} does not tell its version`;
    return { state: 'unknown', because, fixedIn: null, source: place };
  }
  const answer = placeInRange(parsed, flaw.range);
  switch (answer.kind) {
    case 'before':
      if (carriesFeaturesBack(component)) {
        return {
          state: 'unknown',
          because: `the flaw came with ${flaw.range.from}, but this distribution carries features of later kernels back, and no advisory database tells (seaworthy db update)`,
          fixedIn: null,
          source: place,
        };
      }
      return {
        state: 'not-affected',
        because: `the flaw came with ${flaw.range.from}`,
        fixedIn: null,
        source: place,
      };
    case 'fixed':
      return {
        state: 'fixed-upstream',
        because: `upstream fixed it in ${answer.fixedIn}`,
        fixedIn: answer.fixedIn,
        source: place,
      };
    case 'unverified':
      return {
        state: 'unknown',
        because: 'this branch was fixed in a version that is not verified: ask your distribution',
        fixedIn: null,
        source: place,
      };
    case 'affected':
      break;
  }
  const { fixedIn } = answer;
  const upstream = fixedIn === null ? 'upstream has no fix' : `upstream fixed it in ${fixedIn}`;
  const year = Number(/^CVE-(\d{4})/.exec(flaw.id)?.[1] ?? 0);
  const asked = component.asked.filter(({ sinceYear }) => sinceYear <= year);
  if (component.package !== null && asked.length === 0) {
    return {
      state: 'unknown',
      because: `${upstream}, but distributions carry fixes back, and neither a changelog nor an advisory database tells (seaworthy db update)`,
      fixedIn,
      source: place,
    };
  }
  const silent =
    component.package === null
      ? ''
      : `; ${asked.map(({ what }) => what).join(' and ')} names no fix`;
  return {
    state: 'affected',
    because: `${upstream}${silent}`,
    fixedIn,
    source: asked[0]?.what ?? place,
  };
}

/** Kernels of Red Hat's family have parts of much later ones: CVE-2022-0185 came with 5.1, and 4.18 had it. */
function carriesFeaturesBack({ name, package: from, asked }: Component): boolean {
  return name === 'kernel' && asked.length === 0 && /\.el\d/.test(from?.version ?? '');
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

/** One line for each flaw that is affected and not out of reach, exploited ones first. */
export function openFlaws(flaws: readonly Flaw[], facts: HostFacts): readonly string[] {
  const open = flaws.filter((flaw) =>
    judgeFlaw(flaw, facts).evidence.some(({ detail }) => detail?.['state'] === 'affected'),
  );
  return open
    .toSorted((a, b) => Number(b.exploitedSince !== null) - Number(a.exploitedSince !== null))
    .map(({ id, name, component, exploitedSince, attack }) => {
      const called = name === null ? '' : ` ${name}`;
      return `${id}${called} (${component}${exploitedSince === null ? '' : ', exploited'}): ${attack}`;
    });
}
