// Keeps secrets out of messages: a hostile server may echo what we sent it.

export interface Redactor {
  remember(secret: string): void;
  /** The text without the secrets, without control characters, of bounded length. */
  clean(text: string): string;
}

/** The longest piece of a server's own words that we repeat. */
const shownCharacters = 200;

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  return {
    remember: (secret) => {
      if (secret === '') return;
      secrets.add(secret);
      secrets.add(encodeURIComponent(secret));
    },
    clean: (text) => {
      let result = text;
      for (const secret of secrets) result = result.replaceAll(secret, '***');
      // eslint-style ranges: C0, DEL, C1 and the bidirectional controls that reorder a terminal.
      result = result.replaceAll(
        /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g,
        ' ',
      );
      return result.length > shownCharacters ? `${result.slice(0, shownCharacters)}...` : result;
    },
  };
}
