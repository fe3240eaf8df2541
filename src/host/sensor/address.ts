// Addresses of sockets as texts.

const decoder = new TextDecoder();

/** IPv4 of four bytes. */
export function ipv4Text(bytes: Uint8Array): string {
  return bytes.subarray(0, 4).join('.');
}

/** IPv6 of sixteen bytes as RFC 5952 wants it; one that maps an IPv4 address as that. */
export function ipv6Text(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, index) => {
    return ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0);
  });
  const isMapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  if (isMapped) return ipv4Text(bytes.subarray(12, 16));
  const { start, length } = longestZeros(words);
  if (length < 2) return hex(words);
  return `${hex(words.slice(0, start))}::${hex(words.slice(start + length))}`;
}

function hex(words: readonly number[]): string {
  return words.map((word) => word.toString(16)).join(':');
}

function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < words.length; start++) {
    let length = 0;
    while (words[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** Path of a unix address without its family: abstract names begin with `@`. */
export function unixPathText(bytes: Uint8Array): string {
  if (bytes[0] === 0)
    return bytes.length > 1 ? `@${decoder.decode(bytes.subarray(1)).replaceAll('\0', '@')}` : '';
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}
