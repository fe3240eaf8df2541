// How people come into a fleet's dashboard: by a token that they type in, or a login where there is a
// provider of identities. The front asks here who a session belongs to.
import type { Caller } from '../api/index.ts';
import type { Entrance, EntranceAnswer } from '../http/index.ts';
import { type LoginDesk, teamsText } from './desk.ts';
import { pageHeaders, pageText } from './page.ts';

const title = 'A fleet watched by Seaworthy';

/** @param login null: no provider, tokens alone */
export function createEntrance(login: LoginDesk | null): Entrance {
  return {
    async callerOf(asked) {
      const session = (await login?.callerOf(asked)) ?? null;
      if (session === null || session === 'foreign') return null;
      const { name, role, teams } = session;
      return { id: name, role, teams: teams === null ? null : new Set(teams) };
    },
    async handle(asked) {
      const answer = (await login?.handle(asked)) ?? null;
      if (answer !== null) return answer;
      // Without a provider the cookie is the token itself: leaving is forgetting it.
      const isLeaving = asked.method === 'POST' && asked.url.pathname === '/logout';
      return isLeaving ? { status: 303, headers: { location: '/' }, body: '' } : null;
    },
    async account(caller, asked) {
      return (await login?.account(asked)) ?? accountPage(caller);
    },
    page: (why) =>
      shown(
        pageText({
          title,
          lines: [...(why === null ? [] : [why]), 'You are not logged in.'],
          links: login === null ? [] : [{ href: '/login', text: 'Log in' }],
          canLogOut: false,
          takesToken: true,
        }),
      ),
  };
}

function accountPage({ id, role, teams }: Caller): EntranceAnswer {
  return shown(
    pageText({
      title,
      lines: [`You are ${id}: ${role}${teamsText(teams === null ? null : [...teams])}.`],
      links: [{ href: '/', text: 'Dashboard' }],
      canLogOut: true,
    }),
  );
}

function shown(body: string): EntranceAnswer {
  return { status: 200, headers: pageHeaders, body };
}
