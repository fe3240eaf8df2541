// Controls on what the RUN steps of a Dockerfile do: downloads, packages, rights of the build.
import type { LineEdit } from '../line-patch.ts';
import {
  type DockerfileControl,
  type DockerfileFacts,
  type DockerfileFault,
  faultAt,
  faultsOfCommands,
  instructionsOf,
} from './control.ts';
import { commandEdit, wordEdit } from './edit.ts';
import type { Instruction } from './instruction.ts';
import { hasFlag, type ShellCommand } from './shell.ts';
import type { Dockerfile } from './stage.ts';

const downloaders: ReadonlySet<string> = new Set(['curl', 'wget', 'fetch', 'aria2c']);
const interpreters = /^(?:(?:ba|da|a|z|k|fi)?sh|python[\d.]*|perl|ruby|node|php|pwsh)$/;

function isInterpreter({ program, words }: ShellCommand): boolean {
  if (interpreters.test(program)) return true;
  return (
    program === 'sudo' && words.some((word) => interpreters.test(word.split('/').at(-1) ?? ''))
  );
}

/** `curl ... | sh`, also with a filter in between; `sh -c "$(curl ...)"` has no pipe. */
function pipedDownload(command: ShellCommand, all: readonly ShellCommand[]) {
  if (!isInterpreter(command)) return null;
  let source = command.reads;
  for (let hops = 0; source !== null && hops < 20; hops += 1) {
    if (downloaders.has(source.program)) {
      return {
        value: `${source.program} | ${command.program}`,
        message: `what ${source.program} downloads is run unseen`,
      };
    }
    source = source.reads;
  }
  const inner = command.words.find((word) =>
    /\$\(\s*(?:curl|wget)\b|`\s*(?:curl|wget)\b/.test(word),
  );
  // `bash <(curl ...)`: the substitution is the command behind.
  const next =
    command.words.at(-1)?.endsWith('<') === true ? all[all.indexOf(command) + 1] : undefined;
  if (inner !== undefined || downloaders.has(next?.program ?? '')) {
    return {
      value: `${command.program} -c "$(download)"`,
      message: 'what is downloaded is run unseen',
    };
  }
  return null;
}

function told(value: string, what: string) {
  return { value, message: `${what} (${value})` };
}

/** Flags and settings that switch off the check of certificates or signatures. */
function unverified(
  command: ShellCommand,
): { readonly value: string; readonly message: string } | null {
  const { program, words } = command;
  if (program === 'curl' && hasFlag(command, '--insecure', 'k'))
    return told('curl -k', 'certificates are not checked');
  if (program === 'wget' && hasFlag(command, '--no-check-certificate')) {
    return told('wget --no-check-certificate', 'certificates are not checked');
  }
  if (/^apt(?:-get)?$/.test(program)) {
    const flag = words.find((word) =>
      /^--(?:allow-unauthenticated|force-yes|allow-insecure-repositories)$/.test(word),
    );
    if (flag !== undefined) return told(`${program} ${flag}`, 'signatures are not checked');
  }
  if (program === 'apk' && hasFlag(command, '--allow-untrusted'))
    return told('apk --allow-untrusted', 'signatures are not checked');
  if (/^(?:yum|dnf|microdnf|zypper|rpm)$/.test(program)) {
    const flag = words.find((word) =>
      /^--(?:nogpgcheck|no-gpg-checks|nosignature|nodigest)$/.test(word),
    );
    if (flag !== undefined) return told(`${program} ${flag}`, 'signatures are not checked');
  }
  if (/^pip[\d.]*$/.test(program) && hasFlag(command, '--trusted-host'))
    return told('pip --trusted-host', 'certificates are not checked');
  if (/^(?:npm|yarn|pnpm)$/.test(program) && words.join(' ').includes('strict-ssl false')) {
    return told(`${program} strict-ssl false`, 'certificates are not checked');
  }
  if (program === 'git' && words.some((word) => /http\.sslverify=(?:false|0)/i.test(word))) {
    return told('git http.sslVerify=false', 'certificates are not checked');
  }
  return null;
}

const offByVariable: Readonly<Record<string, RegExp>> = {
  GIT_SSL_NO_VERIFY: /^(?:1|true)$/i,
  NODE_TLS_REJECT_UNAUTHORIZED: /^0$/,
  PYTHONHTTPSVERIFY: /^0$/,
};

function unverifiedFaults({ file }: DockerfileFacts): DockerfileFault[] {
  const byVariable = file.stages.flatMap((stage) =>
    stage.variables.flatMap(({ name, value, line, kind }) => {
      const off = Object.hasOwn(offByVariable, name) ? offByVariable[name] : undefined;
      if (off?.test(value) !== true) return [];
      const message = `certificates are not checked (${name})`;
      return [faultAt(stage, { keyword: kind, line }, { value: `${name}=${value}`, message })];
    }),
  );
  const byFlag = faultsOfCommands(file.stages, (command, _, instruction) => {
    const fault = unverified(command);
    return fault === null ? null : { ...fault, edits: flagEdit(file, instruction, fault.value) };
  });
  return [...byFlag, ...byVariable];
}

/** Takes a flag that stands alone (`curl -k`, `apt-get --force-yes`) out of its line. */
function flagEdit(file: Dockerfile, instruction: Instruction, told: string): readonly LineEdit[] {
  const [program = '', flag = ''] = told.split(' ');
  const words = program === 'curl' ? '--insecure|-k' : /^--?[a-z-]+$/.test(flag) ? flag : '';
  if (words === '') return [];
  return wordEdit(file, instruction, new RegExp(`[ \\t]+(?:${words})(?=\\s|$)`, 'g'), '');
}

function isInstall({ program, words }: ShellCommand): boolean {
  if (/^(?:apt|apt-get|aptitude|yum|dnf|microdnf|zypper)$/.test(program))
    return words.includes('install');
  return program === 'apk' && words.includes('add');
}

function isUpdate({ program, words }: ShellCommand): boolean {
  if (/^(?:apt|apt-get)$/.test(program)) return words.includes('update');
  return program === 'apk' && words.includes('update');
}

function loneUpdate(command: ShellCommand, all: readonly ShellCommand[]) {
  if (!isUpdate(command) || all.some((one) => isInstall(one) || one.words.includes('upgrade')))
    return null;
  return {
    value: `${command.program} update`,
    message: 'package lists are refreshed in a step of their own',
  };
}

function sudoUse({ program }: ShellCommand) {
  return program === 'sudo'
    ? { value: 'sudo', message: 'sudo is used: the step could name its USER' }
    : null;
}

function sudoInstall(command: ShellCommand) {
  if (!isInstall(command) || !command.words.includes('sudo')) return null;
  return { value: 'sudo', message: 'sudo is installed, a way to become root' };
}

/** `echo 'user:word' | chpasswd`, `useradd -p`: the word is in the history of the image. */
function writtenPassword(command: ShellCommand) {
  const { program, words, reads } = command;
  const isPiped =
    program === 'chpasswd' && reads !== null && !reads.words.some((word) => word.includes('$'));
  const isFlag =
    /^(?:useradd|usermod)$/.test(program) &&
    (words.includes('-p') || hasFlag(command, '--password'));
  if (!isPiped && !isFlag) return null;
  return {
    value: '***',
    message: `a password is written into the image (${program})`,
    secret: true,
  } as const;
}

function leftovers(command: ShellCommand, all: readonly ShellCommand[], hasCache: boolean) {
  if (!isInstall(command) || hasCache) return null;
  const { program, words } = command;
  if (program === 'apk') {
    const isClean =
      words.includes('--no-cache') ||
      all.some(
        (one) =>
          one.program === 'rm' && one.words.some((word) => word.startsWith('/var/cache/apk')),
      );
    return isClean
      ? null
      : { value: 'apk add', message: 'package lists stay in the image (--no-cache)' };
  }
  if (!program.startsWith('apt')) return null;
  const isClean = all.some(
    (one) =>
      one.program === 'rm' && one.words.some((word) => word.startsWith('/var/lib/apt/lists')),
  );
  const isNarrow =
    words.includes('--no-install-recommends') ||
    words.some((word) => /Install-Recommends=(?:false|0)/i.test(word));
  if (isClean && isNarrow) return null;
  const message = isClean
    ? 'recommended packages are installed as well'
    : 'package lists stay in the image';
  return { value: `${program} install`, message };
}

/** Where one package manager installs once: its flag, and the lists of apt taken away in the same step. */
function leftoverEdits(
  file: Dockerfile,
  instruction: Instruction,
  { all, words }: { readonly all: readonly ShellCommand[]; readonly words: readonly string[] },
): readonly LineEdit[] {
  if (all.filter(isInstall).length !== 1) return [];
  if (words.includes('add')) {
    return wordEdit(file, instruction, /\bapk\s+add\b/g, 'apk add --no-cache');
  }
  const isNarrow = words.some((word) => /no-install-recommends|Install-Recommends=/i.test(word));
  const isClean = all.some(({ words: own }) =>
    own.some((word) => word.startsWith('/var/lib/apt/lists')),
  );
  const narrow = isNarrow
    ? []
    : wordEdit(file, instruction, /(?<=\bapt(?:-get)?[^&|;]{0,200}) install\b/g, narrowInstall);
  const clean = isClean ? [] : commandEdit(file, instruction, 'rm -rf /var/lib/apt/lists/*');
  // Behind the command first: the line is as it was written then.
  return [...clean, ...narrow];
}

const narrowInstall = ' install --no-install-recommends';

function buildRightsFaults({ file }: DockerfileFacts): DockerfileFault[] {
  return instructionsOf(file.stages, 'RUN').flatMap(({ stage, instruction }) =>
    instruction.flags.flatMap(({ name, value }) => {
      if (name === 'security' && value === 'insecure') {
        return [
          faultAt(stage, instruction, {
            value: '--security=insecure',
            message: 'the step runs without confinement',
            edits: wordEdit(file, instruction, /[ \t]+--security=insecure(?=\s|$)/g, ''),
          }),
        ];
      }
      if (name !== 'network' || value !== 'host') return [];
      const message = 'the step is in the network of the build host';
      return [
        faultAt(stage, instruction, {
          value: '--network=host',
          message,
          severity: 'medium',
          edits: wordEdit(file, instruction, /[ \t]+--network=host(?=\s|$)/g, ''),
        }),
      ];
    }),
  );
}

export const runControls: readonly DockerfileControl[] = [
  {
    id: 'privileged-build-step',
    cis: null,
    title: 'Build steps are confined',
    level: 'baseline',
    severity: 'high',
    lesson: 'kernel-confinement',
    fix: 'Remove --security=insecure and --network=host',
    check: buildRightsFaults,
  },
  {
    id: 'piped-download',
    cis: '4.11',
    title: 'Downloads are looked at before they run',
    level: 'hardening',
    severity: 'high',
    lesson: 'unverified-download',
    fix: 'Download a version, compare its checksum, then run it',
    check: ({ file }) => faultsOfCommands(file.stages, pipedDownload),
  },
  {
    id: 'unverified-packages',
    cis: '4.11',
    title: 'Certificates and signatures are checked',
    level: 'hardening',
    severity: 'high',
    lesson: 'unverified-download',
    fix: 'Remove the flag; install the authority or the key that is missing',
    check: unverifiedFaults,
  },
  {
    id: 'written-password',
    cis: '4.10',
    title: 'No password is set in the image',
    level: 'hardening',
    severity: 'high',
    lesson: 'weak-accounts',
    fix: 'Remove it: containers need no login',
    check: ({ file }) => faultsOfCommands(file.stages, writtenPassword),
  },
  {
    id: 'sudo',
    cis: null,
    title: 'sudo stays out of the image',
    level: 'hardening',
    severity: 'medium',
    lesson: 'privilege-escalation',
    fix: 'Switch with USER, or start the program with setpriv or gosu',
    check: ({ file }) => [
      ...faultsOfCommands(file.final, sudoInstall),
      ...faultsOfCommands(file.final, sudoUse).map((fault) => ({
        ...fault,
        severity: 'low' as const,
      })),
    ],
  },
  {
    id: 'lone-package-update',
    cis: '4.7',
    title: 'Package lists are refreshed in the step that installs',
    level: 'hardening',
    severity: 'low',
    lesson: 'image-hygiene',
    fix: 'Join update and install in one RUN',
    check: ({ file }) => faultsOfCommands(file.final, loneUpdate),
  },
  {
    id: 'package-leftovers',
    cis: '4.3',
    title: 'Only what is needed is installed, and nothing left behind',
    level: 'hardening',
    severity: 'low',
    lesson: 'image-hygiene',
    fix: 'Use --no-install-recommends and remove /var/lib/apt/lists in the same step',
    check: ({ file }) =>
      faultsOfCommands(file.final, (command, all, instruction) => {
        const { flags } = instruction;
        const hasCache = flags.some(
          ({ name, value }) => name === 'mount' && value.includes('type=cache'),
        );
        const fault = leftovers(command, all, hasCache);
        if (fault === null) return null;
        const { words } = command;
        return { ...fault, edits: leftoverEdits(file, instruction, { all, words }) };
      }),
  },
];
