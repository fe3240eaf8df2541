// `verify` for people: the answer, what to do, then every signature that was found.
import type { TrustAnswer } from '../../flow/trust/index.ts';
import { type SignatureFact, type Signer, signerWords } from '../../model/trust.ts';
import { createPaint, harmless, type Paint, spread, wrap } from '../../report/paint/index.ts';

export interface VerifyTableOptions {
  readonly columns: number;
  readonly colour: boolean;
  readonly rootName: string;
}

/** Signatures of one kind that are told one by one. */
const told = 20;

/** Text of the answer, ending in a line feed. */
export function verifyTable(answer: TrustAnswer, options: VerifyTableOptions): string {
  const paint = createPaint(options.columns, options.colour);
  const { facts, verdict } = answer;
  const lines = ['', ...headline(answer, paint, options.rootName), ''];
  for (const { message } of verdict.reasons) lines.push(...block(message, paint));
  for (const proof of verdict.proved) lines.push(...block(proof, paint));
  const next = nextStep(answer);
  if (next !== null) lines.push('', ...block(next, paint));
  for (const kind of ['signature', 'attestation'] as const) {
    const found = facts.signatures.filter((one) => one.kind === kind);
    if (found.length === 0) continue;
    lines.push('', paint.strong(` ${kind === 'signature' ? 'Signatures' : 'Attestations'}`));
    for (const fact of found.slice(0, told)) lines.push(...factLines(fact, facts.subjects, paint));
    if (found.length > told) lines.push(`   ...${found.length - told} more (--format json)`);
  }
  if (facts.unknowns.length > 0) {
    lines.push('', paint.strong(' Not looked at'));
    for (const unknown of facts.unknowns.slice(0, told)) lines.push(...block(unknown, paint));
  }
  const isSigned = facts.signatures.some(({ verified }) => verified);
  const lesson = isSigned ? 'signer-identity' : 'image-trust';
  const learn = verdict.reasons.length === 0 ? '' : ` Learn why: seaworthy learn ${lesson}`;
  lines.push('', spread(paint.faint(learn), paint.faint('--format json'), paint.columns));
  return `${lines.join('\n')}\n`;
}

function headline({ facts, verdict }: TrustAnswer, paint: Paint, rootName: string): string[] {
  const { decision, reasons } = verdict;
  const isClean = reasons.length === 0;
  const badge = decision === 'deny' ? 'DENY' : isClean ? 'TRUSTED' : 'WARN';
  const severity = decision === 'deny' ? 'critical' : isClean ? 'low' : 'medium';
  const sentence = isClean ? 'is signed by whom you trust' : 'is not trusted';
  const proved = isClean || decision === 'deny' ? sentence : `${sentence} (${verdict.mode})`;
  const [first] = facts.subjects;
  const title = `${paint.severity(severity, ` ${badge} `)} ${paint.strong(harmless(facts.reference))} ${proved}`;
  const kinds = facts.subjects.map(({ role }) => (role === 'index' ? 'index' : 'manifest'));
  const about = [
    first === undefined ? '' : `${first.digest.slice(0, 19)}…`,
    kinds.join(' and '),
    `${facts.signatures.length} found`,
    harmless(rootName),
  ];
  return [
    spread(title, '', paint.columns),
    spread(paint.faint(`   ${about.filter((part) => part !== '').join(' · ')}`), '', paint.columns),
  ];
}

function nextStep({ facts, verdict }: TrustAnswer): string | null {
  const [first] = verdict.reasons;
  if (first === undefined) return null;
  const verified = facts.signatures.find((one) => one.verified && one.signer !== null);
  if (first.code === 'no-demand') {
    if (verified?.signer?.kind === 'certificate') {
      const { subject, issuer } = verified.signer;
      return `If that is right: --certificate-identity ${quoted(subject)} --certificate-oidc-issuer ${quoted(issuer)}`;
    }
    return 'Say whose signature counts: --key FILE, --certificate-identity and --certificate-oidc-issuer, or --policy FILE.';
  }
  if (first.code === 'unsigned' && facts.signatures.length === 0) {
    return 'If the image is yours: seaworthy sign IMAGE --key FILE. Else ask its maker, or mirror and sign it yourself.';
  }
  return null;
}

function factLines(
  fact: SignatureFact,
  subjects: TrustAnswer['facts']['subjects'],
  paint: Paint,
): string[] {
  const mark = fact.verified ? 'valid  ' : 'refused';
  const role = subjects.find(({ digest }) => digest === fact.subject)?.role;
  const where = fact.shape.replaceAll('-', ' ');
  const about = subjects.length > 1 && role !== undefined ? ` · of the ${role}` : '';
  const what = fact.predicateType === null ? fact.kind : shortType(fact.predicateType);
  const badge = fact.verified ? mark : paint.severity('high', mark);
  const title = spread(
    `   ${badge}  ${harmless(what)}`,
    paint.faint(`${where}${about}`),
    paint.columns,
  );
  const lines = [title];
  if (fact.signer !== null) lines.push(...block(signerTitle(fact.signer), paint, 12));
  if (!fact.verified) lines.push(...block(fact.reason, paint, 12));
  const details = [
    fact.signer?.kind === 'certificate' ? fact.signer.issuer : '',
    fact.signedAt[0] === undefined ? '' : `at ${fact.signedAt[0].slice(0, 16)}Z`,
    fact.logIndex === null ? '' : `log entry ${fact.logIndex}`,
    fact.provenance?.builder ? `built by ${fact.provenance.builder}` : '',
    fact.provenance?.sources[0] ? `from ${fact.provenance.sources[0]}` : '',
  ].filter((part) => part !== '');
  if (details.length > 0) lines.push(...block(details.join(' · '), paint, 12));
  return lines;
}

function signerTitle(signer: Signer): string {
  return signer.kind === 'certificate' ? signer.subject : signerWords(signer);
}

/** For a shell: whoever signed chose these words. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function shortType(predicateType: string): string {
  return predicateType.replace(/^https?:\/\//, '').slice(0, 48);
}

function block(text: string, paint: Paint, indent = 3): string[] {
  const margin = ' '.repeat(indent);
  return wrap(harmless(text), paint.columns - indent).map((line) => margin + line);
}
