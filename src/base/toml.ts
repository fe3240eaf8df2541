// TOML 1.0 from strangers, within bounds. The only file that knows smol-toml.
import { parse, TomlError } from 'smol-toml';
import { asRecord, type Parsed, type ParseOptions, tooLong } from './json.ts';
import { limits } from './limits.ts';

/**
 * Parses TOML; too long, too deep or broken text is a reason, never an exception. Dates become
 * `Date` objects, integers beyond 2^53 are a reason.
 */
export function parseToml(text: string, options: ParseOptions = {}): Parsed {
  const maximum = options.maximumLength ?? limits.documentBytes;
  if (text.length > maximum) return tooLong('TOML', text.length, maximum);
  try {
    const value = parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, {
      maxDepth: limits.documentDepth,
    });
    if (deeperThan(value, limits.documentDepth)) return tooDeep;
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof TomlError)) return { ok: false, reason: 'not valid TOML' };
    if (error.message.includes('excessively nested')) return tooDeep;
    return { ok: false, reason: `not valid TOML (line ${error.line})`, line: error.line };
  }
}

const tooDeep: Parsed = {
  ok: false,
  reason: `TOML nested deeper than ${limits.documentDepth} levels`,
};

/** The library bounds brackets, but not dotted keys (`a.a.a.a = 1`). */
function deeperThan(root: unknown, maximum: number): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maximum) return true;
    const next: unknown[] = [];
    for (const value of level) {
      const children = Array.isArray(value) ? value : asRecord(value);
      if (children === null) continue;
      for (const child of Object.values(children)) {
        if (typeof child === 'object' && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}
