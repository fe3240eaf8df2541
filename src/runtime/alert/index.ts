// The door of alerts: what is told to whom, in which words. Senders are elsewhere (host/notify).
export { type AlertContext, alertOf, type OwnAlert, ownAlert } from './alert-of.ts';
export type { ReportKind } from './archive-words.ts';
export {
  type AlertConfig,
  type EmailOutput,
  type FileOutput,
  type HttpOutput,
  type Output,
  readAlertConfig,
  type S3Output,
  type SyslogOutput,
} from './config.ts';
export { alertmanagerJson } from './format/alertmanager.ts';
export { slackJson, teamsJson } from './format/chat.ts';
export { falcoJson } from './format/falco.ts';
export { otlpJson } from './format/otlp.ts';
export { syslogMessage } from './format/syslog.ts';
export type { About } from './format/telling.ts';
export { jiraJson, mailText } from './format/ticket.ts';
export {
  flagAt,
  flaw,
  itemsAt,
  numberAt,
  type OwnDocument,
  type Path,
  readOwnDocument,
  selectorAt,
  textAt,
  textsAt,
  wantKeys,
  wordAt,
} from './reading.ts';
export { redact } from './redact.ts';
export { AlertRouter, type Delivery } from './router.ts';
export { matchesPattern, type Selector, selectorKeys, selectorLists, selects } from './selector.ts';
export {
  archiveAtOnce,
  digestShape,
  type KeyShape,
  outputKinds,
  outputShapes,
  outputsAtMost,
  type Range,
  routesAtMost,
  type Shape,
  textLength,
  textsAtMost,
} from './shape.ts';
