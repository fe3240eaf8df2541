// What an engine has already, asked by name: a volume of the driver `local` may be a folder of the host,
// and a network that is named by its id may be the host's.
import { messageOf } from '../../base/error.ts';
import { field, parseJson, stringField } from '../../base/json.ts';
import type { GuardEngine } from '../../flow/gate-docker.ts';
import { type KnownVolume, volumeKindOf } from '../../policy/docker-api/index.ts';
import { openUpstream } from './upstream.ts';

/** The engine answers from memory; whoever starts a container waits meanwhile. */
const deadlineMs = 5000;
const answerBytes = 1024 * 1024;

/** Asks the engine behind a socket. Its own plugin sees these questions
 * as well: `volume.inspect`, `network.inspect`. */
export function askedEngine(socketPath: string): GuardEngine {
  return {
    async volume(name) {
      if (!plainName.test(name)) return null;
      try {
        const { status, text } = await ask(socketPath, `/volumes/${encodeURIComponent(name)}`);
        if (status === 404) return null;
        return status === 200 ? kindOf(text) : unknown(`the engine answers ${status}`);
      } catch (error) {
        return unknown(messageOf(error).slice(0, 200));
      }
    },
    async network(name) {
      if (!plainName.test(name)) return { kind: 'absent' };
      try {
        const { status, text } = await ask(socketPath, `/networks/${encodeURIComponent(name)}`);
        if (status === 404) return { kind: 'absent' };
        const parsed = status === 200 ? parseJson(text) : null;
        const driver = parsed?.ok === true ? stringField(parsed.value, 'Driver') : null;
        if (driver === null) return { kind: 'unknown', reason: `the engine answers ${status}` };
        return { kind: 'known', driver };
      } catch (error) {
        return { kind: 'unknown', reason: messageOf(error).slice(0, 200) };
      }
    },
  };
}

/** The engine takes no other names (names.RestrictedNamePattern of moby). */
const plainName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;

function unknown(reason: string): KnownVolume {
  return { kind: 'unknown', reason };
}

function kindOf(text: string): KnownVolume {
  const parsed = parseJson(text);
  if (!parsed.ok) return unknown('the engine answers no JSON');
  return volumeKindOf(stringField(parsed.value, 'Driver'), field(parsed.value, 'Options'));
}

function ask(
  socketPath: string,
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const request = openUpstream({ socketPath, method: 'GET', path, headers: { host: 'docker' } });
    const signal = AbortSignal.timeout(deadlineMs);
    signal.addEventListener('abort', () => request.destroy(new Error('it did not answer in time')));
    request.on('error', reject);
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
        if (size > answerBytes) request.destroy(new Error('its answer is too long'));
        else parts.push(part);
      });
      response.on('error', reject);
      response.on('aborted', () => reject(new Error('its answer ended too early')));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    });
    request.end();
  });
}
