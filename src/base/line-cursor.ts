// Line numbers for the entries of a parsed document, without a parser that keeps positions.

/** Gives the line of needles that are asked for in the order in which they stand in the text. */
export interface LineCursor {
  /** 1-based line of the next occurrence of `needle`, or undefined. */
  lineOf(needle: string): number | undefined;
}

/** Needles that may be missed before the cursor gives up: each miss costs one pass over the text. */
const missesAllowed = 4;

/**
 * A cursor that only moves forward, so that all answers together cost one pass over the text. A file
 * whose entries stand in another order or form gets no lines, rather than slow or wrong ones.
 */
export function lineCursor(text: string): LineCursor {
  let offset = 0;
  let line = 1;
  let misses = 0;
  // Kept between calls: a text of one endless line must not be searched to its end each time.
  let newline = text.indexOf('\n');
  return {
    lineOf(needle) {
      if (misses >= missesAllowed || needle === '') return undefined;
      const found = text.indexOf(needle, offset);
      if (found === -1) {
        misses += 1;
        return undefined;
      }
      while (newline !== -1 && newline < found) {
        line += 1;
        newline = text.indexOf('\n', newline + 1);
      }
      offset = found;
      return line;
    },
  };
}
