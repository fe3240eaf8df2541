// All distributions that are known by name. To add one: its file (see readme.md) and one line here.
import { alpaquita } from './alpaquita.ts';
import { alpine } from './alpine.ts';
import { centos } from './centos.ts';
import { debian } from './debian.ts';
import type { DistributionDefinition } from './definition.ts';
import { azureLinux, echo, mageia, openEuler, photon } from './numbered.ts';
import { opensuseLeap, opensuseTumbleweed } from './opensuse.ts';
import { almalinux, rocky } from './rebuilds.ts';
import { rhel } from './rhel.ts';
import { chainguard, minimos, wolfi } from './rolling-apk.ts';
import { suse, suseMicro } from './suse.ts';
import { ubuntu } from './ubuntu.ts';
import { amazon, arch, bottlerocket, fedora, oracle } from './unfed.ts';

export const distributions: readonly DistributionDefinition[] = [
  debian,
  ubuntu,
  echo,
  alpine,
  wolfi,
  chainguard,
  minimos,
  alpaquita,
  rhel,
  centos,
  rocky,
  almalinux,
  oracle,
  amazon,
  fedora,
  suse,
  suseMicro,
  opensuseLeap,
  opensuseTumbleweed,
  photon,
  azureLinux,
  mageia,
  openEuler,
  bottlerocket,
  arch,
];
