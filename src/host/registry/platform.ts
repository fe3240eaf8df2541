// Platforms (os/architecture/variant) and the choice of one manifest among those of an index, as
// containerd does it.
import { arch } from 'node:process';
import { SeaworthyError } from '../../base/error.ts';

export interface Platform {
  readonly os: string;
  readonly architecture: string;
  /** `v7` of arm, `v8` of arm64, `v3` of amd64; null when not told. */
  readonly variant: string | null;
}

/** Names by which people and tools call GOARCH values. */
const architectureNames: ReadonlyMap<string, Omit<Platform, 'os'>> = new Map([
  ['x86_64', { architecture: 'amd64', variant: null }],
  ['x86-64', { architecture: 'amd64', variant: null }],
  ['x64', { architecture: 'amd64', variant: null }],
  ['aarch64', { architecture: 'arm64', variant: null }],
  ['armhf', { architecture: 'arm', variant: 'v7' }],
  ['armel', { architecture: 'arm', variant: 'v6' }],
  ['i386', { architecture: '386', variant: null }],
  ['i686', { architecture: '386', variant: null }],
  ['ia32', { architecture: '386', variant: null }],
]);

/** What a variant is when it is not told. */
const defaultVariants: ReadonlyMap<string, string> = new Map([
  ['amd64', 'v1'],
  ['arm', 'v7'],
  ['arm64', 'v8'],
]);

const word = /^[A-Za-z0-9_.-]{1,64}$/;

/** Parses `os/architecture[/variant]`, as `--platform` takes it. Errors: `usage`. */
export function parsePlatform(text: string): Platform {
  const [os = '', architecture = '', variant, ...rest] = text.split('/');
  const parts = variant === undefined ? [os, architecture] : [os, architecture, variant];
  if (rest.length > 0 || !parts.every((part) => word.test(part))) {
    throw new SeaworthyError('usage', `${JSON.stringify(text.slice(0, 100))} is not a platform`, {
      advice: 'write it as os/architecture[/variant], for example linux/arm64 or linux/arm/v7',
    });
  }
  return normalise({ os, architecture, variant: variant ?? null });
}

/** Linux on this machine's processor: containers of other systems run in Linux machines too. */
export function hostPlatform(): Platform {
  const names: Readonly<Record<string, string>> = { ppc64: 'ppc64le', mipsel: 'mipsle' };
  return normalise({ os: 'linux', architecture: names[arch] ?? arch, variant: null });
}

/** `os/architecture[/variant]`. */
export function platformText(platform: Platform): string {
  const { os, architecture, variant } = platform;
  return variant === null ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`;
}

/** Lower case, names of architectures made equal, default variants dropped. */
function normalise(platform: Platform): Platform {
  const named = platform.architecture.toLowerCase();
  const known = architectureNames.get(named);
  const architecture = known?.architecture ?? named;
  const variant = platform.variant?.toLowerCase() ?? known?.variant ?? null;
  const short = variant !== null && /^\d/.test(variant) ? `v${variant}` : variant;
  return {
    os: platform.os.toLowerCase(),
    architecture,
    variant: short === defaultVariants.get(architecture) ? null : short,
  };
}

/**
 * How well `offered` serves `wanted`: 0 = not at all, greater = better. A processor also runs
 * programs of the lower variants of its kind; the closest one wins.
 */
export function fitness(offered: Platform, wanted: Platform): number {
  const have = normalise(offered);
  const want = normalise(wanted);
  if (have.os !== want.os || have.architecture !== want.architecture) return 0;
  if (have.variant === want.variant) return 1000;
  const haveLevel = levelOf(have);
  const wantLevel = levelOf(want);
  if (haveLevel === null || wantLevel === null || haveLevel > wantLevel) return 0;
  return 1000 - (wantLevel - haveLevel);
}

function levelOf(platform: Platform): number | null {
  const variant = platform.variant ?? defaultVariants.get(platform.architecture) ?? 'v0';
  const match = /^v(\d{1,2})$/.exec(variant);
  return match === null ? null : Number(match[1]);
}
