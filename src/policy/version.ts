// Versions of Kubernetes: 1.0 to the newest whose rules are known.
import { SeaworthyError } from '../base/error.ts';

/** Minor version of the newest Kubernetes 1.x whose Pod Security rules are known. */
export const newestMinor = 37;

/**
 * `1.29`, `v1.29`, `v1.29.4-gke.1` or `latest` as minor version. Newer ones than we know are judged
 * like the newest. Throws `SeaworthyError` `usage` on anything else.
 */
export function parseKubernetesVersion(text: string): number {
  if (text === 'latest') return newestMinor;
  const minor = /^v?1\.(\d{1,3})(?:$|[.+-])/.exec(text)?.[1];
  if (minor === undefined) {
    throw new SeaworthyError('usage', `${text} is not a version of Kubernetes`, {
      advice: `give one as 1.${newestMinor}, or latest`,
    });
  }
  return Math.min(Number(minor), newestMinor);
}
