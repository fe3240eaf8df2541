// The contract of a secret detector: fixed bytes that announce it, and a look at their surroundings.
import type { Severity } from '../../model/severity.ts';

/** Where an anchor was seen. `bytes` is a part of the file, larger than any secret on both sides. */
export interface Sight {
  readonly bytes: Uint8Array;
  /** Index of the anchor's first byte. */
  readonly at: number;
  readonly anchor: string;
  /** Without leading slash; of an image config, a name such as `ENV`. */
  readonly path: string;
}

/** A secret that was found. `value` stays inside the inspector: see `mask.ts`. */
export interface Hit {
  /** Indices into the bytes of the sight. */
  readonly start: number;
  readonly end: number;
  readonly value: string;
  /** Where they differ from the detector's; an id must be one of its `variants`. */
  readonly id?: string;
  readonly severity?: Severity;
  readonly title?: string;
  /** Facts worth knowing that open nothing: algorithm, account, whether a checksum fits. */
  readonly evidence?: Readonly<Record<string, string | number | boolean>>;
}

interface Described {
  /** Stable: users write it into ignore files. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Who can revoke it: `GitHub`; `you` for keys and passwords of one's own. */
  readonly issuer: string;
  /** `ends` shows the first and last characters of long values; passwords and keys show nothing. */
  readonly hint: 'ends' | 'nothing';
  /** Ids of special cases that a hit may carry instead. */
  readonly variants?: readonly string[];
  /** Found in published packages as example or public key, so not searched for there. */
  readonly onlyOwnFiles?: true;
}

/** Finds a secret beside one of its anchors. Pure, linear, never throws on content. */
export interface SecretDetector extends Described {
  /**
   * Bytes of which each match holds one, case-sensitive, at least four (see prefilter.ts). The rarer
   * they are in ordinary text, the cheaper the detector is.
   */
  readonly anchors: readonly string[];
  /** Looks at kilobytes around each anchor: fewer of them are looked at in one file. */
  readonly costly?: true;
  find(sight: Sight): Hit | null;
}

/** Reads a file that is known by its name to hold credentials. */
export interface CredentialFile extends Described {
  /** Base names in lower case. */
  readonly names: readonly string[];
  /** Further endings in lower case, as `.pfx`. */
  readonly endings?: readonly string[];
  /** Asked when the name fits; paths in lower case. */
  fits?(path: string): boolean;
  /** @param bytes the file's first `credentialFileBytes` */
  read(bytes: Uint8Array): readonly Hit[];
}

/** The bytes as text, one unit a byte: offsets stay what they are. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const from = Math.max(0, start);
  const to = Math.max(from, Math.min(bytes.length, end));
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}
