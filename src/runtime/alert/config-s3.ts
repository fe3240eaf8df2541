// The keys of an output `type: s3`: a bucket that keeps alerts and reports as objects.
import { type ReportKind, reportKinds, type sbomFormats } from './archive-words.ts';
import {
  flagAt,
  flaw,
  itemsAt,
  numberAt,
  type OwnDocument,
  type Path,
  textAt,
  valueAt,
  wantedText,
  wantKeys,
  wordAt,
} from './reading.ts';
import { keysOfOutput, outputShapes } from './shape.ts';

/** Texts with `${env:NAME}` or `file:PATH` are resolved for every object. */
export interface S3Settings {
  readonly kind: 's3';
  readonly bucket: string;
  readonly region: string;
  /** Null: Amazon's of that region. */
  readonly endpoint: string | null;
  readonly pathStyle: boolean;
  /** What keys begin with: empty, or with a `/` at its end. */
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
  /** Null: as the bucket has it. */
  readonly encryption: 'AES256' | 'aws:kms' | null;
  readonly kmsKeyId: string | null;
  readonly storageClass: string | null;
  /** Alerts of so many seconds make one object. */
  readonly gatherSeconds: number;
  readonly reports: readonly ReportKind[];
  readonly sbomFormat: (typeof sbomFormats)[number];
  readonly caFile: string | null;
  readonly verify: boolean;
}

const shape = outputShapes.s3;

/** Reads one. Throws `SeaworthyError` `malformed` with the line. */
export function s3At(document: OwnDocument, path: Path): S3Settings {
  const at = (key: string): Path => [...path, key];
  wantKeys(document, path, keysOfOutput('s3'));
  const endpoint = textAt(document, at('endpoint'));
  if (endpoint !== null && !isEndpoint(endpoint)) {
    throw flaw(document, at('endpoint'), 'endpoint must be https://host or http://host');
  }
  const encryption = valueAt(document, at('encryption')) ?? null;
  const { words } = shape.encryption;
  return {
    kind: 's3',
    bucket: bucketAt(document, at('bucket')),
    region: optional(document, at('region'), shape.region.pattern) ?? 'us-east-1',
    endpoint,
    // Names below a bucket's own are in no certificate of a store that one runs oneself.
    pathStyle: flagAt(document, at('pathStyle'), endpoint !== null),
    prefix: prefixAt(document, at('prefix')),
    ...keysAt(document, path),
    encryption:
      encryption === null ? null : wordAt(document, at('encryption'), { words, usual: null }),
    kmsKeyId: optional(document, at('kmsKeyId'), shape.kmsKeyId.pattern),
    storageClass: optional(document, at('storageClass'), shape.storageClass.pattern),
    gatherSeconds: numberAt(document, at('gatherSeconds'), shape.gatherSeconds.range),
    reports: reportsAt(document, at('reports')),
    sbomFormat: wordAt(document, at('sbomFormat'), shape.sbomFormat),
    caFile: textAt(document, at('caFile')),
    verify: flagAt(document, at('verify'), true),
  };
}

type Keys = Pick<S3Settings, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>;

/** Of the environment by the names that every tool of Amazon knows, unless the output has its own. */
function keysAt(document: OwnDocument, path: Path): Keys {
  const [id, secret, token] = ['accessKeyId', 'secretAccessKey', 'sessionToken'].map((key) =>
    textAt(document, [...path, key]),
  );
  const own = [id, secret].filter((one) => one !== null && one !== undefined).length;
  if (own === 1) throw flaw(document, path, 'accessKeyId and secretAccessKey belong together');
  return {
    accessKeyId: id ?? '${env:AWS_ACCESS_KEY_ID}',
    secretAccessKey: secret ?? '${env:AWS_SECRET_ACCESS_KEY}',
    sessionToken: token ?? (own === 0 ? '${env:AWS_SESSION_TOKEN}' : null),
  };
}

function isEndpoint(text: string): boolean {
  if (!new RegExp(shape.endpoint.pattern).test(text) || !URL.canParse(text)) return false;
  const { search, hash } = new URL(text);
  return search === '' && hash === '';
}

/** Amazon's rules of names, and what older stores allow: a name is part of an address. */
function bucketAt(document: OwnDocument, path: Path): string {
  const bucket = wantedText(document, path);
  const isSound = new RegExp(shape.bucket.pattern).test(bucket) && !bucket.includes('..');
  if (isSound) return bucket;
  throw flaw(document, path, 'bucket must be 3 to 63 letters, digits, dots and hyphens');
}

function prefixAt(document: OwnDocument, path: Path): string {
  const prefix = textAt(document, path);
  if (prefix === null) return '';
  const isSound = /^[\w!.()=:@+,/-]{1,500}$/.test(prefix) && !/^\/|(?:^|\/)\.*\//.test(prefix);
  if (!isSound) throw flaw(document, path, 'prefix must be words with / between them');
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}

function reportsAt(document: OwnDocument, path: Path): readonly ReportKind[] {
  const value = valueAt(document, path);
  if (value === undefined || value === null) return reportKinds;
  if (typeof value === 'string')
    return [wordAt(document, path, { words: reportKinds, usual: null })];
  return itemsAt(document, path, reportKinds.length).map((item) =>
    wordAt(document, item, { words: reportKinds, usual: null }),
  );
}

function optional(document: OwnDocument, path: Path, pattern: string): string | null {
  const text = textAt(document, path);
  if (text === null || new RegExp(pattern).test(text)) return text;
  throw flaw(document, path, `${String(path.at(-1))} has another shape`);
}
