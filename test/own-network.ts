// Programs in a network of their own. An engine without a bridge removes `docker0` where it starts: beside
// a machine's own engine that would be the bridge of everybody else.

/** Program and words that run another one so; the process that is started becomes it. Needs root. */
export function inOwnNetwork(
  program: string,
  words: readonly string[],
): { readonly program: string; readonly words: string[] } {
  // Swarm and whoever asks for 127.0.0.1 want the loopback up; without `ip` they do without.
  const script = 'ip link set lo up 2>/dev/null; exec "$@"';
  return { program: 'unshare', words: ['-n', '--', 'sh', '-c', script, 'sh', program, ...words] };
}
