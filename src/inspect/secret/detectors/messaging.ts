// Chat, mail and telephone services.
import { anyHex, base62, base64url, digits, dotted64, hex, runStart } from '../alphabet.ts';
import { assigned } from '../assignment.ts';
import { type SecretDetector, textOf } from '../detector.ts';
import { isStandIn } from '../placeholder.ts';
import { marked, startsFresh, token } from '../token.ts';

/** A bot token is the bot's number, a colon and 35 characters. */
const telegram: SecretDetector = {
  id: 'telegram-bot-token',
  title: 'Telegram bot token',
  severity: 'high',
  issuer: 'Telegram (BotFather)',
  hint: 'ends',
  anchors: ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'].map((letter) => `:AA${letter}`),
  find({ bytes, at }) {
    const start = runStart(digits, bytes, at, at - 11);
    if (at - start < 8 || at - start > 10 || !startsFresh(bytes, start)) return null;
    const value = textOf(bytes, start, at + 36);
    if (!/^\d{8,10}:AA[\w-]{33}$/.test(value) || isStandIn(value)) return null;
    return /[\w-]/.test(textOf(bytes, at + 36, at + 37)) ? null : { start, end: at + 36, value };
  },
};

/** A webhook's address is all that is needed to use it. */
function webhook(
  described: Pick<SecretDetector, 'id' | 'title' | 'issuer' | 'anchors'>,
  rest: RegExp,
): SecretDetector {
  return {
    ...described,
    severity: 'medium',
    hint: 'ends',
    find({ bytes, at, anchor }) {
      const start = at + anchor.length;
      const value = rest.exec(textOf(bytes, start, start + 300))?.[0];
      if (value === undefined || isStandIn(value) || /^T0{8}|^0+\//.test(value)) return null;
      return { start, end: start + value.length, value };
    },
  };
}

export const messaging: readonly SecretDetector[] = [
  token({
    id: 'slack-token',
    title: 'Slack token',
    severity: 'high',
    issuer: 'Slack',
    prefixes: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxc-', 'xoxd-', 'xoxe-'],
    alphabet: base64url,
    length: [30, 400],
    judge: (value) => /\d{9}|[a-f0-9]{24}|[\w-]{60}/.test(value),
  }),
  token({
    id: 'slack-app-token',
    title: 'Slack app-level or configuration token',
    severity: 'high',
    issuer: 'Slack',
    prefixes: ['xapp-', 'xoxe.'],
    alphabet: dotted64,
    length: [40, 400],
    judge: (value) => /^(?:xapp-\d-|xoxe\.xox)/.test(value),
  }),
  webhook(
    {
      id: 'slack-webhook',
      title: 'Slack webhook',
      issuer: 'Slack',
      anchors: ['hooks.slack.com/services/', 'hooks.slack.com/workflows/'],
    },
    /^T[A-Z0-9]{8,12}\/[AB][A-Z0-9]{8,12}\/[\w/]{16,60}/,
  ),
  webhook(
    {
      id: 'discord-webhook',
      title: 'Discord webhook',
      issuer: 'Discord',
      anchors: ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    },
    /^\d{17,20}\/[\w-]{60,80}/,
  ),
  webhook(
    {
      id: 'teams-webhook',
      title: 'Microsoft Teams webhook',
      issuer: 'Microsoft Teams',
      anchors: ['.webhook.office.com/webhookb2/'],
    },
    /^[0-9a-f-]{36}@[0-9a-f-]{36}\/IncomingWebhook\/[0-9a-f]{32}\/[0-9a-f-]{36}/,
  ),
  assigned({
    id: 'discord-bot-token',
    title: 'Discord bot token',
    severity: 'high',
    issuer: 'Discord',
    words: ['discord', 'bot_token'],
    spellings: ['botToken'],
    alphabet: dotted64,
    length: [58, 80],
    judge: (value) => /^[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,40}$/.test(value),
  }),
  telegram,
  assigned({
    id: 'twilio-credential',
    title: 'Twilio auth token or API key',
    severity: 'high',
    issuer: 'Twilio',
    words: ['twilio'],
    alphabet: base62,
    length: [32, 34],
    // An account id (AC...) opens nothing.
    judge: (value) => /^(?:SK)?[0-9a-f]{32}$/.test(value),
  }),
  token({
    id: 'sendgrid-key',
    title: 'SendGrid API key',
    severity: 'high',
    issuer: 'SendGrid',
    prefixes: ['=SG.', '"SG.', "'SG.", ' SG.', ':SG.', '>SG.', '\nSG.', '`SG.'],
    alphabet: dotted64,
    length: 66,
    judge: (value) => /SG\.[\w-]{22}\.[\w-]{43}$/.test(value),
  }),
  token({
    id: 'mailgun-key',
    title: 'Mailgun API key',
    severity: 'high',
    issuer: 'Mailgun',
    prefixes: ['key-'],
    alphabet: hex,
    length: 32,
  }),
  assigned({
    id: 'mailgun-signing-key',
    title: 'Mailgun key',
    severity: 'high',
    issuer: 'Mailgun',
    words: ['mailgun'],
    alphabet: { ...anyHex, has: anyHex.has.with(0x2d, 1) },
    length: 50,
    judge: (value) => /^[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{8}$/.test(value),
  }),
  marked({
    id: 'mailchimp-key',
    title: 'Mailchimp API key',
    severity: 'high',
    issuer: 'Mailchimp',
    marks: [1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => `-us${digit}`),
    alphabet: hex,
    length: 32,
    after: [0, 1],
  }),
  token({
    id: 'sendinblue-key',
    title: 'Brevo (Sendinblue) API key',
    severity: 'high',
    issuer: 'Brevo',
    prefixes: ['xkeysib-', 'xsmtpsib-'],
    alphabet: { ...base62, has: base62.has.with(0x2d, 1) },
    length: 81,
  }),
  token({
    id: 'resend-key',
    title: 'Resend API key',
    severity: 'high',
    issuer: 'Resend',
    prefixes: ['=re_', '"re_', "'re_", ': re_'],
    alphabet: base64url,
    length: [32, 36],
    judge: (value) => /re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,24}$/.test(value),
  }),
];
