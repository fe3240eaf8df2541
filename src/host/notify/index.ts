// The door of senders: takes messages to receivers, each behind a queue of its own that never makes
// anybody wait. What a message says is made elsewhere (runtime/alert).
export { createFileSender, createLineSender, type FileSenderOptions } from './file-sender.ts';
export { createHttpSender, type HttpSenderOptions } from './http-sender.ts';
export { createObjectSender, type ObjectText } from './object-sender.ts';
export { NotifyQueue, type QueueFigures, type QueueOptions, type Sender } from './queue.ts';
export { readAuthorities, resolveOptionalSecret, resolveSecret } from './secret.ts';
export { createSmtpSender, type Mail, type SmtpPlace } from './smtp-sender.ts';
export { createSyslogSender, type SyslogPlace } from './syslog-sender.ts';
