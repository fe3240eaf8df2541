// Which OS packages are not the distribution's own: its advisories compare versions of its own
// builds, so for a foreign build they are a hint at best (EPEL, remi, NodeSource, PGDG, ...).
import type { Distribution } from '../../model/distribution.ts';
import type { Package } from '../../model/package.ts';

/** What the VENDOR tag of the distribution's own rpm packages contains, lower case. */
const rpmVendors: ReadonlyMap<string, readonly string[]> = new Map([
  ['rhel', ['red hat']],
  ['centos', ['centos', 'red hat']],
  ['rocky', ['rocky']],
  ['almalinux', ['almalinux', 'cloudlinux']],
  ['ol', ['oracle']],
  ['amzn', ['amazon']],
  ['fedora', ['fedora']],
  ['sles', ['suse']],
  ['sled', ['suse']],
  ['photon', ['vmware', 'broadcom']],
  ['mariner', ['microsoft']],
  ['azurelinux', ['microsoft']],
]);

/** Marks that third-party Debian archives leave in versions. */
const foreignDebVersions = [
  'nodesource',
  '.pgdg',
  '+deb.sury.org',
  '~ppa',
  '+ppa',
  'ppa~',
  '+mariadb',
  '+maria~',
  'percona',
  '~dotdeb',
];

/** Maintainers of third-party Debian archives; the distributions' own are people of all kinds. */
const foreignDebMaintainers = [
  '@nodesource.com',
  'nodesource',
  '@docker.com',
  '@nginx.com',
  'nginx packaging <nginx-packaging@',
  '@mariadb.',
  '@mysql.com',
  'mysql release engineering',
  '@oracle.com',
  '@mongodb.com',
  '@elastic.co',
  '@hashicorp.com',
  '@google.com',
  '@microsoft.com',
  '@nvidia.com',
  'cudatools',
  '@gitlab.com',
  '@github.com',
  '@grafana.com',
  '@influxdata.com',
  '@datadoghq.com',
  '@confluent.io',
  '@rabbitmq.com',
  '@percona.com',
  '@redis.com',
  '@kubernetes.io',
  'kubernetes authors',
  '@adoptium.net',
  '@eclipse.org',
  '@azul.com',
  '@amazon.com',
  'amazon web services',
];

/** Who built a package that is not the distribution's own, in words; null when it is, or may be. */
export function foreignOrigin(found: Package, distribution: Distribution | null): string | null {
  if (distribution === null) return null;
  if (found.type === 'rpm') return foreignRpm(found.vendor, distribution.id);
  if (found.type === 'apk') return foreignApk(found.vendor);
  return found.type === 'deb' ? foreignDeb(found) : null;
}

/** Asked for from a tagged repository (`@edge`): mostly another release, whose versions differ. */
function foreignApk(vendor: string | undefined): string | null {
  return vendor?.startsWith('repository @') === true ? vendor : null;
}

function foreignRpm(vendor: string | undefined, distributionId: string): string | null {
  if (vendor === undefined || vendor === '') return null;
  const own = distributionId.startsWith('opensuse') ? ['suse'] : rpmVendors.get(distributionId);
  if (own === undefined) return null;
  const lower = vendor.toLowerCase();
  return own.some((word) => lower.includes(word)) ? null : vendor;
}

function foreignDeb(found: Package): string | null {
  for (const mark of foreignDebVersions) {
    if (found.version.includes(mark)) return found.vendor ?? `version mark ${mark}`;
  }
  if (found.vendor === undefined) return null;
  const maintainer = found.vendor.toLowerCase();
  return foreignDebMaintainers.some((mark) => maintainer.includes(mark)) ? found.vendor : null;
}
