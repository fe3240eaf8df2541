// Records of nodes as they are read from the wire: each is checked whole, or refused with its reason.
import type {
  BatchHead,
  FleetDecided,
  FleetDecision,
  FleetDetection,
  FleetFlow,
  FleetInventory,
  FleetPackage,
  FleetRecord,
  FleetRun,
} from './fleet.ts';

/** Characters of one text: PATH_MAX, as in the record of a node. */
const textLength = 4096;
/** Characters of a detection's sentence. */
const outputLength = 16_384;
/** Words, ports, tags, fields of one record. */
const mostWords = 512;
/** Kinds of decisions of one day; there are five. */
const mostDecisions = 20;
/** Packages of one image; the largest honest ones have some 20,000. */
const mostPackages = 200_000;

class Refused extends Error {}

type Fields = Readonly<Record<string, unknown>>;

/** The record, or why it is none (one short sentence). Never throws. */
export function readFleetRecord(value: unknown): FleetRecord | string {
  try {
    return recordOf(fieldsOf(value, 'record'));
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

/** The head of a batch, or why it is none. Never throws. */
export function readBatchHead(value: unknown): BatchHead | string {
  try {
    const head = fieldsOf(value, 'head');
    const health = fieldsOf(head['health'], 'health');
    return {
      stream: nameOf(head, 'stream'),
      after: countOf(head, 'after'),
      through: countOf(head, 'through'),
      health: {
        version: text(health, 'version'),
        sentUs: time(health, 'sentUs'),
        spooledBytes: countOf(health, 'spooledBytes'),
        dropped: countOf(health, 'dropped'),
      },
    };
  } catch (error) {
    if (error instanceof Refused) return error.message;
    throw error;
  }
}

function recordOf(value: Fields): FleetRecord {
  switch (value['kind']) {
    case 'run':
      return runOf(value);
    case 'detection':
      return detectionOf(value);
    case 'flow':
      return flowOf(value);
    case 'use':
      return {
        kind: 'use',
        container: container(value),
        purls: words(value, 'purls', mostPackages),
      };
    case 'inventory':
      return inventoryOf(value);
    case 'loss':
      return {
        kind: 'loss',
        container: textOrNull(value, 'container'),
        what: text(value, 'what'),
        count: value['count'] === null ? null : countOf(value, 'count'),
        fromUs: time(value, 'fromUs'),
        toUs: time(value, 'toUs'),
        why: text(value, 'why'),
      };
    case 'repeat':
      return {
        kind: 'repeat',
        container: textOrNull(value, 'container'),
        rule: text(value, 'rule'),
        timeUs: time(value, 'timeUs'),
        count: countOf(value, 'count'),
        lastUs: time(value, 'lastUs'),
      };
    case 'decision':
      return decisionOf(value);
    case 'decided':
      return decidedOf(value);
    case 'audit':
      return {
        kind: 'audit',
        audit: nameOf(value, 'audit'),
        target: text(value, 'target'),
        atUs: time(value, 'atUs'),
        score: shareOf(value, 'score'),
        failed: words(value, 'failed'),
      };
    case 'audit-answer':
      return {
        kind: 'audit-answer',
        audit: nameOf(value, 'audit'),
        target: text(value, 'target'),
        atUs: time(value, 'atUs'),
        answer: answerOf(value),
      };
    default:
      throw new Refused('its kind is not known');
  }
}

function runOf(value: Fields): FleetRun {
  const image = fieldsOf(value['image'], 'image');
  const workload = fieldsOf(value['workload'], 'workload');
  return {
    kind: 'run',
    container: container(value),
    name: textOrNull(value, 'name'),
    engine: text(value, 'engine'),
    image: {
      reference: textOrNull(image, 'reference'),
      id: textOrNull(image, 'id'),
      digest: textOrNull(image, 'digest'),
    },
    workload: {
      user: textOrNull(workload, 'user'),
      team: textOrNull(workload, 'team'),
      application: textOrNull(workload, 'application'),
      environment: textOrNull(workload, 'environment'),
    },
    command: words(value, 'command'),
    ports: words(value, 'ports'),
    ...(own(value, 'addresses') === undefined ? {} : { addresses: words(value, 'addresses') }),
    ...(own(value, 'networkMode') === undefined
      ? {}
      : { networkMode: textOrNull(value, 'networkMode') }),
    privileged: value['privileged'] === null ? null : flag(value, 'privileged'),
    namedBeforeStart: flag(value, 'namedBeforeStart'),
    firstUs: time(value, 'firstUs'),
    lastUs: time(value, 'lastUs'),
    startedUs: timeOrNull(value, 'startedUs'),
    endedUs: timeOrNull(value, 'endedUs'),
    exitCode: value['exitCode'] === null ? null : whole(value, 'exitCode'),
    alive: flag(value, 'alive'),
    grade: textOrNull(value, 'grade'),
  };
}

function detectionOf(value: Fields): FleetDetection {
  const told = fieldsOf(value['detection'], 'detection');
  const fields = Object.entries(fieldsOf(told['output_fields'], 'output_fields'));
  if (fields.length > mostWords) throw new Refused('output_fields are too many');
  return {
    kind: 'detection',
    container: textOrNull(value, 'container'),
    timeUs: time(value, 'timeUs'),
    detection: {
      hostname: text(told, 'hostname'),
      output: text(told, 'output', outputLength),
      priority: text(told, 'priority'),
      rule: text(told, 'rule'),
      source: text(told, 'source'),
      tags: words(told, 'tags'),
      time: text(told, 'time'),
      output_fields: Object.fromEntries(fields.map(([key, one]) => [clean(key), plain(one)])),
    },
  };
}

function decisionOf(value: Fields): FleetDecision {
  const told = fieldsOf(value['decision'], 'decision');
  const by = own(told, 'by');
  if (by !== 'webhook' && by !== 'docker') throw new Refused('by is wrong');
  return {
    kind: 'decision',
    id: nameOf(value, 'id'),
    timeUs: time(value, 'timeUs'),
    decision: {
      time: text(told, 'time'),
      by,
      operation: text(told, 'operation'),
      kind: textOrNull(told, 'kind'),
      namespace: textOrNull(told, 'namespace'),
      name: text(told, 'name'),
      user: textOrNull(told, 'user'),
      decision: text(told, 'decision'),
      controls: words(told, 'controls'),
      waived: words(told, 'waived'),
      images: words(told, 'images'),
      problem: textOrNull(told, 'problem'),
      message: text(told, 'message'),
      isDryRun: flag(told, 'isDryRun'),
      isEnforced: flag(told, 'isEnforced'),
    },
  };
}

function decidedOf(value: Fields): FleetDecided {
  const day = text(value, 'day');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new Refused('day is no day');
  const counts = own(value, 'counts');
  if (!Array.isArray(counts) || counts.length > mostDecisions)
    throw new Refused('counts are wrong');
  return {
    kind: 'decided',
    day,
    counts: counts.map((one) => {
      const fields = fieldsOf(one, 'count');
      return { decision: text(fields, 'decision'), count: countOf(fields, 'count') };
    }),
  };
}

/** As the audit wrote it: what is shown of it is text, whatever it holds. */
function answerOf(value: Fields): Readonly<Record<string, unknown>> {
  const answer = fieldsOf(own(value, 'answer'), 'answer');
  if (!Array.isArray(own(answer, 'controls'))) throw new Refused('the answer has no controls');
  return answer;
}

function plain(value: unknown): string | number | boolean | null | readonly string[] {
  if (typeof value === 'string') return clean(value.slice(0, outputLength));
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value) && value.length <= mostWords) {
    return value.map((one) => clean(String(one).slice(0, textLength)));
  }
  throw new Refused('an output field is no plain value');
}

function flowOf(value: Fields): FleetFlow {
  const { direction } = value as { direction?: unknown };
  if (direction !== 'in' && direction !== 'out') throw new Refused('direction is wrong');
  const port = countOf(value, 'port');
  if (port > 65_535) throw new Refused('port is wrong');
  return {
    kind: 'flow',
    container: container(value),
    direction,
    protocol: text(value, 'protocol'),
    port,
    remote: text(value, 'remote'),
    name: textOrNull(value, 'name'),
    flows: countOf(value, 'flows'),
    sent: countOf(value, 'sent'),
    received: countOf(value, 'received'),
    firstUs: time(value, 'firstUs'),
    lastUs: time(value, 'lastUs'),
  };
}

function inventoryOf(value: Fields): FleetInventory {
  const packages = value['packages'];
  if (!Array.isArray(packages) || packages.length > mostPackages) {
    throw new Refused('packages are no list, or too many');
  }
  const distribution = value['distribution'];
  return {
    kind: 'inventory',
    imageId: text(value, 'imageId'),
    reference: textOrNull(value, 'reference'),
    digest: textOrNull(value, 'digest'),
    distribution: distribution === null ? null : (fieldsOf(distribution, 'distribution') as never),
    packages: packages.map(packageOf),
  };
}

function packageOf(value: unknown): FleetPackage {
  const one = fieldsOf(value, 'package');
  const found = fieldsOf(one['found'], 'package');
  const known = {
    purl: text(found, 'purl'),
    type: text(found, 'type'),
    name: text(found, 'name'),
    version: text(found, 'version'),
    namespace: textOrNull(found, 'namespace'),
  };
  return {
    found: { ...found, ...known, licences: [], locations: [] } as unknown as FleetPackage['found'],
    knownAs: words(one, 'knownAs'),
  };
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refused(`${what} is no object`);
  }
  return value as Fields;
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** PostgreSQL holds no NUL in a text; nobody needs one. */
function clean(value: string): string {
  return value.replaceAll('\0', '\ufffd').toWellFormed();
}

function text(fields: Fields, name: string, length: number = textLength): string {
  const value = own(fields, name);
  if (typeof value !== 'string') throw new Refused(`${name} is no text`);
  if (value.length > length + 1) throw new Refused(`${name} is too long`);
  return clean(value);
}

function textOrNull(fields: Fields, name: string): string | null {
  return own(fields, name) === null ? null : text(fields, name);
}

/** An engine's id: 64 digits, or the name that `ctr run` was given. */
function container(fields: Fields): string {
  const value = text(fields, 'container');
  if (value === '' || value.length > 256) throw new Refused('container is no id');
  return value;
}

function nameOf(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (!/^[\w.-]{1,64}$/.test(value)) throw new Refused(`${name} is no name`);
  return value;
}

function words(fields: Fields, name: string, most: number = mostWords): readonly string[] {
  const value = own(fields, name);
  if (!Array.isArray(value) || value.length > most + 1) throw new Refused(`${name} is no list`);
  return value.map((one) => {
    if (typeof one !== 'string') throw new Refused(`${name} holds what is no text`);
    return clean(one.slice(0, outputLength));
  });
}

function whole(fields: Fields, name: string): number {
  const value = own(fields, name);
  if (!Number.isSafeInteger(value)) throw new Refused(`${name} is no whole number`);
  return value as number;
}

function countOf(fields: Fields, name: string): number {
  const value = whole(fields, name);
  if (value < 0) throw new Refused(`${name} is below 0`);
  return value;
}

/** 0..100. */
function shareOf(fields: Fields, name: string): number {
  const value = countOf(fields, name);
  if (value > 100) throw new Refused(`${name} is above 100`);
  return value;
}

/** Any safe number: a wrong clock is no reason to lose what a node saw. */
function time(fields: Fields, name: string): number {
  return whole(fields, name);
}

function timeOrNull(fields: Fields, name: string): number | null {
  return own(fields, name) === null ? null : time(fields, name);
}

function flag(fields: Fields, name: string): boolean {
  const value = own(fields, name);
  if (typeof value !== 'boolean') throw new Refused(`${name} is no yes or no`);
  return value;
}
