// What `status.nodeInfo` of a node tells: its parts with the versions that they say of themselves, and
// whether those versions are upstream's or carry fixes of a distribution.
import { field, stringField } from '../../base/json.ts';
import type { ComponentName, DistributionWord, Component as HostComponent } from '../host/index.ts';

/** A part of a node as the cluster tells it. */
export interface NodePart {
  readonly name: ComponentName;
  /** As the node says: `6.1.0-18-amd64`, `1.7.12`, `v1.29.1+k3s1`. */
  readonly version: string;
  /** `Ubuntu 22.04.3 LTS`; empty: it does not say. */
  readonly osImage: string;
  /** Where it stands: `status.nodeInfo.kernelVersion`. */
  readonly place: string;
}

/** What a distribution says about the flaws of a part; both empty where nobody could be asked. */
export type NodeAdvice = Pick<HostComponent, 'words' | 'asked'>;

export const noAdvice: NodeAdvice = {
  words: new Map<string, DistributionWord>(),
  asked: [],
};

const engines: ReadonlyMap<string, ComponentName> = new Map([
  ['containerd', 'containerd'],
  ['cri-o', 'cri-o'],
  ['docker', 'docker'],
]);
/** A version is told in full, and hostile ones are longer. */
const longest = 200;

/** The parts of a node whose flaws are known. */
export function partsOf(node: unknown): readonly NodePart[] {
  const info = field(field(node, 'status'), 'nodeInfo');
  const text = (key: string): string => (stringField(info, key) ?? '').slice(0, longest);
  const osImage = text('osImage');
  const [engine = '', version = ''] = text('containerRuntimeVersion').split('://');
  const runtime = engines.get(engine);
  const parts: readonly [ComponentName | undefined, string, string][] = [
    ['kernel', text('kernelVersion'), 'kernelVersion'],
    [runtime, version, 'containerRuntimeVersion'],
    ['kubelet', text('kubeletVersion'), 'kubeletVersion'],
  ];
  return parts.flatMap(([name, told, key]) =>
    name === undefined || told === ''
      ? []
      : [{ name, version: told, osImage, place: `status.nodeInfo.${key}` }],
  );
}

/** Systems whose kernel is upstream's own, with the fixes of upstream's branch and no others. */
const upstreamKernels = /^(?:Flatcar|Talos|Alpine|Arch|NixOS|Kairos)/i;
/** Systems whose own package of an engine says no more than upstream's version. */
const silentEngines =
  /^(?:Amazon Linux|Bottlerocket|Container-Optimized|Red Hat|Rocky|AlmaLinux|Oracle|CentOS|Fedora|SUSE|openSUSE|SLES|Azure Linux|CBL-Mariner|Photon|VMware)/i;

/** The part as the table of flaws judges one. A `package` is what a distribution may have mended. */
export function componentOf(part: NodePart, { words, asked }: NodeAdvice): HostComponent {
  const { name, version, osImage, place } = part;
  const isMended = mayCarryFixes(part);
  return {
    name,
    place,
    version,
    package: isMended ? { name: osImage === '' ? name : osImage, version } : null,
    words,
    asked: isMended ? asked : [],
    running: 'yes',
  };
}

function mayCarryFixes({ name, version, osImage }: NodePart): boolean {
  if (name === 'kernel') return !upstreamKernels.test(osImage);
  // Builds of clouds: v1.29.0-eks-5e0fdde, v1.29.4-gke.100; k3s and others mark theirs with a plus.
  if (name === 'kubelet') return /^v?[\d.]+-/.test(version);
  // 1.6.20~ds1, 1.5.9-0ubuntu3, 1.26.3-2.rhaos4.13
  if (/^v?[\d.]+[-~](?!rc|beta|alpha|k3s|fips)/.test(version)) return true;
  return osImage === '' || silentEngines.test(osImage);
}
