// Judges containers under a policy: services of Compose, and what `docker inspect` prints.
import { asRecord, field } from '../../base/json.ts';
import type { Answer, AnsweredUnknown } from '../answer.ts';
import { type Path, pathText } from '../path.ts';
import { clip, itemsOf } from '../scalar.ts';
import type { Subject } from '../subject.ts';
import { type JudgedFault, type VerdictPolicy, verdictOf } from '../verdict.ts';
import { accessControls } from './access.ts';
import { type ComposeContext, readProject } from './compose/project.ts';
import { configOfService } from './compose/service.ts';
import type { ContainerConfig, Setting } from './config.ts';
import { type ContainerControl, commandOf, sourcesOf } from './control.ts';
import { exposureControls } from './exposure.ts';
import { hostPathControls } from './host-paths.ts';
import { configOfCreateBody, configOfInspection, isInspection } from './inspect.ts';
import { resourceControls } from './resources.ts';
import { subjectOfInspection } from './subject.ts';

/** All controls on the configuration of a container. Adding one = a row in its family's list. */
export const containerControls: readonly ContainerControl[] = [
  ...accessControls,
  ...hostPathControls,
  ...resourceControls,
  ...exposureControls,
];

/** All faults of one container. */
export function containerFaults(config: ContainerConfig): JudgedFault[] {
  return containerControls.flatMap((control) =>
    control.check(config).map((fault): JudgedFault => {
      const command = config.form === 'inspect' ? commandOf(control, config.name) : null;
      return {
        ...fault,
        control,
        sources: sourcesOf(control),
        ...(command === null ? {} : { command }),
      };
    }),
  );
}

type LineAt = (path: Path) => number | null;

/** The answers for all services of a Compose file, and one for what could not be read of it. */
export function judgeCompose(
  document: unknown,
  policy: VerdictPolicy,
  { context, lineAt }: { readonly context: ComposeContext; readonly lineAt: LineAt },
): Answer[] {
  const project = readProject(document, context);
  const answers = project.services.map((service) => {
    const config = configOfService(service, project);
    const unknowns = [
      ...service.problems.map((one) => unknownOf(one, lineAt)),
      ...service.unresolved.map(({ value, path }) =>
        unknownOf({ path, value: `the variable ${value} has no value: give --env-file` }, lineAt),
      ),
    ];
    const subject = { apiVersion: 'compose', kind: 'Service', name: service.name };
    const faults = containerFaults(config).filter(({ path }) => !isOpen(config, path));
    return verdictOf(
      {
        subject,
        path: service.path,
        image: config.image.value,
        faults,
        unknowns,
        root: document,
        lineAt,
      },
      policy,
    );
  });
  if (project.problems.length === 0) return answers;
  const unknowns = project.problems.map((one) => unknownOf(one, lineAt));
  const subject = { apiVersion: 'compose', kind: 'Project', name: '' };
  const whole = { subject, path: [], image: null, faults: [], unknowns, root: null, lineAt };
  return [...answers, verdictOf(whole, policy)];
}

/** A place whose variable has no value is told as unknown, not judged by its `${TEXT}`. */
function isOpen(config: ContainerConfig, path: Path): boolean {
  const text = pathText(path);
  return config.unresolved.some((one) => pathText(one.path) === text);
}

function unknownOf({ value, path }: Setting<string>, lineAt: LineAt): AnsweredUnknown {
  return { path: pathText(path), line: lineAt(path), reason: clip(value, 1000) };
}

/** Whether a document is what `docker inspect` prints: one container, or a list of them. */
export function isInspectionDocument(document: unknown): boolean {
  if (Array.isArray(document)) return document.length > 0 && itemsOf(document).every(isInspection);
  return isInspection(document);
}

/** The answers for the containers of `docker inspect`. */
export function judgeInspection(
  document: unknown,
  policy: VerdictPolicy,
  lineAt: LineAt,
): Answer[] {
  return inspectionsIn(document).map(([value, path]) => {
    const config = configOfInspection(value, path);
    const image = config.image.value;
    const name = nameOf(config, value);
    const subject = { apiVersion: 'docker', kind: 'Container', name };
    const faults = containerFaults(config);
    return verdictOf({ subject, path, image, faults, unknowns: [], root: null, lineAt }, policy);
  });
}

function inspectionsIn(document: unknown): readonly (readonly [unknown, Path])[] {
  return Array.isArray(document)
    ? itemsOf(document).map((one, index) => [one, [index]] as const)
    : [[document, []]];
}

function nameOf({ name }: ContainerConfig, value: unknown): string {
  const id = field(value, 'Id');
  return name === '' && typeof id === 'string' ? id.slice(0, 12) : name;
}

/** The containers of `docker inspect` as policies of users see them, in the order of the answers. */
export function subjectsOfInspections(document: unknown): readonly Subject[] {
  return inspectionsIn(document).map(([value, path]) =>
    subjectOfInspection(value, nameOf(configOfInspection(value, path), value), path),
  );
}

/** A request has no lines. */
function noLine(): null {
  return null;
}

/**
 * The answer for the body of POST /containers/create (Engine API), before anything is made.
 * @param name of the query; empty where the engine is to choose one
 */
export function judgeCreateRequest(body: unknown, name: string, policy: VerdictPolicy): Answer {
  const config = configOfCreateBody(body, name);
  const subject = { apiVersion: 'docker', kind: 'Container', name: config.name };
  const image = config.image.value;
  const faults = containerFaults(config);
  // A body that is absent or no object was not judged: the known way around such checks.
  const reason = 'the request has no body that can be judged';
  const unknowns = asRecord(body) === null ? [{ path: '', line: null, reason }] : [];
  return verdictOf(
    { subject, path: [], image, faults, unknowns, root: null, lineAt: noLine },
    policy,
  );
}
