// A container as policies of users see it: one object for what `docker inspect` prints and for what a create
// request asks, so that one policy speaks of both.
import { asRecord, entriesOf, field } from '../../base/json.ts';
import type { Path } from '../path.ts';
import { clip } from '../scalar.ts';
import type { Subject } from '../subject.ts';

/** The group that policies name in their rules: `apiGroups: [docker]`, `resources: [containers]`. */
const apiVersion = 'docker/v1';
const kind = 'Container';

/** The container of an inspection: all that the engine says, with `metadata` before it. */
export function subjectOfInspection(value: unknown, name: string, path: Path): Subject {
  return subjectWith(asRecord(value) ?? {}, field(value, 'Config'), { name, path });
}

/** The container that a create request would make: `Config` and `HostConfig`, as an inspection has them. */
export function subjectOfCreateBody(body: unknown, name: string): Subject {
  const config = Object.fromEntries(
    entriesOf(body).filter(([key]) => key !== 'HostConfig' && key !== 'NetworkingConfig'),
  );
  const whole = {
    Config: config,
    HostConfig: field(body, 'HostConfig') ?? {},
    NetworkingConfig: field(body, 'NetworkingConfig') ?? {},
  };
  return subjectWith(whole, config, { name, path: [] });
}

function subjectWith(
  value: object,
  config: unknown,
  { name, path }: { readonly name: string; readonly path: Path },
): Subject {
  const metadata = { name: clip(name), labels: field(config, 'Labels') ?? {} };
  return {
    apiVersion,
    kind,
    name: clip(name),
    namespace: null,
    path,
    object: { ...value, apiVersion, kind, metadata },
    pods: [],
    passedOver: 'no policy asks for containers',
    problem: null,
  };
}
