// Keys of JSON objects that are written with escapes, made plain before V8 reads them.
//
// V8 of Node 26.10 takes a key with an escape for another key of the same length that ended in a
// backslash in an object read before: after `{"k":1,"b\\":2}` the key of `{"k":1,"b\u0067":2}` is read
// as `b\`. Whoever feeds this process two documents could so hide a setting from it.

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;

/** The same JSON with every key written without needless escapes; broken JSON stays broken. */
export function withPlainKeys(text: string): string {
  if (!hasEscapedKey(text)) return text;
  return text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, (string: string, at: number) => {
    const isKey = string.includes('\\') && isColonAfter(text, at + string.length);
    return isKey ? plain(string) : string;
  });
}

/** One pass over what stands behind the first backslash of each string. */
function hasEscapedKey(text: string): boolean {
  for (let at = text.indexOf('\\'); at !== -1; ) {
    let end = at;
    while (end < text.length && text.charCodeAt(end) !== quote) {
      end += text.charCodeAt(end) === backslash ? 2 : 1;
    }
    if (isColonAfter(text, end + 1)) return true;
    at = text.indexOf('\\', end + 1);
  }
  return false;
}

function isColonAfter(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1;
  return text.charCodeAt(at) === colon;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function plain(string: string): string {
  try {
    return JSON.stringify(JSON.parse(string));
  } catch {
    return string;
  }
}
