// Flaws of runc and containerd.
import type { Flaw } from '../flaw.ts';
import { all, hostNetworkRoot, hostRoot, whenSomebody } from '../precondition.ts';

const runc = { component: 'runc', lesson: 'container-escape', exploitedSince: null } as const;
const containerd = { ...runc, component: 'containerd' } as const;
const trustedImages =
  'Run only images that you trust, with a user namespace or without root inside';
/** Fixed together (GO-2025-4096, 4097, 4098). */
const autumn2025 = ['1.4.0-rc.3', '1.3.3', '1.2.8'];
/** GHSA-xhf5-7wjv-pqxp, GHSA-33vj-92qq-66hc. */
const summer2026 = ['2.3.2', '2.2.5', '2.1.9', '2.0.10', '1.7.33'];

export const runtimeFlaws: readonly Flaw[] = [
  {
    ...runc,
    id: 'CVE-2019-5736',
    name: null,
    severity: 'critical',
    range: { from: '0', fixed: ['1.0.0-rc7'] },
    attack: 'root in a container overwrites runc itself through /proc/self/exe',
    precondition: hostRoot,
    meanwhile: 'Put runc on a read-only mount or use user namespaces',
  },
  {
    ...runc,
    id: 'CVE-2021-30465',
    name: null,
    severity: 'high',
    range: { from: '0', fixed: ['1.0.0-rc95'] },
    attack: 'two containers that share a volume exchange a link while it is mounted: the host disk',
    precondition: whenSomebody('somebody hostile chooses the volumes of two containers at once'),
    meanwhile: 'Let nobody hostile choose mounts',
  },
  {
    ...runc,
    id: 'CVE-2022-29162',
    name: null,
    severity: 'medium',
    range: { from: '0', fixed: ['1.1.2'] },
    attack: 'programs with file capabilities inherit those of `exec --cap`',
    precondition: whenSomebody('somebody uses `runc exec --cap`'),
    meanwhile: 'Give no capabilities to exec',
  },
  {
    ...runc,
    id: 'CVE-2023-27561',
    name: null,
    severity: 'high',
    range: { from: '1.0.0-rc95', fixed: ['1.1.5'] },
    attack: 'a link in place of /proc takes AppArmor off the container',
    precondition: whenSomebody('somebody hostile chooses the image and its volumes'),
    meanwhile: trustedImages,
  },
  {
    ...runc,
    id: 'CVE-2023-28642',
    name: null,
    severity: 'medium',
    range: { from: '0', fixed: ['1.1.5'] },
    attack: 'an image whose /proc is a link takes AppArmor or SELinux off the container',
    precondition: whenSomebody('a hostile image is started with a mount inside /proc'),
    meanwhile: trustedImages,
  },
  {
    ...runc,
    id: 'CVE-2023-25809',
    name: null,
    severity: 'low',
    range: { from: '0', fixed: ['1.1.5'] },
    attack: 'a rootless container writes to cgroups of its user',
    precondition: whenSomebody('a rootless container shares the cgroup namespace of its user'),
    meanwhile: 'Give rootless containers a cgroup namespace of their own',
  },
  {
    ...runc,
    id: 'CVE-2024-21626',
    name: 'Leaky Vessels',
    severity: 'high',
    range: { from: '1.0.0-rc93', fixed: ['1.1.12'] },
    attack:
      'an image whose working folder is /proc/self/fd/N starts outside of its root: the host disk',
    precondition: whenSomebody(
      'a hostile image is built or started, or exec gets a hostile folder',
    ),
    meanwhile: trustedImages,
  },
  {
    ...runc,
    id: 'CVE-2024-45310',
    name: null,
    severity: 'low',
    range: { from: '0', fixed: ['1.2.0-rc.3', '1.1.14'] },
    attack: 'two containers that share a volume make empty files anywhere on the host',
    precondition: whenSomebody('somebody hostile chooses the volumes of two containers at once'),
    meanwhile: 'Use user namespaces',
  },
  {
    ...runc,
    id: 'CVE-2025-31133',
    name: 'masked paths',
    severity: 'high',
    range: { from: '0', fixed: autumn2025 },
    attack:
      'a link in place of /dev/null opens masked files of /proc, so that the host runs a program',
    precondition: all(
      hostRoot,
      whenSomebody(
        'a hostile image runs beside another container that shares its mounts, or is built in parallel',
      ),
    ),
    meanwhile: trustedImages,
  },
  {
    ...runc,
    id: 'CVE-2025-52565',
    name: '/dev/console',
    severity: 'high',
    range: { from: '1.0.0-rc3', fixed: autumn2025 },
    attack: 'a link in place of /dev/console has files of /proc mounted writable',
    precondition: all(
      hostRoot,
      whenSomebody(
        'a hostile image runs with a terminal beside another container that shares its mounts',
      ),
    ),
    meanwhile: trustedImages,
  },
  {
    ...runc,
    id: 'CVE-2025-52881',
    name: 'redirected procfs writes',
    severity: 'high',
    range: { from: '0', fixed: autumn2025 },
    attack:
      'writes of runc to /proc are led elsewhere: no AppArmor or SELinux label, or a dead host',
    precondition: all(
      hostRoot,
      whenSomebody(
        'a hostile image runs beside another container that shares its mounts, or is built in parallel',
      ),
    ),
    meanwhile: trustedImages,
  },
  {
    ...containerd,
    id: 'CVE-2020-15257',
    name: null,
    severity: 'medium',
    range: { from: '0', fixed: ['1.4.3', '1.3.9'] },
    attack: 'root in the network of the host commands the shim by its abstract socket',
    precondition: hostNetworkRoot,
    meanwhile: 'Run no container as root in the network of the host',
  },
  {
    ...containerd,
    id: 'CVE-2022-23648',
    name: null,
    severity: 'high',
    range: { from: '0', fixed: ['1.6.1', '1.5.10', '1.4.13'] },
    attack: 'a volume path in an image copies files of the host into the container',
    precondition: whenSomebody('a hostile image is started through CRI (Kubernetes)'),
    meanwhile: 'Run only images that you trust',
  },
  {
    ...containerd,
    id: 'CVE-2024-25621',
    name: null,
    severity: 'high',
    range: { from: '0', fixed: ['2.2.0', '2.1.5', '2.0.7', '1.7.29'] },
    attack:
      'folders of containerd are open to every user of the host, who then takes over its content',
    precondition: ({ otherUsers, isLive }) =>
      !isLive
        ? { kind: 'unknown', because: 'the users of this host cannot be seen', place: '/proc' }
        : otherUsers.length === 0
          ? {
              kind: 'closed',
              because: 'nobody but root has an account or a process here',
              place: 'accounts',
            }
          : {
              kind: 'open',
              because: `${otherUsers.slice(0, 3).join(', ')} can walk to its folders`,
              place: 'accounts',
            },
    meanwhile: 'chmod 700 /var/lib/containerd, and 711 /run/containerd',
  },
  {
    ...containerd,
    id: 'CVE-2024-40635',
    name: null,
    severity: 'medium',
    range: { from: '0', fixed: ['2.0.4', '1.7.27', '1.6.38'] },
    attack: 'a user id beyond 32 bits makes an image run as root that should not',
    precondition: whenSomebody('a hostile image is started that is believed not to be root'),
    meanwhile: 'Name the user of the container yourself',
  },
  {
    ...containerd,
    id: 'CVE-2025-64329',
    name: null,
    severity: 'medium',
    range: { from: '0', fixed: ['2.2.0', '2.1.5', '2.0.7', '1.7.29'] },
    attack: 'attaching again and again uses up the memory of the host',
    precondition: whenSomebody('somebody may attach to pods through CRI (Kubernetes)'),
    meanwhile: 'Allow pods/attach to nobody who does not need it',
  },
  {
    ...containerd,
    id: 'CVE-2026-53488',
    name: null,
    severity: 'high',
    range: { from: '1.7.0', fixed: summer2026 },
    attack: 'an image with a hostile label reaches the host when CRI pulls it',
    precondition: whenSomebody('a hostile image is pulled through CRI (Kubernetes)'),
    meanwhile: 'Admit only images that you trust',
  },
  {
    ...containerd,
    id: 'CVE-2026-53492',
    name: null,
    severity: 'high',
    range: { from: '1.7.0', fixed: summer2026 },
    attack: 'restoring a hostile checkpoint reaches the host',
    precondition: whenSomebody('a hostile checkpoint is restored through CRI (Kubernetes)'),
    meanwhile: 'Restore no checkpoint of others',
  },
];
