// Command lines and file names of containers hold passwords and tokens: what looks like one is taken
// out of every text before it leaves. It errs on the side of taking too much.

interface Shape {
  readonly pattern: RegExp;
  /** What stands instead; `$1` keeps the name before it. */
  readonly instead: string;
}

const mark = '[redacted]';

/** Linear expressions: each repetition is followed by what it cannot hold, and bounded. */
const shapes: readonly Shape[] = [
  {
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]{0,8000}(?:-----END [A-Z ]{0,30}-----)?/g,
    instead: mark,
  },
  // Passwords in addresses: scheme://user:password@host.
  { pattern: /(:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,300}@/g, instead: `$1${mark}@` },
  { pattern: /\b(?:bearer|basic)\s{1,4}[\w.~+/=-]{8,4000}/gi, instead: mark },
  // JSON Web Tokens.
  { pattern: /\beyJ[\w-]{8,4000}\.[\w-]{4,4000}(?:\.[\w-]{0,4000})?/g, instead: mark },
  { pattern: /\b(?:AKIA|ASIA|AROA|AGPA)[A-Z0-9]{12,30}\b/g, instead: mark },
  {
    pattern:
      /\b(?:gh[pousr]|glpat|github_pat|dckr_pat|npm|hf|sk|rk|pk|xox[abeoprs]|shpat|pypi)[_-][\w-]{16,400}/g,
    instead: mark,
  },
  { pattern: /\bAIza[\w-]{30,60}/g, instead: mark },
  { pattern: /\bhttps:\/\/hooks\.slack\.com\/\S{1,300}/g, instead: mark },
  // name=value and name: value, and `--password value`.
  {
    pattern:
      /([\w.-]{0,60}(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|credential|authorization|pwd)[\w.-]{0,60}["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"',;&]{1,4000}/gi,
    instead: `$1${mark}`,
  },
  {
    pattern:
      /(--?(?:password|passwd|pass|secret|token|api-key|apikey|access-key|secret-key|auth-token)\s{1,4}["']?)[^\s"'-][^\s"']{0,4000}/gi,
    instead: `$1${mark}`,
  },
  // curl -u user:password, mysql -pPASSWORD, redis-cli -a PASSWORD, sshpass -p PASSWORD
  { pattern: /(\s(?:-u|--user)\s{1,4}[^\s:]{1,100}:)[^\s]{1,300}/g, instead: `$1${mark}` },
  { pattern: /(\bmysql(?:dump|admin)?\b[^\n]{0,200}?\s-p)[^\s]{1,200}/g, instead: `$1${mark}` },
  {
    pattern: /(\b(?:sshpass|redis-cli)\b[^\n]{0,200}?\s-[pa]\s{1,4})[^\s]{1,200}/g,
    instead: `$1${mark}`,
  },
];

/** Longer texts are cut before they are looked through. */
const textLength = 16_384;

/** The text without passwords, tokens and keys, and never longer than 16,384 characters. */
export function redact(text: string): string {
  let clean = text.length > textLength ? `${text.slice(0, textLength - 1)}…` : text;
  for (const { pattern, instead } of shapes) clean = clean.replaceAll(pattern, instead);
  return clean;
}
