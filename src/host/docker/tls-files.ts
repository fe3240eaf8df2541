// The three PEM files by which docker clients and engines know each other.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import type { TlsOptions } from '../../base/http.ts';

/** `ca.pem`, `cert.pem` and `key.pem` of a folder. Errors: `unreadable` when one cannot be read. */
export function readTls(folder: string): TlsOptions {
  const read = (name: string): string | null => {
    try {
      return readFileSync(join(folder, name), 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw new SeaworthyError('unreadable', `cannot read TLS files: ${messageOf(error)}`, {
        cause: error,
      });
    }
  };
  const ca = read('ca.pem');
  const certificate = read('cert.pem');
  const key = read('key.pem');
  return {
    ...(ca === null ? {} : { authorities: [ca] }),
    ...(certificate === null || key === null ? {} : { certificate, key }),
  };
}
