// What the sensor's thread has cost so far.

/** User and system time of the calling thread, in milliseconds. */
export function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
