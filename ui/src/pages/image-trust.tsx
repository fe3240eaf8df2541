// Who signed an image: the verdict first, what to do, then each signature and attestation with its place.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ImageTrust, ImageTrustView, JudgedSignature } from '../data/answers.ts';
import { answerTo, ask, type Problem, refresh } from '../data/client.ts';
import { counted, harmless, shortId } from '../data/words.ts';
import { CopyButton, Parts } from '../parts/controls.tsx';
import { LessonLink, Time } from '../parts/marks.tsx';
import { Coded, Failed, Shown, sentence } from '../parts/shown.tsx';
import { mayRespond } from '../parts/status.ts';

export function ImageSignatures({ path }: { readonly path: string }): JSX.Element {
  const question = `${path}/trust`;
  const answer = answerTo<ImageTrustView>(question).value;
  return (
    <section aria-labelledby="trust-title">
      <h2 id="trust-title">Who signed it</h2>
      <Shown answer={answer} what="its signatures" retry={() => void refresh(question)}>
        {(view) => <Told {...{ view, question }} />}
      </Shown>
    </section>
  );
}

const marks: Readonly<Record<ImageTrustView['state'], string>> = {
  trusted: '✓',
  'not-trusted': '✕',
  unsigned: '✕',
  'not-judged': '?',
  'no-reference': '–',
  unreachable: '?',
  'not-asked': '?',
};

function Told({
  view,
  question,
}: {
  readonly view: ImageTrustView;
  readonly question: string;
}): JSX.Element {
  const { state, advice, command, outdated, last } = view;
  return (
    <>
      <p>
        <b aria-hidden="true">{marks[state] ?? '?'} </b>
        <b>
          <Coded text={sentence(view.sentence)} />
        </b>
      </p>
      {advice !== null && (
        <p>
          <Coded text={sentence(advice)} /> <LessonLink id="image-trust" />
        </p>
      )}
      {outdated && <p>The policy or the trusted root is another one by now: look again.</p>}
      <Look {...{ view, question }} />
      {last !== null && <Signatures last={last} />}
      {last !== null && <Basis last={last} />}
      {last !== null && last.unknowns.length > 0 && (
        <p class="faint">Not looked at: {last.unknowns.slice(0, 5).map(harmless).join('; ')}.</p>
      )}
      {command !== null && (
        <p class="tools">
          <code>{harmless(command)}</code> <CopyButton text={command} label="Copy the command" />
        </p>
      )}
    </>
  );
}

/** When it was looked at, and by which policy. */
function Basis({ last }: { readonly last: ImageTrust }): JSX.Element {
  const { policy, reference } = last;
  return (
    <p class="faint">
      Looked at <Time at={last.checkedAt} />
      {reference !== null && (
        <>
          {' '}
          as <code>{harmless(reference)}</code>
        </>
      )}
      {policy !== null && (
        <>
          , by <code>{harmless(policy.file)}</code>
          {policy.rule !== null &&
            policy.rule.line > 0 &&
            ` line ${policy.rule.line} (${harmless(policy.rule.patterns.join(', '))})`}
          , revision {harmless(shortId(policy.revision))}
        </>
      )}
      .
    </p>
  );
}

/** The button of those who may ask, and what came of it. */
function Look({
  view,
  question,
}: {
  readonly view: ImageTrustView;
  readonly question: string;
}): JSX.Element | null {
  const [problem, setProblem] = useState<Problem | null>(null);
  const { cannotAsk, running, last, state, advice } = view;
  if (cannotAsk !== null) {
    // A page that nobody asked from says so as its advice already.
    return advice === cannotAsk ? null : <p class="faint">{sentence(harmless(cannotAsk))}</p>;
  }
  const look = async (): Promise<void> => {
    const answer = await ask<ImageTrustView>(question, { method: 'POST' });
    setProblem(answer.kind === 'failed' ? answer.problem : null);
    await refresh(question);
  };
  if (!mayRespond.value) {
    return state === 'not-asked' ? (
      <p class="faint">Somebody with the role responder can ask it here.</p>
    ) : null;
  }
  return (
    <>
      <p class="tools">
        <button type="button" disabled={running} onClick={() => void look()}>
          {running ? 'Asking its registry …' : last === null ? 'Ask its registry' : 'Look again'}
        </button>
      </p>
      <div class="unseen" role="status">
        {running ? 'Its registry is being asked' : ''}
      </div>
      {problem !== null && <Failed problem={problem} what="its signatures" />}
    </>
  );
}

function Signatures({ last }: { readonly last: ImageTrust }): JSX.Element | null {
  const { signatures, moreSignatures } = last;
  if (signatures.length === 0) return null;
  const trusted = signatures.filter((one) => one.trusted).length;
  return (
    <>
      <p>
        {counted(signatures.length + moreSignatures, 'signature')} and attestations
        {last.policy !== null && `, ${trusted} of somebody whom the policy trusts`}.
      </p>
      <Parts items={signatures} size={20} noun="signature">
        {(shown) => (
          <ul class="signatures">
            {shown.map((one, index) => (
              <li key={`${one.storedIn} ${index}`}>
                <b>{nameOf(one)}</b>: {verdictOf(one, last)}
                <Facts one={one} />
              </li>
            ))}
          </ul>
        )}
      </Parts>
    </>
  );
}

/** Predicates by the words that people use. */
const predicates: readonly (readonly [RegExp, string])[] = [
  [/slsa\.dev\/provenance/, 'SLSA provenance'],
  [/cyclonedx/i, 'SBOM (CycloneDX)'],
  [/spdx/i, 'SBOM (SPDX)'],
  [/openvex/i, 'VEX'],
  [/cosign\.sigstore\.dev\/attestation\/vuln/, 'vulnerability scan'],
];

function nameOf({ kind, predicateType }: JudgedSignature): string {
  if (kind === 'signature') return 'Signature';
  const known = predicates.find(([test]) => test.test(predicateType ?? ''))?.[1];
  return known ?? `Attestation ${harmless(predicateType ?? '')}`;
}

/** By whom, from what, since when: what is proved, and where it lies. */
function Facts({ one }: { readonly one: JudgedSignature }): JSX.Element {
  const { provenance, signedAt, logIndex, shape } = one;
  const [first] = signedAt;
  return (
    <ul>
      <Signer one={one} />
      {provenance?.builder != null && (
        <li>
          built by <code>{harmless(provenance.builder)}</code>
        </li>
      )}
      {provenance?.sources.slice(0, 3).map((source) => (
        <li key={source}>
          from <code>{harmless(source)}</code>
        </li>
      ))}
      <li class="faint">
        {first === undefined ? 'no time that others vouch for' : <Time at={first} />}
        {logIndex !== null && `, entry ${harmless(logIndex)} of the log`}, stored as{' '}
        {harmless(shape.replaceAll('-', ' '))}
      </li>
    </ul>
  );
}

function Signer({ one: { signer } }: { readonly one: JudgedSignature }): JSX.Element | null {
  if (signer === null) return null;
  if (signer.kind === 'key') {
    return (
      <li>
        by the key {harmless(signer.name)} ({harmless(shortId(signer.fingerprint))})
      </li>
    );
  }
  return (
    <li>
      by <code>{harmless(signer.subject)}</code>, for whom <code>{harmless(signer.issuer)}</code>{' '}
      vouches
    </li>
  );
}

function verdictOf(one: JudgedSignature, { policy }: ImageTrust): string {
  if (!one.verified) return `✕ ${harmless(one.reason)}`;
  if (one.trusted) return '✓ holds, trusted';
  return policy === null ? '✓ holds' : 'holds, but the policy names others';
}
