// Who asks, by the request, and what the role and the teams allow.
import type { IncomingMessage } from 'node:http';
import { type Caller, type Route, roles } from '../api/index.ts';
import type { EntranceRequest, FrontWords } from './front-options.ts';
import { Refusal } from './request.ts';

export function isReading(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

export function isSecret(text: string): boolean {
  return /^[\w-]{10,200}$/.test(text);
}

export function bearerOf({ headers }: IncomingMessage): string | null {
  return /^Bearer ([\w-]{10,200})$/i.exec(headers.authorization ?? '')?.[1] ?? null;
}

/** A request as the entrance takes it. */
export function askedOf(request: IncomingMessage): EntranceRequest {
  const url = new URL('http://here');
  return { method: request.method ?? 'GET', url, header: (name) => headerOf(request, name) };
}

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name];
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value;
}

/** Throws a refusal where the role is too small, or the teams are. */
export function checkRights(
  { role, wholeMachine }: Pick<Route, 'role' | 'wholeMachine'>,
  caller: Caller,
  words: FrontWords,
): void {
  if (roles.indexOf(caller.role) < roles.indexOf(role)) {
    throw new Refusal(403, 'role', {
      message: `this needs the role ${role}; the token has ${caller.role}`,
      advice: words.role,
    });
  }
  if (wholeMachine === true && caller.teams !== null) {
    throw new Refusal(403, 'scope', {
      message: 'this is about everything; the token is for single teams',
      advice: 'use a token without teams',
    });
  }
}
