// E-mail (RFC 5322, as texts for the sender) and issues as Jira's REST API makes them.
import type { Alert } from '../../../model/alert.ts';
import { type About, cut, digestLines, factsOf, headline, lostNote, plain } from './telling.ts';

export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** Subject and plain text; the sender makes headers of it. */
export function mailText(alert: Alert, { lost }: About): MailText {
  const lines = [plain(alert.output), ...digestLines(alert), ''];
  for (const [name, value] of factsOf(alert)) lines.push(`${name}: ${value}`);
  if (lost > 0) lines.push('', lostNote(lost));
  return { subject: `[Seaworthy] ${cut(headline(alert), 150)}`, text: `${lines.join('\n')}\n` };
}

export interface IssueOptions {
  readonly project: string;
  readonly issueType: string;
}

/** The body of `POST /rest/api/2/issue`. What strangers wrote stands where wiki markup is not read. */
export function jiraJson(alert: Alert, about: About, options: IssueOptions): string {
  const { text } = mailText(alert, about);
  const quiet = text.replaceAll(/\{noformat/gi, '{ noformat');
  return JSON.stringify({
    fields: {
      project: { key: options.project },
      issuetype: { name: options.issueType },
      summary: cut(headline(alert), 250),
      description: `{noformat}\n${cut(quiet, 30_000)}{noformat}`,
      labels: ['seaworthy', `cause-${alert.id.replaceAll(/[^\w-]/g, '-')}`],
    },
  });
}
