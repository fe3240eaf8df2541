// Secrets of a configuration: they stand in the environment or in files, and are put in where an output
// is made; they are never part of a message or an error.
import { readFileSync } from 'node:fs';
import { SeaworthyError } from '../../base/error.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** A token or an address; a mounted secret has few bytes. */
const secretBytes = 64 * 1024;

/**
 * The text with `${env:NAME}` replaced, or the first line of the file of `file:PATH`.
 *
 * @throws SeaworthyError `not-found` when variable or file is missing, `malformed` for what is no line
 */
export function resolveSecret(text: string, environment: Environment = process.env): string {
  if (text.startsWith('file:')) return readSecretFile(text.slice('file:'.length));
  return text.replaceAll(/\$\{env:([^}]{1,200})\}/g, (_, name: string) => {
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (value === undefined || value === '') {
      throw new SeaworthyError('not-found', `the environment has no ${name}`, {
        advice: 'set the variable, or name a file with file:PATH',
      });
    }
    return oneLineOf(value.trim(), name);
  });
}

/** As `resolveSecret`; null where it is `${env:NAME}` and there is no such variable. */
export function resolveOptionalSecret(
  text: string,
  environment: Environment = process.env,
): string | null {
  const name = /^\$\{env:([^}]{1,200})\}$/.exec(text)?.[1];
  const isUnset = name !== undefined && (environment[name] ?? '') === '';
  return isUnset ? null : resolveSecret(text, environment);
}

function readSecretFile(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('not-found', `the secret file ${path} cannot be read`, {
      cause,
      advice: 'check its path and rights',
    });
  }
  return oneLineOf(text.trim(), path);
}

function oneLineOf(value: string, place: string): string {
  // A line break in a header or command would be a second one.
  if (value !== '' && value.length <= secretBytes && !/\p{Cc}/u.test(value)) return value;
  throw new SeaworthyError('malformed', `${place} holds no single line of text`);
}

/** The PEM texts of a file of authorities. Throws `SeaworthyError` `not-found`, `malformed`. */
export function readAuthorities(path: string): readonly string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SeaworthyError('not-found', `the file of authorities ${path} cannot be read`, {
      cause,
      advice: 'give a PEM file as caFile',
    });
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return [text];
  throw new SeaworthyError('malformed', `${path} holds no certificate`, {
    advice: 'give a PEM file as caFile',
  });
}
