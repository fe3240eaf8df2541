// Small feeds, statements and SBOMs with every construct that their readers know.

export const osvRecords: readonly string[] = [
  JSON.stringify({
    schema_version: '1.6.0',
    id: 'GHSA-35jh-r3h4-6jhm',
    modified: '2024-01-01T00:00:00Z',
    published: '2021-05-06T16:05:51Z',
    aliases: ['CVE-2021-23337'],
    summary: 'Command Injection in lodash',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' }],
    affected: [
      {
        package: { ecosystem: 'npm', name: 'lodash', purl: 'pkg:npm/lodash' },
        ranges: [
          { type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.21' }] },
          { type: 'GIT', repo: 'https://host/x', events: [{ introduced: '0' }] },
        ],
        versions: ['4.17.20'],
        database_specific: { severity: 'HIGH' },
      },
    ],
    references: [{ type: 'ADVISORY', url: 'https://host/advisory' }],
  }),
  JSON.stringify({
    id: 'DEBIAN-CVE-2023-4911',
    upstream: ['CVE-2023-4911'],
    affected: [
      {
        package: { ecosystem: 'Debian:12', name: 'glibc' },
        ranges: [
          {
            type: 'ECOSYSTEM',
            events: [{ introduced: '0' }, { last_affected: '2.36-9' }, { limit: '3' }],
          },
        ],
        ecosystem_specific: { urgency: 'high' },
      },
    ],
  }),
  JSON.stringify({
    id: 'GO-2024-2491',
    withdrawn: '2024-02-01T00:00:00Z',
    affected: [
      {
        package: { ecosystem: 'Go', name: 'github.com/opencontainers/runc' },
        ecosystem_specific: { imports: [{ path: 'runc/libcontainer', symbols: ['Start'] }] },
      },
    ],
  }),
];

export const debianTracker: string = JSON.stringify({
  glibc: {
    'CVE-2023-4911': {
      description: 'A buffer overflow',
      debianbug: 1053481,
      releases: {
        bookworm: { status: 'resolved', fixed_version: '2.36-9+deb12u3', urgency: 'high' },
        buster: { status: 'resolved', fixed_version: '0', urgency: 'high' },
        sid: { status: 'open', urgency: 'low', nodsa: 'Minor', nodsa_reason: 'postponed' },
      },
    },
    'TEMP-0841846-B18BAF': { releases: { bookworm: { status: 'undetermined' } } },
  },
});

export const alpineSecdb: string = JSON.stringify({
  distroversion: 'v3.20',
  reponame: 'main',
  packages: [
    {
      pkg: {
        name: 'xen',
        secfixes: {
          '4.9.0-r0': ['CVE-2017-8903 XSA-213', 'CVE_2019-1 (+ regression)'],
          '0': ['CVE-2015-1'],
        },
      },
    },
  ],
});

export const kev: string = JSON.stringify({
  catalogVersion: '2025.08.01',
  vulnerabilities: [
    { cveID: 'CVE-2021-44228', dateAdded: '2021-12-10', knownRansomwareCampaignUse: 'Known' },
  ],
});

export const epss = `#model_version:v2025.03.14,score_date:2025-08-01T00:00:00+0000
cve,epss,percentile
CVE-2021-44228,0.94358,0.99957
CVE-1999-0001,0.01,0.5
`;

export const nvd: string = JSON.stringify({
  format: 'NVD_CVE',
  vulnerabilities: [
    {
      cve: {
        id: 'CVE-2021-44228',
        vulnStatus: 'Analyzed',
        published: '2021-12-10T10:15:09.143',
        descriptions: [{ lang: 'en', value: 'Log4j' }],
        metrics: {
          cvssMetricV31: [
            {
              cvssData: {
                vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
                baseScore: 10,
              },
            },
          ],
        },
      },
    },
  ],
});

export const cveRecord: string = JSON.stringify({
  dataType: 'CVE_RECORD',
  cveMetadata: {
    cveId: 'CVE-2021-44228',
    state: 'PUBLISHED',
    datePublished: '2021-12-10T00:00:00Z',
  },
  containers: {
    cna: {
      title: 'Log4Shell',
      descriptions: [{ lang: 'en', value: 'JNDI' }],
      metrics: [{ cvssV3_1: { vectorString: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H' } }],
    },
    adp: [{ metrics: [{ other: { type: 'kev' } }] }],
  },
});

export const ignoreFile = `version: 1
ignore:
  - id: CVE-2021-23337
    reason: not reachable
    expires: 2027-01-01
    package: pkg:npm/lodash
  - ids: [GHSA-35jh-r3h4-6jhm, CVE-2023-4911]
    reason: "accepted by the team"
    paths:
      - usr/share/**
    image: registry.example/*
`;

export const vexDocuments: readonly string[] = [
  JSON.stringify({
    '@context': 'https://openvex.dev/ns/v0.2.0',
    timestamp: '2024-01-01T00:00:00Z',
    statements: [
      {
        vulnerability: { name: 'CVE-2023-4911', aliases: ['GHSA-1'] },
        products: [{ '@id': 'pkg:oci/shop', subcomponents: [{ '@id': 'pkg:deb/debian/libc6' }] }],
        status: 'not_affected',
        justification: 'vulnerable_code_not_present',
      },
    ],
  }),
  JSON.stringify({
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      tracking: { current_release_date: '2024-01-01T00:00:00Z' },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'x',
          branches: [
            {
              category: 'product_version',
              name: '1',
              product: {
                product_id: 'P1',
                name: 'shop',
                product_identification_helper: { purl: 'pkg:npm/shop@1' },
              },
            },
          ],
        },
      ],
      relationships: [
        {
          category: 'installed_on',
          product_reference: 'P1',
          relates_to_product_reference: 'P1',
          full_product_name: { product_id: 'P2', name: 'both' },
        },
      ],
    },
    vulnerabilities: [
      {
        cve: 'CVE-2021-44228',
        product_status: { known_not_affected: ['P1', 'P2'], fixed: ['P3'] },
        flags: [{ label: 'component_not_present', product_ids: ['P1'] }],
      },
    ],
  }),
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    components: [{ type: 'library', 'bom-ref': 'a', name: 'a', purl: 'pkg:npm/a@1' }],
    vulnerabilities: [
      {
        id: 'CVE-2021-44228',
        analysis: { state: 'not_affected', justification: 'code_not_present' },
        affects: [
          { ref: 'a', versions: [{ version: '1' }] },
          { ref: 'urn:cdx:u/1#pkg%3Anpm%2Fa%401' },
        ],
      },
    ],
  }),
];

export const sboms: readonly string[] = [
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'container', name: 'shop', 'bom-ref': 'root' } },
    components: [
      { type: 'operating-system', name: 'debian', version: '12' },
      {
        type: 'library',
        'bom-ref': 'x',
        name: 'openssl',
        version: '3.0.11-1',
        purl: 'pkg:deb/debian/openssl@3.0.11-1?distro=debian-12',
        licenses: [{ license: { id: 'Apache-2.0' } }, { expression: 'MIT OR GPL-2.0' }],
        properties: [{ name: 'aquasecurity:trivy:FilePath', value: 'a' }],
        components: [{ type: 'library', name: 'inner', version: '1', purl: 'pkg:npm/inner@1' }],
      },
    ],
    dependencies: [{ ref: 'root', dependsOn: ['x'] }],
  }),
  `<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>
<component type="library" bom-ref="a"><name>a</name><version>1</version><purl>pkg:npm/a@1</purl>
<licenses><license><id>MIT</id></license></licenses></component></components></bom>`,
  JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    packages: [
      {
        SPDXID: 'SPDXRef-1',
        name: 'a',
        versionInfo: '1',
        licenseConcluded: 'MIT',
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: 'pkg:npm/a@1',
          },
        ],
      },
    ],
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relatedSpdxElement: 'SPDXRef-1',
        relationshipType: 'DESCRIBES',
      },
    ],
  }),
  `SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
PackageName: a
SPDXID: SPDXRef-1
PackageVersion: 1
PackageComment: <text>two
lines</text>
ExternalRef: PACKAGE-MANAGER purl pkg:npm/a@1
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-1
`,
  JSON.stringify({
    schema: { version: '16.0.0', url: 'https://host/syft' },
    distro: { id: 'debian', versionID: '12', idLike: ['x'] },
    artifacts: [
      {
        id: '1',
        name: 'a',
        version: '1',
        type: 'npm',
        purl: 'pkg:npm/a@1',
        locations: [{ path: '/srv/a/package.json' }],
        licenses: [{ value: 'MIT' }],
        metadata: { source: 'b', sourceVersion: '2' },
      },
    ],
  }),
];

export const manifests: readonly string[] = [
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: {
      mediaType: 'application/vnd.oci.image.config.v1+json',
      digest: `sha256:${'a'.repeat(64)}`,
      size: 7,
    },
    layers: [
      {
        mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
        digest: `sha256:${'b'.repeat(64)}`,
        size: 9,
        urls: ['https://host/x'],
      },
    ],
    annotations: { a: 'b' },
  }),
  JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: `sha256:${'c'.repeat(64)}`,
        size: 11,
        platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      },
    ],
  }),
];

export const credentialFile: string = JSON.stringify({
  auths: {
    'registry.example': { auth: Buffer.from('user:secret').toString('base64') },
    'https://index.docker.io/v1/': { identitytoken: 'abc' },
    'registry.example/team': { registrytoken: 'def' },
  },
  credHelpers: { 'gcr.example': 'gcloud' },
  credsStore: 'desktop',
});
