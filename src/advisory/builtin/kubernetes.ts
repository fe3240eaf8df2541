// Kubernetes and CRI-O: from a pod to the node and the cluster. Facts written by hand;
// `checked` names the records that they were compared with.
import type { BuiltinRow } from './row.ts';

export const kubernetesRows: readonly BuiltinRow[] = [
  {
    id: 'CVE-2022-0811',
    title: 'cr8escape: CRI-O sets any kernel parameter',
    severity: 'critical',
    published: '2022-03-15',
    aliases: ['GO-2022-0354', 'GHSA-6x2m-w449-qwx7'],
    packages: {
      Go: {
        'github.com/cri-o/cri-o': [
          ['1.19.0', '1.19.6'],
          ['1.20.0', '1.20.7'],
          ['1.21.0', '1.21.6'],
          ['1.22.0', '1.22.3'],
          ['1.23.0', '1.23.2'],
        ],
      },
    },
    lesson:
      'A plus sign in a sysctl value smuggles kernel.core_pattern past the check, and the ' +
      'next crash runs code as root on the node.',
    checked: ['GO-2022-0354', 'GHSA-6x2m-w449-qwx7'],
  },
  {
    id: 'CVE-2018-1002105',
    title: 'Kubernetes: an API server connection stays open with its rights',
    cvss: 'CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H',
    published: '2022-02-15',
    aliases: ['GO-2022-0792', 'GHSA-579h-mv94-g4gp'],
    packages: {
      Go: {
        'github.com/kubernetes/kubernetes': [
          ['0', '1.10.11'],
          ['1.11.0', '1.11.5'],
          ['1.12.0', '1.12.3'],
        ],
      },
    },
    lesson:
      'A failed upgrade request leaves a tunnel to kubelets that is authenticated as the ' +
      'API server. The first critical hole of Kubernetes; versions this old need replacing, ' +
      'not patching.',
    checked: ['GO-2022-0792', 'GHSA-579h-mv94-g4gp'],
  },
  {
    id: 'CVE-2021-25741',
    title: 'kubelet: subPath mounts swapped for host folders',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
    published: '2021-09-15',
    aliases: ['GO-2022-0910', 'GHSA-f5f7-6478-qm6p'],
    packages: {
      Go: {
        'k8s.io/kubernetes': [
          ['0', '1.19.15'],
          ['1.20.0', '1.20.11'],
          ['1.21.0', '1.21.5'],
          ['1.22.0', '1.22.2'],
        ],
      },
    },
    lesson:
      'A container exchanges a link while the kubelet mounts a subPath and receives host ' +
      'files. Upgrade, or forbid subPath to tenants.',
    checked: ['GO-2022-0910', 'CVE-2021-25741'],
  },
  {
    id: 'CVE-2023-5528',
    title: 'kubelet on Windows: volume paths become commands',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
    published: '2023-11-14',
    aliases: ['GO-2023-2341', 'GHSA-hq6q-c2x6-hmch'],
    packages: {
      Go: {
        'k8s.io/kubernetes': [
          ['0', '1.25.16'],
          ['1.26.0', '1.26.11'],
          ['1.27.0', '1.27.8'],
          ['1.28.0', '1.28.4'],
        ],
      },
    },
    lesson: 'Who may create pods and volumes becomes administrator of the Windows node.',
    checked: ['GO-2023-2341', 'GHSA-hq6q-c2x6-hmch'],
  },
  {
    id: 'CVE-2024-10220',
    title: 'kubelet: a gitRepo volume runs hooks on the node',
    cvss: 'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:N',
    published: '2024-11-22',
    aliases: ['GO-2024-3286', 'GHSA-27wf-5967-98gx'],
    packages: {
      Go: {
        'k8s.io/kubernetes': [
          ['0', '1.28.12'],
          ['1.29.0', '1.29.7'],
          ['1.30.0', '1.30.3'],
        ],
      },
    },
    lesson:
      'The volume clones a repository as root of the node and its hooks run there. Forbid ' +
      'gitRepo volumes; they are long deprecated.',
    checked: ['GO-2024-3286', 'CVE-2024-10220'],
  },
];
