// What advisories of distributions say about parts of nodes: the version that a node tells of its kernel
// or engine is turned into the package that brought it, where that can be done without guessing.
import type { NodeAdvice, NodePart } from '../audit/kubernetes/index.ts';
import { noAdvice } from '../audit/kubernetes/index.ts';
import type { AdvisorySource } from '../model/advisory.ts';
import { flawsOf } from './host-advisories.ts';
import { inventoryOfPurl } from './purl-target.ts';

/** Asks each version once; null where there are no advisories. */
export function adviseNodes(
  source: AdvisorySource | null,
): ((part: NodePart) => NodeAdvice) | null {
  if (source === null) return null;
  const answers = new Map<string, NodeAdvice>();
  return (part) => {
    const key = `${part.name} ${part.version} ${part.osImage}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = adviceOn(part, source);
    answers.set(key, answer);
    return answer;
  };
}

function adviceOn(part: NodePart, source: AdvisorySource): NodeAdvice {
  const purl = purlOf(part);
  if (purl === null) return noAdvice;
  const { packages, distribution, unknowns } = inventoryOfPurl(purl);
  const [only] = packages;
  if (only === undefined) return noAdvice;
  const { covers, advise } = flawsOf({ packages, distribution, unknowns }, source);
  if (covers === null) return noAdvice;
  return { words: advise(only), asked: [{ what: covers, sinceYear: 0 }] };
}

/** Kernels of the first day of an Ubuntu release; later ones have a source package of their own. */
const firstKernels: ReadonlyMap<string, string> = new Map([
  ['20.04', '5.4'],
  ['22.04', '5.15'],
  ['24.04', '6.8'],
  ['26.04', '7.0'],
]);

/** The package URL of what brought the part; null: the version does not tell it. */
export function purlOf({ name, version, osImage }: NodePart): string | null {
  const [, ubuntu] = /^Ubuntu (\d\d\.\d\d)\b/.exec(osImage) ?? [];
  if (ubuntu !== undefined) {
    if (name === 'kernel') return ubuntuKernel(version, ubuntu);
    // 1.5.9-0ubuntu3: the package says all of itself.
    const isOwn = name === 'containerd' && /^[\d.]+-\d+ubuntu[\w.~+]*$/.test(version);
    return isOwn ? debPurl('ubuntu', 'containerd', version, `ubuntu-${ubuntu}`) : null;
  }
  const [, debian] = /^Debian GNU\/Linux (\d+)\b/.exec(osImage) ?? [];
  if (debian !== undefined && name === 'kernel') {
    // 6.12.41+deb13-amd64 is of 6.12.41-1 or a later build of it; 6.1.0-18-amd64 tells neither.
    const upstream = /^(\d+\.\d+\.\d+)\+deb\d+(?:\+\d+)?-/.exec(version)?.[1];
    return upstream === undefined
      ? null
      : debPurl('debian', 'linux', `${upstream}-1`, `debian-${debian}`);
  }
  const [, vendor = '', release] =
    /^(Red Hat Enterprise Linux|Rocky Linux|AlmaLinux|Oracle Linux Server) (\d+(?:\.\d+)?)\b/.exec(
      osImage,
    ) ?? [];
  // The release of these kernels is version and release of the package, and the machine's kind.
  const kernel = /^(\d[\w.]*-[\w.]+\.el\d\w*)\.\w+$/.exec(version)?.[1];
  const id = rpmVendors.get(vendor);
  if (name !== 'kernel' || kernel === undefined || id === undefined || release === undefined) {
    return null;
  }
  return `pkg:rpm/${id}/kernel@${kernel}?distro=${id}-${release}`;
}

const rpmVendors: ReadonlyMap<string, string> = new Map([
  ['Red Hat Enterprise Linux', 'rhel'],
  ['Rocky Linux', 'rocky'],
  ['AlmaLinux', 'almalinux'],
  ['Oracle Linux Server', 'ol'],
]);

/**
 * `5.15.0-97-generic` is a build of the upload 5.15.0-97.*: each upload has a number of its own, so what
 * was mended in -87 is mended here. The lowest build is taken, which claims no fix too many.
 */
function ubuntuKernel(version: string, release: string): string | null {
  const [, upstream = '', upload = '', flavour = ''] =
    /^(\d+\.\d+\.\d+)-(\d+)-([a-z]+)$/.exec(version) ?? [];
  if (upstream === '') return null;
  const branch = upstream.split('.').slice(0, 2).join('.');
  const isFirst = firstKernels.get(release) === branch;
  const isPlain = flavour === 'generic' || flavour === 'lowlatency';
  const source = isPlain
    ? isFirst
      ? 'linux'
      : `linux-hwe-${branch}`
    : isFirst
      ? `linux-${flavour}`
      : `linux-${flavour}-${branch}`;
  return debPurl('ubuntu', source, `${upstream}-${upload}.0`, `ubuntu-${release}`);
}

function debPurl(vendor: string, name: string, version: string, distro: string): string {
  return `pkg:deb/${vendor}/${name}@${encodeURIComponent(version)}?distro=${distro}`;
}
