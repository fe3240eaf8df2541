// What looks like a secret and is none: words that stand for one, samples of manuals, references.
import { entropyOf } from './alphabet.ts';

/** Published as samples by their makers (AWS documentation, jwt.io). */
const samples: readonly string[] = [
  'EXAMPLE',
  'SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c',
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq',
];

const standIns =
  /example|sample|placeholder|change.?me|replace.?(?:me|with|this)|redacted|dummy|your[-_ .]|xxxx|\*\*\*|\.\.\.|<[a-z]/i;

/** Whether a token is a sample of documentation or was plainly written by hand. */
export function isStandIn(value: string): boolean {
  return samples.some((sample) => value.includes(sample)) || standIns.test(value);
}

/** Whether a value is taken from elsewhere at run time: a variable, a template, a file, a command. */
export function isReference(value: string): boolean {
  return (
    /^[$%<{[(`@#!]/.test(value) ||
    /\$\{|\{\{|\$\(|%\(|%[sdv]|#\{/.test(value) ||
    /^(?:\.{0,2}|~)\/[\w./-]*$/.test(value) ||
    /^(?:env|file|vault|op|arn|ref|secret|secretref|valuefrom|process\.env|os\.)[:.+/]/i.test(value)
  );
}

const emptyWords =
  /^(?:true|false|null|nil|none|undefined|yes|no|on|off|unset|empty|default|string|str|required|optional|hidden|masked|disabled|enabled|prompt|auto|secret|token|apikey|api_key|pass|passwd|password\d*|passphrase|mypassword|mysecret|user|test|testing|foo|bar|baz|foobar|abc|todo|tbd|n\/a)$/i;

/**
 * Whether the value of an assignment to a name like `DB_PASSWORD` is a real one: not empty, no word that
 * stands for a password, no reference, no path.
 */
export function isRealPassword(value: string, least = 6): boolean {
  if (value.length < least || emptyWords.test(value)) return false;
  if (isStandIn(value) || isReference(value)) return false;
  return entropyOf(value) >= 2;
}

const secretNames =
  /(?:password|passwd|passphrase)$|(?:^|_)(?:passwort|pwd|pass|secret|secrets|token|apikey|api_key|access_key|secret_key|private_key|auth_key|master_key|encryption_key|signing_key|account_key|client_secret|credential|credentials|auth)$/;
const secretStarts = /^(?:secret|password|token|apikey|api_key)$/;

/** Whether a variable of this name holds a credential itself, not its place, age or length. */
export function namesCredential(name: string): boolean {
  const flat = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll(/[.-]/g, '_')
    .toLowerCase();
  // The base64 form of one is one.
  const bare = flat.replace(/_(?:b64|base64|value|default|\d)$/, '');
  return secretNames.test(bare) || secretStarts.test(bare);
}
