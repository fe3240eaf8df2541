// Container engines, runtimes and builders: the ways out of a container. Facts written by
// hand; `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const runtimeRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2019-5736',
    title: 'runc: a container overwrites the runc binary of the host',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H',
    published: '2019-02-11',
    ubuntu: {
      runc: {
        '16.04': '1.0.0~rc2+docker1.13.1-0ubuntu1~16.04.1',
        '18.04': '1.0.0~rc4+dfsg1-6ubuntu0.18.04.1',
      },
      'docker.io': { '16.04': '18.06.1-0ubuntu1.2~16.04.1', '18.04': '18.06.1-0ubuntu1.2~18.04.1' },
    },
    alpine: { runc: { '3.9': '1.0.0_rc6-r1', '3.10': '1.0.0_rc7', '3.11': '1.0.0_rc7' } },
    lesson:
      'A process in the container reopens /proc/self/exe of the runtime and replaces it; ' +
      'the next exec runs its code as root on the host. Run containers as non-root, keep ' +
      'the runtime patched.',
    checked: ['ALPINE-CVE-2019-5736', 'UBUNTU-CVE-2019-5736'],
  },
  {
    id: 'CVE-2021-30465',
    title: 'runc: mounts swapped by symbolic links',
    cvss: 'CVSS:3.1/AV:A/AC:L/PR:L/UI:N/S:C/C:H/I:L/A:N',
    published: '2021-05-25',
    aliases: ['GO-2022-0914', 'GHSA-c3xm-pvg7-gh7r'],
    packages: { Go: { 'github.com/opencontainers/runc': [['0', '1.0.0-rc95']] } },
    ubuntu: {
      runc: { '18.04': '1.0.0~rc93-0ubuntu1~18.04.2', '20.04': '1.0.0~rc93-0ubuntu1~20.04.2' },
    },
    lesson:
      'Two containers that share a volume race the mount and get a host folder inside. ' +
      'Shared volumes between tenants are the precondition; upgrade.',
    checked: ['GO-2022-0914', 'GHSA-c3xm-pvg7-gh7r', 'Ubuntu CVE-2021-30465'],
  },
  {
    id: 'CVE-2024-21626',
    title: 'Leaky Vessels: runc leaks a descriptor of the host file system',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H',
    published: '2024-01-31',
    aliases: ['GO-2024-2491', 'GHSA-xr7r-f8xq-vfvv'],
    packages: { Go: { 'github.com/opencontainers/runc': [['1.0.0-rc93', '1.1.12']] } },
    debian: { runc: { '11': '1.0.0~rc93+ds1-5+deb11u3', '12': '1.1.5+ds1-1+deb12u1' } },
    lesson:
      'A working directory under /proc/self/fd puts the first process on the host; a ' +
      'malicious image or a docker exec is enough. Upgrade runc, then rebuild nothing: the ' +
      'flaw is on the host.',
    checked: ['GO-2024-2491', 'CVE-2024-21626', 'DSA-5615-1'],
  },
  {
    id: 'CVE-2025-31133',
    title: 'runc: masked paths can be turned into host mounts',
    cvss: 'CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H',
    published: '2025-11-06',
    aliases: ['GO-2025-4096', 'GHSA-9493-h29p-rfm2'],
    packages: {
      Go: {
        'github.com/opencontainers/runc': [
          ['0', '1.2.8'],
          ['1.3.0-rc.1', '1.3.3'],
          ['1.4.0-rc.1', '1.4.0-rc.3'],
        ],
      },
    },
    lesson:
      'The container swaps its /dev/null while runc masks a path with it, and gets procfs ' +
      'files of the host writable. Use user namespaces and upgrade.',
    checked: ['GO-2025-4096', 'CVE-2025-31133'],
  },
  {
    id: 'CVE-2025-52565',
    title: 'runc: /dev/console mount race',
    cvss: 'CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:N/SC:H/SI:H/SA:H',
    published: '2025-11-06',
    aliases: ['GO-2025-4097', 'GHSA-qw9x-cqr3-wc7r'],
    packages: {
      Go: {
        'github.com/opencontainers/runc': [
          ['1.0.0-rc3', '1.2.8'],
          ['1.3.0-rc.1', '1.3.3'],
          ['1.4.0-rc.1', '1.4.0-rc.3'],
        ],
      },
    },
    lesson:
      'The same trick on the console mount: core_pattern becomes writable and the host runs ' +
      'what the container wrote there.',
    checked: ['GO-2025-4097', 'CVE-2025-52565'],
  },
  {
    id: 'CVE-2025-52881',
    title: 'runc: writes to procfs are redirected, labels bypassed',
    cvss: 'CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H',
    published: '2025-11-06',
    aliases: ['GO-2025-4098', 'GHSA-cgrx-mc8f-2prm'],
    packages: {
      Go: {
        'github.com/opencontainers/runc': [
          ['0', '1.2.8'],
          ['1.3.0-rc.1', '1.3.3'],
          ['1.4.0-rc.1', '1.4.0-rc.3'],
        ],
        'github.com/opencontainers/selinux': [['0', '1.13.0']],
      },
    },
    lesson:
      'A racing container sends the writes of runc to other procfs files, so SELinux or ' +
      'AppArmor labels are not set. A Dockerfile build can trigger it; upgrade builders as ' +
      'well.',
    checked: ['GO-2025-4098', 'CVE-2025-52881'],
  },
  {
    id: 'CVE-2020-15257',
    title: 'containerd: the shim API is open to host-network containers',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N',
    aliases: ['GO-2022-0784', 'GHSA-36xw-fx78-c5r4'],
    packages: {
      Go: {
        'github.com/containerd/containerd': [
          ['0', '1.3.9'],
          ['1.4.0', '1.4.3'],
        ],
      },
    },
    lesson:
      'With the host network a container reaches the abstract socket of the shim and starts ' +
      'processes as root. Do not give the host network to workloads.',
    checked: ['GO-2022-0784', 'CVE-2020-15257'],
  },
  {
    id: 'CVE-2021-41103',
    title: 'containerd: container folders are open to local users',
    cvss: 'CVSS:3.0/AV:L/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L',
    aliases: ['GO-2022-0938', 'GHSA-c2h3-6mxw-7mvq'],
    packages: {
      Go: {
        'github.com/containerd/containerd': [
          ['0', '1.4.11'],
          ['1.5.0', '1.5.7'],
        ],
      },
    },
    debian: { containerd: { '11': '1.4.5~ds1-2+deb11u1' } },
    lesson:
      'Any user of the host can run setuid programs out of container images. It matters on ' +
      'shared build machines.',
    checked: ['GO-2022-0938', 'CVE-2021-41103', 'DSA-5002-1'],
  },
  {
    id: 'CVE-2022-23648',
    title: 'containerd: an image volume reads files of the host',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N',
    aliases: ['GO-2022-0344', 'GHSA-crp2-qrr5-8pq7'],
    packages: {
      Go: {
        'github.com/containerd/containerd': [
          ['0', '1.4.13'],
          ['1.5.0', '1.5.10'],
          ['1.6.0', '1.6.1'],
        ],
      },
    },
    debian: { containerd: { '11': '1.4.13~ds1-1~deb11u1' } },
    lesson:
      'A path with dots in the image configuration copies host files into the container, ' +
      'past every pod policy. Only pull images that you trust, and upgrade.',
    checked: ['GO-2022-0344', 'CVE-2022-23648', 'DSA-5091-1'],
  },
  {
    id: 'CVE-2024-25621',
    title: 'containerd: wide permissions on its state folders',
    cvss: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:R/S:U/C:H/I:H/A:H',
    published: '2025-11-06',
    aliases: ['GO-2025-4100', 'GHSA-pwhc-rpq9-4c8w'],
    packages: {
      Go: {
        'github.com/containerd/containerd': [['0', '1.7.29']],
        'github.com/containerd/containerd/v2': [
          ['0', '2.0.7'],
          ['2.1.0-beta.0', '2.1.5'],
          ['2.2.0-beta.0', '2.2.0'],
        ],
      },
    },
    lesson:
      'Local users read and change what the CRI plug-in keeps, and become root through it. ' +
      'Tighten the folders where you cannot upgrade at once.',
    checked: ['GO-2025-4100', 'CVE-2024-25621'],
  },
  {
    id: 'CVE-2024-41110',
    title: 'Moby: authorisation plug-ins see an empty body',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H',
    published: '2024-07-24',
    aliases: ['GHSA-v23v-6jw2-98fq', 'GO-2024-3005'],
    packages: {
      Go: {
        'github.com/moby/moby': [
          ['20.10.0+incompatible', '25.0.6+incompatible'],
          ['26.0.0+incompatible', '26.1.5+incompatible'],
          ['27.0.0+incompatible', '27.1.1+incompatible'],
        ],
        'github.com/docker/docker': [
          ['20.10.0+incompatible', '25.0.6+incompatible'],
          ['26.0.0+incompatible', '26.1.5+incompatible'],
          ['27.0.0+incompatible', '27.1.1+incompatible'],
        ],
      },
    },
    lesson:
      'A request with a content length of zero passes the plug-in, the daemon then acts on ' +
      'the real body. If a plug-in guards your Docker socket it was not guarding it.',
    checked: ['GO-2024-3005', 'CVE-2024-41110'],
  },
  {
    id: 'CVE-2024-24557',
    title: 'Moby: the classic builder can be fed a poisoned cache',
    cvss: 'CVSS:3.1/AV:L/AC:H/PR:N/UI:R/S:C/C:L/I:H/A:L',
    published: '2024-02-01',
    aliases: ['GO-2024-2512', 'GHSA-xw73-rw38-6vjc'],
    packages: {
      Go: {
        'github.com/docker/docker': [
          ['0', '24.0.9+incompatible'],
          ['25.0.0+incompatible', '25.0.2+incompatible'],
        ],
        'github.com/moby/moby': [
          ['0', '24.0.9+incompatible'],
          ['25.0.0+incompatible', '25.0.2+incompatible'],
        ],
      },
    },
    lesson:
      'Who knows your Dockerfile publishes an image that the builder takes for its own ' +
      'cache step. Use BuildKit.',
    checked: ['GO-2024-2512', 'CVE-2024-24557'],
  },
  {
    id: 'CVE-2024-23651',
    title: 'Leaky Vessels: BuildKit cache mount race',
    cvss: 'CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:C/C:H/I:H/A:N',
    published: '2024-01-31',
    aliases: ['GO-2024-2493', 'GHSA-m3r6-h7wv-7xxv'],
    packages: { Go: { 'github.com/moby/buildkit': [['0', '0.12.5']] } },
    lesson:
      'Two build steps with one cache mount race a link and see host files. Untrusted ' +
      'Dockerfiles must not be built beside secrets.',
    checked: ['GO-2024-2493', 'CVE-2024-23651'],
  },
  {
    id: 'CVE-2024-23652',
    title: 'Leaky Vessels: BuildKit removes files of the host',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:H/A:H',
    published: '2024-01-31',
    aliases: ['GO-2024-2494', 'GHSA-4v98-7qmw-rqr8'],
    packages: { Go: { 'github.com/moby/buildkit': [['0', '0.12.5']] } },
    lesson: 'Cleaning up a mount point follows a link out of the container and deletes there.',
    checked: ['GO-2024-2494', 'CVE-2024-23652'],
  },
  {
    id: 'CVE-2024-23653',
    title: 'Leaky Vessels: BuildKit grants privileged builds unasked',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2024-01-31',
    aliases: ['GO-2024-2497', 'GHSA-wr6v-9f75-vh2g'],
    packages: { Go: { 'github.com/moby/buildkit': [['0', '0.12.5']] } },
    lesson:
      'A frontend asks for a privileged container through the interactive API and is not ' +
      'checked. Do not use frontends of strangers.',
    checked: ['GO-2024-2497', 'CVE-2024-23653'],
  },
  {
    id: 'CVE-2024-1753',
    title: 'Buildah and Podman: a build mounts the root of the host',
    severity: 'high',
    published: '2024-03-19',
    aliases: ['GO-2024-2658', 'GHSA-pmf3-c36m-g5cf'],
    packages: { Go: { 'github.com/containers/buildah': [['0', '1.35.1']] } },
    lesson:
      'A bind mount whose source is a link in another stage gives the host file system to a ' +
      'RUN step. SELinux limits it to reading.',
    checked: ['GO-2024-2658', 'GHSA-pmf3-c36m-g5cf'],
  },
];
