// Controls on what a Dockerfile copies, adds and writes into its image.
import { isSecret } from '../credential.ts';
import {
  type DockerfileControl,
  type DockerfileFacts,
  type DockerfileFault,
  faultAt,
  faultsOfCommands,
  instructionsOf,
} from './control.ts';
import { wordEdit } from './edit.ts';
import { type Instruction, wordsOf } from './instruction.ts';
import type { ShellCommand } from './shell.ts';
import type { Dockerfile } from './stage.ts';

/** Sources and target of COPY and ADD. */
function filesOf({ list, text }: Instruction): readonly string[] {
  return (list ?? wordsOf(text)).filter((word) => !word.startsWith('<<'));
}

function flagOf({ flags }: Instruction, name: string): string | null {
  return flags.find((flag) => flag.name === name)?.value ?? null;
}

function secretFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return file.stages.flatMap((stage) => {
    const written = stage.variables.flatMap(({ name, value, line, kind }) =>
      isSecret(name, value)
        ? [
            faultAt(
              stage,
              { keyword: kind, line },
              {
                value: '***',
                message: `${kind} holds a credential: ${name.slice(0, 100)}`,
                secret: true,
              },
            ),
          ]
        : [],
    );
    // An argument without a default is given at each build, and stays in the history of the image.
    const given = stage.instructions.flatMap((instruction) => {
      const name = /^[A-Za-z_]\w*$/.test(instruction.text) ? instruction.text : '';
      if (instruction.keyword !== 'ARG' || name === '' || !isSecret(name, 'given')) return [];
      const message = `the credential ${name.slice(0, 100)} is a build argument, which the image remembers`;
      return [faultAt(stage, instruction, { value: name, message, severity: 'medium' })];
    });
    return [...written, ...given];
  });
}

const remote = /^(?:https?|ftp|git|ssh):\/\/|^git@/i;
const archive = /\.(?:tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst))$/i;

function remoteFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return instructionsOf(file.stages, 'ADD').flatMap(({ stage, instruction }) => {
    const source = filesOf(instruction)
      .slice(0, -1)
      .find((word) => remote.test(word));
    if (source === undefined || flagOf(instruction, 'checksum') !== null) return [];
    // A commit names its content by itself.
    if (/\.git#[0-9a-f]{40}/.test(source)) return [];
    // Addresses may hold a password.
    const value = source.replace(/\/\/[^@/]*@/, '//***@');
    return [faultAt(stage, instruction, { value, message: 'ADD downloads without a checksum' })];
  });
}

function addFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return instructionsOf(file.final, 'ADD').flatMap(({ stage, instruction }) => {
    const sources = filesOf(instruction).slice(0, -1);
    const isNeeded = sources.some(
      (word) => remote.test(word) || archive.test(word) || word.includes('$'),
    );
    if (isNeeded || sources.length === 0) return [];
    return [
      faultAt(stage, instruction, {
        value: sources[0],
        message: 'ADD copies a plain file: COPY does it without surprises',
        edits: copyEdit(file, instruction),
      }),
    ];
  });
}

/** Flags that COPY has as well. */
const copyFlags: ReadonlySet<string> = new Set(['chown', 'chmod', 'link', 'exclude']);

function copyEdit(file: Dockerfile, instruction: Instruction) {
  if (instruction.flags.some(({ name }) => !copyFlags.has(name))) return [];
  const { line } = instruction;
  const isLower = /\badd\s/.test(file.lines[line - 1] ?? '');
  const keyword = /^\s*(?:ONBUILD\s+)?ADD(?=\s)/gi;
  const [found] = (file.lines[line - 1] ?? '').match(keyword) ?? [];
  if (found === undefined) return [];
  const put = found.replace(/ADD$/i, isLower ? 'copy' : 'COPY');
  return wordEdit(file, { line, endLine: line }, keyword, put);
}

/** `777` and `666` without the right of everybody to write. */
const narrowed: ReadonlyMap<string, string> = new Map([
  ['777', '755'],
  ['0777', '0755'],
  ['666', '644'],
  ['0666', '0644'],
]);

function modeEdit(file: Dockerfile, instruction: Instruction, mode: string) {
  const put = narrowed.get(mode);
  if (put === undefined) return [];
  return wordEdit(file, instruction, new RegExp(`(?<![\\w.-])${mode}(?![\\w.-])`, 'g'), put);
}

function contextFaults({ file, hasIgnoreFile }: DockerfileFacts): DockerfileFault[] {
  if (hasIgnoreFile !== false) return [];
  return ['COPY', 'ADD'].flatMap((keyword) =>
    instructionsOf(file.stages, keyword).flatMap(({ stage, instruction }) => {
      const sources = filesOf(instruction).slice(0, -1);
      const isAll = sources.some((word) => /^(?:\.|\.\/|\/|\*|\.\/\*)$/.test(word));
      if (!isAll || flagOf(instruction, 'from') !== null) return [];
      const message = 'the whole folder is copied, and no .dockerignore keeps .git and .env out';
      return [faultAt(stage, instruction, { value: sources[0], message })];
    }),
  );
}

const secretFile =
  /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.env(?:\.(?:local|production|prod))?|\.npmrc|\.pypirc|\.netrc|\.git-credentials|\.ssh|\.aws|\.kube|\.gnupg|credentials\.json|service-account\.json|kubeconfig|[^/]*\.(?:pem|key|p12|pfx|jks|keystore))\/?$/i;
const publicFile = /(?:pub|cert|ca|chain|public)[^/]*\.(?:pem|key)$/i;

function copiedSecretFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return ['COPY', 'ADD'].flatMap((keyword) =>
    instructionsOf(file.stages, keyword).flatMap(({ stage, instruction }) => {
      if (flagOf(instruction, 'from') !== null) return [];
      const source = filesOf(instruction)
        .slice(0, -1)
        .find((word) => secretFile.test(word) && !publicFile.test(word));
      if (source === undefined) return [];
      return [
        faultAt(stage, instruction, {
          value: source,
          message: `${source.slice(0, 100)} is copied into the image`,
        }),
      ];
    }),
  );
}

/** `777`, `0666`, `a+w`, `o+rw`: everybody may write. */
function isOpenMode(mode: string): boolean {
  if (/^[0-7]{3,4}$/.test(mode))
    return (Number.parseInt(mode.slice(-1), 8) & 2) !== 0 && !mode.padStart(4, '0').startsWith('1');
  return mode
    .split(',')
    .some((one) => /^[ug]*[oa][ugoa]*[+=][rwxXst]*w/.test(one) || /^\+[rx]*w/.test(one));
}

/** Set-id bits: `4755`, `u+s`, `g+s`. */
function isSetId(mode: string): boolean {
  if (/^[0-7]{4}$/.test(mode)) return (Number.parseInt(mode.slice(0, 1), 8) & 6) !== 0;
  return mode.split(',').some((one) => /^[ugoa]*[+=][rwxX]*s/.test(one));
}

function modeOf({ program, words }: ShellCommand): string | null {
  if (program !== 'chmod') return null;
  return words.slice(1).find((word) => !word.startsWith('-')) ?? null;
}

function openModeFaults({ file }: DockerfileFacts): DockerfileFault[] {
  const copied = ['COPY', 'ADD'].flatMap((keyword) =>
    instructionsOf(file.final, keyword).flatMap(({ stage, instruction }) => {
      const mode = flagOf(instruction, 'chmod');
      if (mode === null || !isOpenMode(mode)) return [];
      return [
        faultAt(stage, instruction, {
          value: mode,
          message: `what it copies may be written by everybody (${mode.slice(0, 20)})`,
          edits: modeEdit(file, instruction, mode),
        }),
      ];
    }),
  );
  const changed = faultsOfCommands(file.final, (command, _, instruction) => {
    const mode = modeOf(command);
    if (mode === null || !isOpenMode(mode)) return null;
    return {
      edits: modeEdit(file, instruction, mode),
      value: `chmod ${mode}`,
      message: `everybody may write what it changes (chmod ${mode.slice(0, 20)})`,
    };
  });
  return [...copied, ...changed];
}

function setIdFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return faultsOfCommands(file.final, (command) => {
    const mode = modeOf(command);
    if (mode === null || !isSetId(mode)) return null;
    return {
      value: `chmod ${mode}`,
      message: `a program gets the rights of its owner (chmod ${mode.slice(0, 20)})`,
    };
  });
}

export const contentControls: readonly DockerfileControl[] = [
  {
    id: 'environment-secret',
    cis: '4.10',
    title: 'No credential stands in ENV or ARG',
    level: 'hardening',
    severity: 'high',
    lesson: 'leaked-secret',
    fix: 'Replace the credential; give it to the step that needs it with RUN --mount=type=secret',
    check: secretFaults,
  },
  {
    id: 'copied-secret',
    cis: '4.10',
    title: 'No file of credentials is copied',
    level: 'hardening',
    severity: 'high',
    lesson: 'leaked-secret',
    fix: 'Mount it for one step with RUN --mount=type=secret, and list it in .dockerignore',
    check: copiedSecretFaults,
  },
  {
    id: 'remote-add',
    cis: '4.9',
    title: 'Downloads of ADD are checked',
    level: 'hardening',
    severity: 'medium',
    lesson: 'unverified-download',
    fix: 'Write ADD --checksum=sha256:..., or the full commit of a repository',
    check: remoteFaults,
  },
  {
    id: 'add-instruction',
    cis: '4.9',
    title: 'Plain files are copied with COPY',
    level: 'hardening',
    severity: 'low',
    lesson: 'image-hygiene',
    fix: 'Use COPY in place of ADD',
    check: addFaults,
  },
  {
    id: 'build-context',
    cis: null,
    title: 'A .dockerignore keeps private files out of the context',
    level: 'hardening',
    severity: 'low',
    lesson: 'leaked-secret',
    fix: 'Write a .dockerignore with .git, .env and what else is private, or copy single folders',
    check: contextFaults,
  },
  {
    id: 'open-permissions',
    cis: null,
    title: 'Nothing may be written by everybody',
    level: 'hardening',
    severity: 'medium',
    lesson: 'least-privilege',
    fix: 'Give the files to the user that needs them: COPY --chown=10001',
    check: openModeFaults,
  },
  {
    id: 'setuid-program',
    cis: '4.8',
    title: 'No program gets set-id bits',
    level: 'hardening',
    severity: 'medium',
    lesson: 'privilege-escalation',
    fix: 'Remove the bits; give a capability to the container where one is needed',
    check: setIdFaults,
  },
];
