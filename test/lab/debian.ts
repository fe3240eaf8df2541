// Root file systems of Debian releases, made by debootstrap from the archive that it is set up for.
// The main suite lags the security suite, so that known positives are in them by construction.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type LayerRecipe, run } from './recipe.ts';

export interface DebianOptions {
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
}

/** A minimal system with these packages and what they need. Needs root, as debootstrap does. */
export function debianLayer({ name, suite, packages }: DebianOptions): LayerRecipe {
  return {
    name,
    needs: ['debootstrap', 'tar'],
    createdBy: `debootstrap --variant=minbase ${suite}`,
    fill(root) {
      if (process.getuid?.() !== 0) throw new Error('debootstrap needs root');
      const include = packages.length === 0 ? [] : [`--include=${packages.join(',')}`];
      run('debootstrap', ['--variant=minbase', ...include, suite, root]);
      rmSync(join(root, 'var/cache/apt/archives'), { recursive: true, force: true });
      rmSync(join(root, 'var/lib/apt/lists'), { recursive: true, force: true });
    },
  };
}

/** What a server image has: a web server, a database, remote access, an interpreter or two. */
const servers = ['nginx', 'openssh-server', 'postgresql', 'python3', 'perl', 'curl', 'git'];

export const debian11 = debianLayer({
  name: 'debian-11-servers',
  suite: 'bullseye',
  packages: [...servers, 'ruby', 'python3-requests', 'redis-server'],
});

export const debian12 = debianLayer({
  name: 'debian-12-servers',
  suite: 'bookworm',
  packages: [...servers, 'python3-yaml', 'apache2'],
});

export const debian13 = debianLayer({
  name: 'debian-13-servers',
  suite: 'trixie',
  packages: [...servers, 'ruby', 'ripgrep', 'cosign', 'mariadb-server'],
});

/** About 200 MB, as most images of services are: what speed is measured on. */
export const debian12Web = debianLayer({
  name: 'debian-12-web',
  suite: 'bookworm',
  packages: ['nginx', 'openssh-server', 'python3', 'perl', 'curl', 'ca-certificates'],
});

/** The small base of the application images. */
export const debian12Base = debianLayer({
  name: 'debian-12-base',
  suite: 'bookworm',
  packages: ['ca-certificates', 'openssl'],
});
