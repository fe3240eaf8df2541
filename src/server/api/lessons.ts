// Lessons: what to learn from a finding. Their texts are loaded when somebody reads one.
import { notHere } from '../../flow/team-sight.ts';
import { json, type Route } from './route.ts';
import { list, object, open } from './schema.ts';

const all: Route = {
  method: 'GET',
  path: '/api/v1/lessons',
  summary: 'All lessons.',
  role: 'viewer',
  query: {},
  answer: object({ items: list(open) }),
  async handle() {
    const { lessons } = await import('../../lesson/index.ts');
    return json({ items: lessons });
  },
};

const one: Route = {
  method: 'GET',
  path: '/api/v1/lessons/{id}',
  summary: 'One lesson.',
  role: 'viewer',
  query: {},
  answer: open,
  async handle({ parts }) {
    const { lessonOf } = await import('../../lesson/index.ts');
    const id = parts.get('id') ?? '';
    const lesson = lessonOf(id);
    if (lesson === null) throw notHere(`the lesson ${id.slice(0, 80)}`);
    return json(lesson);
  },
};

export const lessonRoutes: readonly Route[] = [all, one];
