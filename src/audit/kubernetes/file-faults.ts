// Verdicts on owners and modes of files of a node.
import type { Severity } from '../../model/severity.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import type { NodeFacts, NodeFile } from './facts.ts';

export interface FileRule {
  /** Bits that may be set; a bit beyond them is a fault whatever the number says. */
  readonly most?: number;
  /** Accounts that may own it, `root:root` when absent. */
  readonly owners?: readonly string[];
}

/** Facts of these paths; those that are not there are left out, those not known are counted. */
export function filesAt(node: NodeFacts, paths: readonly string[]) {
  const asked = paths.map((path) => ({ path, file: node.files.get(path) }));
  return {
    files: asked.flatMap(({ file }) => (file === undefined || file === null ? [] : [file])),
    hidden: asked.flatMap(({ path, file }) => (file === undefined ? [path] : [])),
  };
}

export interface Judgement {
  readonly what: string;
  readonly rule: FileRule;
  /** Which fault is asked for. */
  readonly ask: 'mode' | 'owner';
  readonly severity?: Severity;
}

/** Judges files that are there; where there is none the control does not apply. */
export function judgeFiles(
  found: { readonly files: readonly NodeFile[]; readonly hidden: readonly string[] },
  { what, rule, ask, severity }: Judgement,
): Verdict {
  const { files, hidden } = found;
  const faults = files.flatMap((file) => {
    const fault = ask === 'mode' ? modeFault(file, rule) : ownerFault(file, rule);
    return fault === null ? [] : [severity === undefined ? fault : { ...fault, severity }];
  });
  if (faults.length > 0) return failedBy(faults);
  if (hidden.length > 0) {
    return told('unknown', `${hidden[0] ?? ''} may not be asked: run the audit as root`, hidden[0]);
  }
  if (files.length === 0) return told('not-applicable', `there is no file: ${what}`);
  return passed(
    files.slice(0, 3).map((file) => ({
      subject: file.path,
      place: file.path,
      value: `${file.owner}:${file.group} ${octal(file.mode)}`,
      message: 'as it should be',
    })),
  );
}

function modeFault({ path, mode }: NodeFile, { most = 0o600 }: FileRule): Evidence | null {
  if ((mode & ~most & 0o7777) === 0) return null;
  return {
    subject: path,
    place: path,
    value: octal(mode),
    message: `${path} has mode ${octal(mode)}, more than ${octal(most)}`,
    command: `chmod ${octal(most)} ${quoted(path)}`,
  };
}

function ownerFault(file: NodeFile, { owners = ['root:root'] }: FileRule): Evidence | null {
  const { path, owner, group } = file;
  if (owners.includes(`${owner}:${group}`)) return null;
  return {
    subject: path,
    place: path,
    value: `${owner}:${group}`,
    message: `${path} belongs to ${owner}:${group} instead of ${owners[0] ?? ''}`,
    command: `chown ${owners[0] ?? ''} ${quoted(path)}`,
  };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

/** A path as one word of a shell. */
function quoted(path: string): string {
  return /^[\w./@:-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
