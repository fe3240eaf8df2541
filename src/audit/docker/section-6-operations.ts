// CIS Docker section 6: what is kept and not used any more.
import { type Evidence, passed, told, type Verdict } from '../control.ts';
import { control, type DockerControl, found, type Section } from './define.ts';
import type { DockerFacts } from './facts.ts';

const section: Section = {
  profile: 'operations',
  reads: 'lists of images and containers',
  severity: 'low',
  lesson: 'image-hygiene',
};

const namesTold = 20;

/** How many is too many is a question to a person; which ones is not. */
function sprawl(unused: readonly string[], all: number, what: string): Verdict {
  if (all === 0) return told('not-applicable', `there are no ${what}`);
  const summary = found(
    what,
    `${unused.length} of ${all}`,
    `${unused.length} of ${all} ${what} are not used`,
  );
  if (unused.length === 0) return passed([summary]);
  const names = unused.slice(0, namesTold).map(
    (name): Evidence => ({
      subject: name,
      place: what,
      value: name,
      message: `${name} is not used`,
    }),
  );
  return { status: 'manual', evidence: [summary, ...names] };
}

export const operationControls: readonly DockerControl[] = [
  control(section, {
    id: '6.1',
    title: 'Images that nobody uses are removed',
    fix: 'Remove them: docker image prune -a',
    evaluate: ({ images, containers }: DockerFacts) => {
      const used = new Set(containers.map(({ imageId }) => imageId));
      const unused = images.filter(({ id }) => !used.has(id)).map(({ name }) => name);
      return sprawl(unused, images.length, 'images');
    },
  }),
  control(section, {
    id: '6.2',
    title: 'Containers that ended are removed',
    fix: 'Remove them: docker container prune; start short jobs with --rm',
    evaluate: ({ containers }: DockerFacts) => {
      const ended = containers.filter(({ config }) => !config.isRunning).map(({ name }) => name);
      return sprawl(ended, containers.length, 'containers');
    },
  }),
];
