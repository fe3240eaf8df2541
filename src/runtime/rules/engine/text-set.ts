// Sets of texts for values that are new with every event, such as paths. A hash table would have to
// hash each of them first, which costs more than all else; here most are out by their length.

/** Members of one length that are compared one by one; more go to a hash table. */
const comparedAtMost = 6;

/** Whether a text is one of `items`. */
export function textSet(items: readonly string[]): (text: string) => boolean {
  const set = new Set(items);
  const byLength: string[][] = [];
  for (const item of set) {
    const bucket = byLength[item.length];
    if (bucket === undefined) byLength[item.length] = [item];
    else bucket.push(item);
  }
  return (text) => {
    const bucket = byLength[text.length];
    if (bucket === undefined) return false;
    if (bucket.length > comparedAtMost) return set.has(text);
    const last = text.charCodeAt(text.length - 1);
    for (const item of bucket) {
      // NaN, the last character of the empty text, is not equal to itself.
      if (item === '' || (item.charCodeAt(item.length - 1) === last && item === text)) return true;
    }
    return false;
  };
}
