// CIS Docker section 4: images and how they were built. What only their content tells is the
// scanner's; what their settings and history tell is answered here.
import { isSecret } from '../../policy/index.ts';
import { type Evidence, failedBy, passed, told, type Verdict } from '../control.ts';
import { byHand, control, type DockerControl, found, type Section } from './define.ts';
import type { DockerFacts, ImageFact } from './facts.ts';

const section: Section = {
  profile: 'images and build files',
  reads: 'image inspect and history',
  severity: 'medium',
  lesson: 'image-hygiene',
};

/** One piece of evidence for each image at fault. */
function eachImage(
  { images }: DockerFacts,
  judge: (image: ImageFact) => Pick<Evidence, 'place' | 'value' | 'message'> | null,
): Verdict {
  if (images.length === 0) return told('not-applicable', 'there are no images');
  return failedBy(
    images.flatMap((image) => {
      const fault = judge(image);
      if (fault === null) return [];
      const message = `${image.name}: ${fault.message}`;
      return [{ subject: image.name, image: image.name, ...fault, message }];
    }),
  );
}

function isRoot(user: string): boolean {
  const [name = ''] = user.split(':');
  return name === '' || name === 'root' || /^0+$/.test(name);
}

/** The shell command of a history entry, whatever built it. */
function commandOf(entry: string): string {
  return entry.replace(/^(?:\/bin\/sh -c |RUN (?:\|\d+ )?)/, '');
}

const packageTools: ReadonlySet<string> = new Set([
  'apt-get',
  'apt',
  'yum',
  'dnf',
  'microdnf',
  'apk',
  'zypper',
]);
const updateWords: ReadonlySet<string> = new Set(['update', 'check-update']);
const installWords: ReadonlySet<string> = new Set(['install', 'add', 'upgrade', 'dist-upgrade']);

/** Whether a package tool of the text is given one of the words, flags in between allowed. */
function isAsked(text: string, wanted: ReadonlySet<string>): boolean {
  let inside = false;
  for (const word of text.split(/\s+/)) {
    if (packageTools.has(word.split('/').at(-1) ?? '')) inside = true;
    else if (inside && wanted.has(word.replace(/;$/, ''))) return true;
    else if (!word.startsWith('-')) inside = false;
  }
  return false;
}

function loneUpdate({ history }: ImageFact) {
  const index = history.findIndex((entry) => {
    const text = commandOf(entry).slice(0, 10_000);
    return isAsked(text, updateWords) && !isAsked(text, installWords);
  });
  if (index === -1) return null;
  const value = history[index]?.slice(0, 200);
  return {
    place: `history[${index}]`,
    value,
    message: 'it refreshes package lists in a step of their own',
  };
}

/** ADD of files: the root file system that a base begins with is no instruction of its user. */
function addStep({ history }: ImageFact) {
  const index = history.findIndex(
    (entry, at) =>
      /^(?:\/bin\/sh -c #\(nop\) +)?ADD /.test(entry) &&
      !(at === 0 && /(?: in \/ ?$| \/ # buildkit$)/.test(entry)),
  );
  if (index === -1) return null;
  return {
    place: `history[${index}]`,
    value: history[index]?.slice(0, 200),
    message: 'it was built with ADD',
  };
}

function secretVerdict(facts: DockerFacts): Verdict {
  const verdict = eachImage(facts, ({ environment }) => {
    const index = environment.findIndex((one) => {
      const [name = '', ...rest] = one.split('=');
      return isSecret(name.slice(0, 300), rest.join('=').slice(0, 4096));
    });
    if (index === -1) return null;
    const name = environment[index]?.split('=')[0]?.slice(0, 100);
    return {
      place: `Config.Env[${index}]`,
      value: '***',
      message: `its environment holds a credential: ${name}`,
    };
  });
  if (verdict.status !== 'pass') return verdict;
  return told(
    'manual',
    'settings hold none; layers are searched by `seaworthy scan IMAGE --scanners secret`',
  );
}

export const imageControls: readonly DockerControl[] = [
  control(section, {
    id: '4.1',
    title: 'Images name a user other than root',
    lesson: 'runs-as-root',
    fix: 'Write USER with a number above 0 into the Dockerfile',
    alias: 'root-user',
    evaluate: (facts) =>
      eachImage(facts, ({ user }) =>
        isRoot(user)
          ? {
              place: 'Config.User',
              value: user === '' ? null : user,
              message: 'its containers run as root',
            }
          : null,
      ),
  }),
  byHand(section, {
    id: '4.2',
    title: 'Bases come from publishers that you trust',
    severity: 'high',
    lesson: 'image-trust',
    how: 'Ask `seaworthy verify IMAGE` for each base, and name the trusted registries in the policy',
  }),
  byHand(section, {
    id: '4.3',
    title: 'Images hold no packages that nobody needs',
    severity: 'low',
    how: 'Look at `seaworthy sbom IMAGE`; use a slim or distroless base',
  }),
  byHand(section, {
    id: '4.4',
    title: 'Images are scanned and rebuilt with patches',
    severity: 'high',
    lesson: 'vulnerable-os-package',
    how: 'Run `seaworthy scan IMAGE` for each image that runs, and rebuild what it names',
  }),
  control(section, {
    id: '4.5',
    title: 'Content trust is on',
    severity: 'low',
    lesson: 'image-trust',
    reads: 'DOCKER_CONTENT_TRUST of this shell',
    fix: 'Set DOCKER_CONTENT_TRUST=1 where people pull, or verify signatures in the gate',
    evaluate: ({ contentTrust }) =>
      contentTrust === '1'
        ? passed([found('DOCKER_CONTENT_TRUST', contentTrust, 'it is on in this shell')])
        : failedBy([found('DOCKER_CONTENT_TRUST', contentTrust, 'it is off in this shell')]),
  }),
  control(section, {
    id: '4.6',
    title: 'Images say how their health is asked for',
    severity: 'low',
    fix: 'Write a HEALTHCHECK into the Dockerfile',
    alias: 'health-check',
    evaluate: (facts) =>
      eachImage(facts, ({ hasHealthcheck }) =>
        hasHealthcheck
          ? null
          : { place: 'Config.Healthcheck', value: null, message: 'it has no HEALTHCHECK' },
      ),
  }),
  control(section, {
    id: '4.7',
    title: 'Package lists are refreshed in the step that installs',
    severity: 'low',
    fix: 'Join update and install in one RUN: a cached list of last year installs flaws of last year',
    evaluate: (facts) => eachImage(facts, loneUpdate),
  }),
  byHand(section, {
    id: '4.8',
    title: 'Setuid programs are removed',
    severity: 'low',
    lesson: 'privilege-escalation',
    how: 'Run `seaworthy scan IMAGE --scanners misconfig`: it lists unusual setuid programs',
  }),
  control(section, {
    id: '4.9',
    title: 'Files are copied with COPY, not ADD',
    severity: 'low',
    lesson: 'unverified-download',
    fix: 'Use COPY; ADD downloads and unpacks what it is given',
    evaluate: (facts) => eachImage(facts, addStep),
  }),
  control(section, {
    id: '4.10',
    title: 'No credentials are stored in images',
    severity: 'high',
    lesson: 'leaked-secret',
    fix: 'Replace the credential; hand it to the build with RUN --mount=type=secret',
    alias: 'environment-secret',
    evaluate: secretVerdict,
  }),
  byHand(section, {
    id: '4.11',
    title: 'Only verified packages are installed',
    lesson: 'unverified-download',
    how: 'Run `seaworthy scan IMAGE --scanners misconfig`: it tells unsigned sources and unverified downloads',
  }),
  byHand(section, {
    id: '4.12',
    title: 'Signed artifacts are verified',
    lesson: 'image-trust',
    how: 'Ask `seaworthy verify IMAGE`, and let the gate demand it',
  }),
];
