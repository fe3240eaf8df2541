// Docker credential helpers: `docker-credential-NAME get` reads a server's address on stdin and
// answers JSON (docker/docker-credential-helpers). What it prints never reaches a message.
import { spawn } from 'node:child_process';
import { parseJson, stringField } from '../../base/json.ts';
import type { Credentials, Environment } from './credential.ts';

export interface HelperRequest {
  /** The part after `docker-credential-`. */
  readonly helper: string;
  readonly server: string;
  readonly environment: Environment;
}

export type HelperAnswer =
  | { readonly kind: 'found'; readonly credentials: Credentials }
  | { readonly kind: 'none' }
  /** `reason` is a sentence without secrets. */
  | { readonly kind: 'failed'; readonly reason: string };

/** Helpers of clouds ask their own service over the network first. */
const helperMs = 30_000;
/** Tokens of clouds have a few thousand characters. */
const helperBytes = 256 * 1024;

/** User name by which a helper says that its secret is an identity token. */
const tokenUser = '<token>';

/** Asks one helper; never throws. */
export async function askHelper(
  request: HelperRequest,
  deadlineMs: number = helperMs,
): Promise<HelperAnswer> {
  const program = `docker-credential-${request.helper}`;
  // The name comes from a file: it must not lead out of PATH.
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(request.helper)) {
    return { kind: 'failed', reason: 'the Docker config names a credential helper by a path' };
  }
  const run = await runHelper({ program, request, deadlineMs });
  if (run.kind === 'failed') return { kind: 'failed', reason: `${program} ${run.reason}` };
  const parsed = parseJson(run.output);
  const username = parsed.ok ? stringField(parsed.value, 'Username') : null;
  const secret = parsed.ok ? stringField(parsed.value, 'Secret') : null;
  if (run.exitCode !== 0) {
    // By protocol "not found" is a failure with a text; it is the normal answer for public images.
    return /not found/i.test(run.output)
      ? { kind: 'none' }
      : { kind: 'failed', reason: `${program} failed with exit code ${run.exitCode}` };
  }
  if (username === null || secret === null) {
    return { kind: 'failed', reason: `${program} answered something else than credentials` };
  }
  if (secret === '') return { kind: 'none' };
  return {
    kind: 'found',
    credentials:
      username === tokenUser
        ? { kind: 'refresh', token: secret }
        : { kind: 'basic', username, password: secret },
  };
}

type Run =
  | { readonly kind: 'ended'; readonly exitCode: number; readonly output: string }
  | { readonly kind: 'failed'; readonly reason: string };

interface RunOptions {
  readonly program: string;
  readonly request: HelperRequest;
  readonly deadlineMs: number;
}

function runHelper(options: RunOptions): Promise<Run> {
  const { program, request, deadlineMs } = options;
  return new Promise((resolve) => {
    const child = spawn(program, ['get'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...request.environment },
      windowsHide: true,
      signal: AbortSignal.timeout(deadlineMs),
      killSignal: 'SIGKILL',
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const stop = (reason: string): void => {
      child.kill('SIGKILL');
      // A child of the helper may hold the pipe open after the helper itself is dead.
      child.stdout.destroy();
      resolve({ kind: 'failed', reason });
    };
    child.on('error', (error) => {
      const missing = 'code' in error && error.code === 'ENOENT';
      if (error.name === 'AbortError') stop(`took more than ${deadlineMs / 1000} s`);
      else stop(missing ? 'is not installed' : 'cannot be started');
    });
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > helperBytes) stop(`printed more than ${helperBytes} bytes`);
      else chunks.push(chunk);
    });
    child.on('close', (exitCode) => {
      const output = Buffer.concat(chunks).toString('utf8');
      resolve({ kind: 'ended', exitCode: exitCode ?? 1, output });
    });
    // A helper that does not read its input closes the pipe: its answer decides, not the write.
    child.stdin.on('error', () => undefined);
    child.stdin.end(request.server);
  });
}
