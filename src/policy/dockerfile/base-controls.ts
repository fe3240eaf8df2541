// Controls on where an image of a Dockerfile comes from and as whom it runs.
import { parseImageName } from '../image-name.ts';
import {
  type DockerfileControl,
  type DockerfileFacts,
  type DockerfileFault,
  faultAt,
} from './control.ts';
import { userEdit } from './edit.ts';
import { endOfLifeOf } from './end-of-life.ts';
import type { Stage } from './stage.ts';

/** Stages whose base is an image of a registry and is known. */
function imageStages(stages: readonly Stage[]): Stage[] {
  return stages.filter(
    ({ from, base, missing }) =>
      from === null && base !== 'scratch' && base !== '' && missing.length === 0,
  );
}

const from = (stage: Stage) => ({ keyword: 'FROM', line: stage.line });

function userFaults({ file }: DockerfileFacts): DockerfileFault[] {
  const users = file.final.flatMap((stage) =>
    stage.instructions
      .filter(({ keyword, isTrigger }) => keyword === 'USER' && !isTrigger)
      .map((instruction) => ({ stage, instruction })),
  );
  const last = users.at(-1);
  const stage = file.final.at(-1);
  if (stage === undefined) return [];
  if (last === undefined) {
    // Bases without root say so in their name: distroless, Chainguard and others.
    if (/nonroot|non-root|rootless|unprivileged/i.test(file.final[0]?.base ?? '')) return [];
    const message = 'no USER is set, so that it runs as root';
    return [faultAt(stage, from(stage), { message, edits: userEdit(file) })];
  }
  const [name = ''] = last.instruction.text.trim().split(':');
  if (name !== 'root' && !/^0+$/.test(name)) return [];
  return [
    faultAt(last.stage, last.instruction, {
      value: last.instruction.text,
      message: 'the last USER is root',
      edits: userEdit(file),
    }),
  ];
}

function tagFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return imageStages(file.stages).flatMap((stage) => {
    const { tag, digest } = parseImageName(stage.base);
    if (digest !== null || (tag !== null && tag !== 'latest')) return [];
    const what = tag === null ? 'has no tag, which means latest' : 'has the tag latest';
    return [
      faultAt(stage, from(stage), { value: stage.base, message: `the base ${stage.base} ${what}` }),
    ];
  });
}

function digestFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return imageStages(file.stages).flatMap((stage) =>
    parseImageName(stage.base).digest !== null
      ? []
      : [
          faultAt(stage, from(stage), {
            value: stage.base,
            message: `the base ${stage.base} is not pinned by a digest`,
          }),
        ],
  );
}

function endOfLifeFaults({ file, today }: DockerfileFacts): DockerfileFault[] {
  return imageStages(file.final).flatMap((stage) => {
    const { name, tag } = parseImageName(stage.base);
    const ended = endOfLifeOf(name, tag, today);
    if (ended === null) return [];
    const message = `the base ${stage.base} has had no fixes since ${ended}`;
    return [faultAt(stage, from(stage), { value: stage.base, message })];
  });
}

/** Frontends of Docker itself; others run as a part of the build and see all of its context. */
const frontends =
  /^(?:docker\.io\/)?docker\/dockerfile(?:-upstream)?(?::[\w.-]+)?(?:@sha256:[0-9a-f]{64})?$/;

function frontendFaults({ file }: DockerfileFacts): DockerfileFault[] {
  const syntax = file.directives.get('syntax');
  const stage = file.stages[0];
  if (syntax === undefined || stage === undefined || frontends.test(syntax.value)) return [];
  const message = `the build is run by the foreign frontend ${syntax.value.slice(0, 100)}`;
  return [
    faultAt(stage, { keyword: 'syntax', line: syntax.line }, { value: syntax.value, message }),
  ];
}

function healthFaults({ file }: DockerfileFacts): DockerfileFault[] {
  const stage = file.final.at(-1);
  if (stage === undefined) return [];
  const checks = file.final.flatMap(({ instructions }) =>
    instructions.filter(({ keyword }) => keyword === 'HEALTHCHECK'),
  );
  const last = checks.at(-1);
  if (last !== undefined && last.text.toUpperCase() !== 'NONE') return [];
  return [
    faultAt(stage, last ?? from(stage), {
      message: 'nothing asks whether its containers are healthy',
    }),
  ];
}

function portFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return file.final.flatMap((stage) =>
    stage.instructions.flatMap((instruction) => {
      if (instruction.keyword !== 'EXPOSE') return [];
      const port = instruction.text.split(/\s+/).find((word) => /^(?:22|23)(?:\/tcp)?$/.test(word));
      if (port === undefined) return [];
      return [
        faultAt(stage, instruction, { value: port, message: `port ${port} is for remote login` }),
      ];
    }),
  );
}

export const baseControls: readonly DockerfileControl[] = [
  {
    id: 'root-user',
    cis: '4.1',
    title: 'The image does not run as root',
    level: 'restricted',
    severity: 'medium',
    lesson: 'runs-as-root',
    fix: 'Make a user and name it last (USER 10001), and give it the files that it writes',
    check: userFaults,
  },
  {
    id: 'image-tag',
    cis: null,
    title: 'The base has a tag that says which one',
    level: 'hardening',
    severity: 'medium',
    lesson: 'unpinned-image',
    fix: 'Name the version of the base, best with its digest',
    check: tagFaults,
  },
  {
    id: 'image-digest',
    cis: null,
    title: 'The base is pinned by a digest',
    level: 'hardening',
    severity: 'low',
    lesson: 'unpinned-image',
    fix: 'Write the digest behind the tag: name:1.2@sha256:..., and let a bot renew it',
    check: digestFaults,
  },
  {
    id: 'end-of-life-base',
    cis: '4.4',
    title: 'The base still gets fixes',
    level: 'hardening',
    severity: 'high',
    lesson: 'end-of-life-base',
    fix: 'Move to a version that is supported',
    check: endOfLifeFaults,
  },
  {
    id: 'foreign-frontend',
    cis: null,
    title: 'The build is run by the frontend of Docker',
    level: 'hardening',
    severity: 'medium',
    lesson: 'image-trust',
    fix: 'Name docker/dockerfile with a version, or remove the line',
    check: frontendFaults,
  },
  {
    id: 'health-check',
    cis: '4.6',
    title: 'The image says how its health is asked for',
    level: 'hardening',
    severity: 'low',
    lesson: 'image-hygiene',
    fix: 'Write a HEALTHCHECK, unless an orchestrator has probes of its own',
    check: healthFaults,
  },
  {
    id: 'remote-login-port',
    cis: '5.7',
    title: 'No port for remote login is exposed',
    level: 'hardening',
    severity: 'medium',
    lesson: 'exposed-management-port',
    fix: 'Remove the server for remote login and its port',
    check: portFaults,
  },
];
