// What `sign` does; loaded only when it is called. Private keys are never printed.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { messageOf, SeaworthyError } from '../../base/error.ts';
import { parseJson } from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import { type SignedImage, signImage } from '../../flow/trust/index.ts';
import { generateKey, predicateTypes, readPublicKey, readSigningKey } from '../../trust/index.ts';
import { registryOptions } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeResult } from '../write.ts';
import type { SignOptions } from './sign-options.ts';

const keyBytes = 64 * 1024;

/** Makes a key, or signs an image and pushes the signature; returns the exit code. */
export async function runSign(image: string | undefined, options: SignOptions): Promise<number> {
  if (options.generateKey !== undefined) return makeKey(options.generateKey, options);
  if (image === undefined || options.key === undefined) {
    throw new SeaworthyError('usage', 'sign needs an image and --key', {
      advice: 'or make a key first: seaworthy sign --generate-key NAME',
    });
  }
  if (options.offline === true) {
    throw new SeaworthyError('usage', '--offline forbids pushing a signature to the registry');
  }
  const key = readSigningKey(readText(options.key, keyBytes), options.key, passwordOf());
  const signed = await signImage(
    {
      reference: image,
      key,
      shape: options.push,
      claim: claimOf(options),
      recursive: options.recursive === true,
      now: new Date().toISOString(),
    },
    {
      ...registryOptions(options),
      ...(options.platform === undefined ? {} : { platform: options.platform }),
    },
  );
  const { fingerprint } = key.publicKey;
  const text =
    options.format === 'json'
      ? `${JSON.stringify({ image, key: { fingerprint }, signed }, null, 2)}\n`
      : signedText(image, signed, options);
  await writeResult(text, options.output);
  return exitCodes.satisfied;
}

function signedText(image: string, signed: readonly SignedImage[], options: SignOptions): string {
  const verb = options.attest === undefined ? 'signed' : 'attested';
  const lines = signed.flatMap(({ digest, stored }) => [
    `${verb} ${digest}`,
    ...stored.map((place) => `  stored as ${place}`),
  ]);
  lines.push(`verify it: seaworthy verify ${image} --key PUBLIC_KEY`);
  return `${lines.join('\n')}\n`;
}

function passwordOf(): string | null {
  return process.env['SEAWORTHY_KEY_PASSWORD'] ?? process.env['COSIGN_PASSWORD'] ?? null;
}

function claimOf({ attest, type }: SignOptions) {
  if (attest === undefined) {
    if (type === undefined) return null;
    throw new SeaworthyError('usage', '--type belongs to --attest');
  }
  const types = type === undefined ? null : predicateTypes(type);
  const predicateType = types?.at(-1);
  if (predicateType === undefined) {
    throw new SeaworthyError('usage', '--attest needs --type', {
      advice: "such as cyclonedx, spdxjson, slsaprovenance, vuln, or the predicate's address",
    });
  }
  const parsed = parseJson(readText(attest, limits.attestationBytes / 2));
  if (!parsed.ok) throw new SeaworthyError('malformed', `${attest} is ${parsed.reason}`);
  return { predicateType, predicate: parsed.value };
}

function readText(file: string, most: number): string {
  try {
    if (statSync(file).size > most) {
      throw new SeaworthyError('limit', `${file} has more than ${most} bytes`);
    }
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof SeaworthyError) throw cause;
    throw new SeaworthyError('unreadable', `${file} cannot be read (${messageOf(cause)})`, {
      cause,
      advice: 'check the path',
    });
  }
}

async function makeKey(name: string, options: SignOptions): Promise<number> {
  const password = options.password ? passwordOf() : null;
  if (options.password && (password === null || password === '')) {
    throw new SeaworthyError('usage', 'a new key needs a password', {
      advice: 'set SEAWORTHY_KEY_PASSWORD, or say --no-password',
    });
  }
  const { privatePem, publicPem } = generateKey(password, randomBytes);
  const files = [`${name}.key`, `${name}.pub`] as const;
  const taken = files.find((file) => existsSync(file));
  if (taken !== undefined) throw refused(taken, 'is there already', 'choose another name');
  try {
    writeFileSync(files[0], privatePem, { mode: 0o600, flag: 'wx' });
    writeFileSync(files[1], publicPem, { mode: 0o644, flag: 'wx' });
  } catch (cause) {
    rmSync(files[0], { force: true });
    throw refused(name, `cannot be written (${messageOf(cause)})`, 'choose another place');
  }
  const { fingerprint } = readPublicKey(publicPem, files[1]);
  const state = password === null ? 'without a password' : 'locked with your password';
  await writeResult(
    `wrote ${files[0]} (private, ${state}) and ${files[1]}\nfingerprint ${fingerprint}\n`,
    options.output,
  );
  return exitCodes.satisfied;
}

function refused(file: string, what: string, advice: string): SeaworthyError {
  return new SeaworthyError('unreadable', `${file} ${what}`, { advice });
}
