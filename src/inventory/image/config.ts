// The image config (OCI image spec, "Image Configuration"; Docker's v1.2 form is the same in what
// is read here) and the pairing of layers with the history lines that made them.
import { SeaworthyError } from '../../base/error.ts';
import {
  asArray,
  asRecord,
  asString,
  type DocumentRecord,
  entriesOf,
  field,
  parseJson,
  stringField,
} from '../../base/json.ts';
import { limits } from '../../base/limits.ts';
import type { Digest, ImageConfig } from '../../model/image.ts';

export interface ParsedConfig {
  readonly platform: string | null;
  readonly diffIds: readonly Digest[];
  /** `created_by` of each layer; null where the history is missing or does not add up. */
  readonly createdBy: readonly (string | null)[];
  readonly config: ImageConfig;
  /** What may hold secrets: never stored, only searched. */
  readonly private: PrivateSettings;
}

export interface PrivateSettings {
  /** `NAME=value`. */
  readonly environment: readonly string[];
  /** `created_by` of every line, of those without a layer too. */
  readonly history: readonly string[];
}

/** A RUN line can embed a whole script; its beginning tells it apart. */
const longestInstruction = 4096;

const digestForm = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-f]{32,128}$/;

/** Whether `text` is a digest in the form of the OCI image spec (lower-case hex). */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && text.length < 256 && digestForm.test(text);
}

/** Throws `SeaworthyError` `malformed` when it is no image config. @param origin for the message */
export function parseConfig(text: string, origin: string): ParsedConfig {
  const parsed = parseJson(text);
  if (!parsed.ok) throw notConfig(origin, parsed.reason);
  const root = asRecord(parsed.value);
  if (root === null) throw notConfig(origin, 'it is no object');
  const diffIds = asArray(field(field(root, 'rootfs'), 'diff_ids'));
  if (!diffIds.every(isDigest)) throw notConfig(origin, 'rootfs.diff_ids holds no digests');
  if (diffIds.length > limits.imageLayers) {
    throw new SeaworthyError('limit', `${origin} lists ${diffIds.length} layers`);
  }
  const os = stringField(root, 'os');
  const architecture = stringField(root, 'architecture');
  const variant = stringField(root, 'variant');
  return {
    platform: os && architecture ? [os, architecture, variant].filter(Boolean).join('/') : null,
    diffIds,
    createdBy: createdBy(field(root, 'history'), diffIds.length),
    config: runtimeConfig(root),
    private: {
      environment: strings(field(field(root, 'config'), 'Env')),
      history: asArray(field(root, 'history')).map(
        (entry) => stringField(entry, 'created_by') ?? stringField(entry, 'comment') ?? '',
      ),
    },
  };
}

function notConfig(origin: string, why: string): SeaworthyError {
  return new SeaworthyError('malformed', `${origin} is no image config: ${why}`);
}

/** History entries marked `empty_layer` made no layer; the others pair with the layers in order. */
function createdBy(history: unknown, layers: number): (string | null)[] {
  const lines = asArray(history)
    .filter((entry) => field(entry, 'empty_layer') !== true)
    .map((entry) => stringField(entry, 'created_by') ?? stringField(entry, 'comment'));
  if (lines.length !== layers) return Array.from({ length: layers }, () => null);
  return lines.map((line) => (line ? line.slice(0, longestInstruction) : null));
}

function runtimeConfig(root: DocumentRecord): ImageConfig {
  const config = field(root, 'config');
  return {
    user: stringField(config, 'User') || null,
    exposedPorts: entriesOf(field(config, 'ExposedPorts'))
      .map(([port]) => port)
      .toSorted(),
    // Values of environment variables may be secrets: only their names are kept.
    environmentNames: strings(field(config, 'Env')).map((pair) => pair.split('=', 1)[0] ?? ''),
    entrypoint: strings(field(config, 'Entrypoint')),
    command: strings(field(config, 'Cmd')),
    workingDirectory: stringField(config, 'WorkingDir') || null,
    labels: Object.fromEntries(
      entriesOf(field(config, 'Labels')).map(([key, value]) => [key, asString(value) ?? '']),
    ),
    created: stringField(root, 'created'),
    volumes: entriesOf(field(config, 'Volumes')).map(([path]) => path),
    hasHealthcheck: asRecord(field(config, 'Healthcheck')) !== null,
  };
}

function strings(value: unknown): string[] {
  return asArray(value).filter((item) => typeof item === 'string');
}
