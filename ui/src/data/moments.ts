// Moments as people read them, in the reader's zone and in the language of the pages. By hand: the first
// format of `Intl` takes a browser 40 ms, while somebody waits for the first page.

const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `15:04`, `15:04:05` or `15:04:05.123`. */
export function clockText(ms: number, exactness: 'minute' | 'second' | 'millisecond'): string {
  const at = new Date(ms);
  const minutes = `${padded(at.getHours())}:${padded(at.getMinutes())}`;
  return exactness === 'minute' ? minutes : `${minutes}:${secondsText(at, exactness)}`;
}

/** `Nov 22`; of another year than `now` with it: `Nov 22, 2025`. */
export function dayText(ms: number, now = ms): string {
  const at = new Date(ms);
  const year = at.getFullYear();
  const day = `${months[at.getMonth()]} ${at.getDate()}`;
  return year === new Date(now).getFullYear() ? day : `${day}, ${year}`;
}

/** As exact as the span around it needs. */
export function momentText(ms: number, spanMs: number): string {
  if (spanMs > 5 * 86_400_000) return dayText(ms);
  if (spanMs > 600_000) return `${dayText(ms)}, ${clockText(ms, 'minute')}`;
  if (spanMs > 10_000) return clockText(ms, 'second');
  const at = new Date(ms);
  return `${padded(at.getMinutes())}:${secondsText(at, 'millisecond')}`;
}

function secondsText(at: Date, exactness: 'second' | 'millisecond'): string {
  const seconds = padded(at.getSeconds());
  return exactness === 'second' ? seconds : `${seconds}.${padded(at.getMilliseconds(), 3)}`;
}

function padded(number: number, digits = 2): string {
  return String(number).padStart(digits, '0');
}
