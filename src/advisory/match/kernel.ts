// Packages built from the kernel's source. A container runs the kernel of its host, so what is in
// the image (headers, `linux-libc-dev`) is not run here and its advisories are noise.
import type { Package } from '../../model/package.ts';

const debFlavours = new Set(
  [
    'signed meta latest libc-dev headers image modules tools source doc kbuild compiler aws azure',
    'gcp gke gkeop oem hwe kvm oracle raspi raspi2 lowlatency realtime intel ibm nvidia riscv',
    'starfive allwinner snapdragon bluefield xilinx fips restricted unstable',
  ].flatMap((line) => line.split(' ')),
);

const rpmFlavours = new Set(
  [
    'rt uek default azure preempt core headers lt ml 64k debug desktop source syms devel modules',
    'modules-core modules-extra obs-build macros docs',
  ].flatMap((line) => line.split(' ')),
);
const apkKernels = /^linux-(?:lts|virt|vanilla|hardened|edge|rpi\d?|headers|openpax|stable)$/;

/** True when the source of an OS package is the Linux kernel itself. */
export function isKernelPackage(found: Pick<Package, 'type' | 'name' | 'source'>): boolean {
  const source = found.source?.name ?? found.name;
  if (found.type === 'deb') return isDebKernel(source);
  if (found.type === 'rpm') return isRpmKernel(source);
  return found.type === 'apk' && apkKernels.test(source);
}

/** `linux`, `linux-signed-amd64`, `linux-aws-5.15`, `linux-6.1`; not `linux-base`, `linux-atm`. */
function isDebKernel(source: string): boolean {
  if (source === 'linux') return true;
  if (!source.startsWith('linux-')) return false;
  const word = source.slice('linux-'.length);
  const first = word.startsWith('libc-dev') ? 'libc-dev' : word.slice(0, endOfWord(word));
  return debFlavours.has(first) || /^\d/.test(first);
}

/** `kernel`, `kernel-rt`, `kernel-livepatch-...`; not `kernel-tools-libs` of another source. */
function isRpmKernel(source: string): boolean {
  if (source === 'kernel') return true;
  if (!source.startsWith('kernel-')) return false;
  const word = source.slice('kernel-'.length);
  return rpmFlavours.has(word) || word.startsWith('livepatch');
}

function endOfWord(word: string): number {
  const dash = word.indexOf('-');
  return dash < 0 ? word.length : dash;
}
