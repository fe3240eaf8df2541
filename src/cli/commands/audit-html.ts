// The answer of an audit as one page that needs nothing else: light and dark, prints, folds by keyboard.
import type { AuditResult } from '../../audit/index.ts';
import type { AuditAnswer } from '../../flow/audit.ts';
import { severityRank } from '../../model/severity.ts';
import { harmless } from '../../report/paint/index.ts';

const style = `
:root{color-scheme:light dark;--line:#8884;--faint:#777;--red:#b3261e;--amber:#8a5a00}
@media(prefers-color-scheme:dark){:root{--red:#ff8a80;--amber:#ffc95c;--faint:#aaa}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p.faint,td.faint,.faint{color:var(--faint)}
ul{padding-left:1.2rem}code{font:.9em ui-monospace,monospace;overflow-wrap:anywhere}
details{border-top:1px solid var(--line);padding:.5rem 0}summary{cursor:pointer}
.critical,.high{color:var(--red);font-weight:600}.medium{color:var(--amber);font-weight:600}
svg{width:100%;height:4rem}polyline{fill:none;stroke:currentColor;stroke-width:1.5}
@media print{details{break-inside:avoid}body{margin:0}}
`;

/** Text for HTML: nothing of a target becomes markup. */
function escaped(text: string): string {
  return harmless(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** One self-contained page. It loads nothing and runs no script. */
export function auditHtml(answer: AuditAnswer): string {
  const { audit, target, score, scoring, generatedAt, summary } = answer;
  const failed = answer.controls
    .filter(({ status }) => status === 'fail')
    .toSorted((a, b) => severityRank(a.severity) - severityRank(b.severity));
  const title = `Audit of ${audit} ${target}: ${score} of 100`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title><style>${style}</style></head><body>
<h1>${escaped(title)}</h1>
<p>${scoring.failed} of ${scoring.failed + scoring.passed} controls do not hold. <span class="faint">
<time datetime="${escaped(generatedAt)}">${escaped(generatedAt.slice(0, 16).replace('T', ' '))} UTC</time></span></p>
${trendPart(answer)}
${summary.map(({ sentence, details }) => `<h2>${escaped(sentence)}</h2>${list(details)}`).join('\n')}
${failed.length === 0 ? '' : '<h2>What does not hold</h2>'}
${failed.map((one) => controlPart(one, true)).join('\n')}
${part(answer, 'manual', 'To be looked at by a person')}
${part(answer, 'unknown', 'Not known')}
${part(answer, 'pass', 'What holds')}
${part(answer, 'not-applicable', 'Does not apply here, or is waived')}
${answer.unknowns.length === 0 ? '' : `<h2>Could not be read</h2>${list(answer.unknowns.map(({ path, reason }) => `${path}: ${reason}`))}`}
<p class="faint">Score: ${scoring.pointsHeld} of ${scoring.pointsAsked} points. A control counts 10, 5, 2 or 1 points
(critical, high, medium, low); only what passed or failed counts. Seaworthy ${escaped(answer.tool.version)}.</p>
</body></html>
`;
}

function list(items: readonly string[]): string {
  return `<ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
}

function trendPart({ trend }: AuditAnswer): string {
  if (trend === null) return '';
  const sign = trend.change > 0 ? `+${trend.change}` : String(trend.change);
  const step = 100 / Math.max(1, trend.scores.length - 1);
  const points = trend.scores.map(
    ({ score }, at) => `${(at * step).toFixed(1)},${(40 - score * 0.4).toFixed(1)}`,
  );
  const words = `${sign} since ${trend.since.slice(0, 10)}; scores: ${trend.scores.map(({ score }) => score).join(', ')}`;
  return `<p>${escaped(words)}</p>
<svg viewBox="0 -1 100 42" preserveAspectRatio="none" role="img" aria-label="${escaped(words)}"><polyline points="${points.join(' ')}"/></svg>`;
}

function part({ controls }: AuditAnswer, status: AuditResult['status'], title: string): string {
  const chosen = controls.filter((one) => one.status === status);
  if (chosen.length === 0) return '';
  return `<h2>${title} (${chosen.length})</h2>\n${chosen.map((one) => controlPart(one, false)).join('\n')}`;
}

function controlPart(result: AuditResult, isOpen: boolean): string {
  const { id, title, severity, status, evidence, moreEvidence, fix, commands, waived, lesson } =
    result;
  const grade = status === 'fail' ? `<span class="${severity}">${severity}</span> ` : '';
  const rows = evidence.map(({ message, place, value }) => {
    const what =
      value === null || value === '' ? '' : `: <code>${escaped(JSON.stringify(value))}</code>`;
    return `<li>${escaped(message)} <span class="faint"><code>${escaped(place)}</code>${what}</span></li>`;
  });
  const more = moreEvidence > 0 ? `<li>and ${moreEvidence} more</li>` : '';
  const shell = commands.map((one) => `<li><code>${escaped(one)}</code></li>`).join('');
  const waivers = waived.map(
    ({ evidence: one, reason, owner }) =>
      `<li>waived: ${escaped(`${one.message} — ${reason} (${owner})`)}</li>`,
  );
  const advice =
    status === 'fail' ? `<p>${escaped(fix)}.</p>${shell === '' ? '' : `<ul>${shell}</ul>`}` : '';
  return `<details${isOpen ? ' open' : ''}><summary>${grade}<strong>${escaped(id)}</strong> ${escaped(title)}</summary>
<ul>${rows.join('')}${more}${waivers.join('')}</ul>${advice}<p class="faint">seaworthy learn ${escaped(lesson)}</p></details>`;
}
