// Slack and Microsoft Teams. Names of containers and command lines are a stranger's: they go only where
// the receiver reads no markup, so that nobody can be mentioned, no link be made, nothing be hidden.
import type { Alert } from '../../../model/alert.ts';
import { type About, cut, digestLines, factsOf, headline, lostNote, plain } from './telling.ts';

function plainText(text: string, length: number): object {
  return { type: 'plain_text', text: cut(text, length), emoji: false };
}

/** A message for an incoming webhook of Slack (Block Kit, only `plain_text`). */
export function slackJson(alert: Alert, { lost }: About): string {
  const facts = factsOf(alert).slice(0, 10);
  const text = [alert.output, ...digestLines(alert)].map(plain).join('\n');
  const blocks = [
    // Bounds of Slack: 150 characters in a header, 3000 in a section, 10 fields of 2000.
    { type: 'header', text: plainText(headline(alert), 150) },
    { type: 'section', text: plainText(text, 2900) },
    {
      type: 'section',
      fields: facts.map(([name, value]) => plainText(`${name}: ${value}`, 300)),
    },
    ...(lost > 0 ? [{ type: 'context', elements: [plainText(lostNote(lost), 300)] }] : []),
  ];
  return JSON.stringify({ text: escapeSlack(cut(headline(alert), 300)), blocks });
}

/** Slack reads `<!channel>` and links where `<` stands; marks of style are taken apart. */
function escapeSlack(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, '$&\u200b');
}

const colours: Readonly<Record<string, string>> = {
  Emergency: 'attention',
  Alert: 'attention',
  Critical: 'attention',
  Error: 'attention',
  Warning: 'warning',
};

function block(runs: readonly object[]): object {
  return { type: 'RichTextBlock', inlines: runs };
}

function run(text: string, more: object = {}): object {
  return { type: 'TextRun', text, ...more };
}

/** A message for a Teams workflow webhook: an Adaptive Card of text runs, which know no markdown. */
export function teamsJson(alert: Alert, { lost }: About): string {
  const colour = Object.hasOwn(colours, alert.priority) ? colours[alert.priority] : 'default';
  // All together stays below the 28 KB of Teams, whatever the alphabet.
  const lines = [
    cut(plain(alert.output), 1200),
    ...digestLines(alert).map((line) => cut(line, 250)),
  ];
  const body = [
    block([run(cut(headline(alert), 300), { weight: 'bolder', size: 'medium', color: colour })]),
    ...lines.slice(0, 12).map((line) => block([run(line)])),
    ...factsOf(alert).map(([name, value]) =>
      block([run(`${name}: `, { weight: 'bolder' }), run(cut(value, 150))]),
    ),
    ...(lost > 0 ? [block([run(lostNote(lost), { isSubtle: true })])] : []),
  ];
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body,
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', content };
  return JSON.stringify({ type: 'message', attachments: [attachment] });
}
