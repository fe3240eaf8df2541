// VEX in its three formats: who is cleared, by what, and what is never cleared.
import { describe, expect, test } from 'vitest';
import { vulnerability } from '../../../test/sample-findings.ts';
import type { Finding } from '../../model/report.ts';
import type { VexTarget } from './purl-match.ts';
import type { VexDocument } from './statement.ts';
import { applyVex, parseVex } from './vex.ts';

const digest = 'sha256:74634d9736a45ca9f6e1187e783492199e020f4a5c19d0b1abc2b604f894ac99';
const target: VexTarget = { references: ['alpine:3.20'], digests: [digest] };
const openssl = vulnerability('CVE-2023-1', 'pkg:apk/alpine/libssl3@3.1.0-r0?arch=x86_64', {
  aliases: ['ALPINE-CVE-2023-1'],
});
const git = vulnerability('CVE-2023-1', 'pkg:apk/alpine/git@2.40.0-r0');

function read(document: unknown): VexDocument {
  const parsed = parseVex(JSON.stringify(document), 'v.json');
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.document;
}

function openVex(...statements: readonly unknown[]) {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': 'https://example.com/vex-1',
    author: 'Example',
    timestamp: '2024-01-01T00:00:00Z',
    version: 1,
    statements,
  };
}

function cleared(document: unknown, findings: readonly Finding[] = [openssl, git], to = target) {
  const result = applyVex(findings, [read(document)], to);
  expect(result.findings.length + result.suppressed.length).toBe(findings.length);
  return result.suppressed.map(({ finding }) =>
    finding.kind === 'vulnerability' ? finding.package.name : finding.id,
  );
}

const notAffected = {
  vulnerability: { name: 'CVE-2023-1' },
  status: 'not_affected',
  justification: 'vulnerable_code_not_in_execute_path',
};

function within(product: string, part: string) {
  return openVex({
    ...notAffected,
    products: [{ '@id': product, subcomponents: [{ '@id': part }] }],
  });
}

function withinUnknown(part: string) {
  return openVex({
    ...notAffected,
    products: [{ '@id': 'Unknown Product', subcomponents: [{ '@id': part }] }],
  });
}

function fixed(id: string) {
  return openVex({
    vulnerability: { name: 'CVE-2023-1' },
    status: 'fixed',
    products: [{ '@id': id }],
  });
}

describe('OpenVEX', () => {
  test('by package, with the reason told', () => {
    const document = openVex({
      ...notAffected,
      products: [{ '@id': 'pkg:apk/alpine/libssl3' }],
      impact_statement: 'engines are off',
    });
    const { suppressed, findings } = applyVex([openssl, git], [read(document)], target);
    expect(findings).toEqual([git]);
    expect(suppressed).toEqual([
      {
        finding: openssl,
        by: 'vex',
        reason: 'not affected: vulnerable_code_not_in_execute_path: engines are off (v.json)',
        expires: null,
      },
    ]);
  });
  test.each([
    ['pkg:apk/alpine/libssl3@3.1.0-r0', ['libssl3']],
    ['pkg:apk/alpine/libssl3@3.1.0-r1', []],
    ['pkg:apk/wolfi/libssl3', []],
    ['pkg:apk/alpine/libssl3?arch=x86_64', ['libssl3']],
    ['pkg:apk/alpine/libssl3?arch=aarch64', []],
    [`pkg:oci/alpine@${encodeURIComponent(digest)}`, ['libssl3', 'git']],
    ['pkg:oci/alpine@sha256%3A00', []],
    ['pkg:oci/alpine?tag=3.20', ['libssl3', 'git']],
    ['pkg:oci/alpine?tag=3.19', []],
    ['pkg:oci/alpine?repository_url=index.docker.io/library/alpine', ['libssl3', 'git']],
    ['pkg:oci/alpine?repository_url=ghcr.io/x/alpine', []],
    ['pkg:docker/alpine@3.20', ['libssl3', 'git']],
    ['pkg:docker/other/alpine@3.20', []],
    ['alpine:3.20', ['libssl3', 'git']],
    [digest, ['libssl3', 'git']],
    ['https://example.com/some-product', []],
  ])('product %s', (id, expected) => {
    expect(cleared(openVex({ ...notAffected, products: [{ '@id': id }] }))).toEqual(expected);
  });
  test('product and subcomponent must both fit', () => {
    expect(cleared(within('pkg:oci/alpine?tag=3.20', 'pkg:apk/alpine/git'))).toEqual(['git']);
    expect(cleared(within('pkg:oci/debian', 'pkg:apk/alpine/git'))).toEqual([]);
    expect(cleared(within('pkg:oci/alpine', 'pkg:apk/alpine/curl'))).toEqual([]);
    const holds = { ...target, purls: ['pkg:apk/alpine/busybox@1'] };
    const inPackage = within('pkg:apk/alpine/busybox', 'pkg:apk/alpine/git');
    expect(cleared(inPackage, [openssl, git], holds)).toEqual(['git']);
    expect(cleared(inPackage)).toEqual([]);
  });
  test('a product that no purl names is believed only for an exact version', () => {
    expect(cleared(withinUnknown('pkg:apk/alpine/git@2.40.0-r0'))).toEqual(['git']);
    expect(cleared(withinUnknown('pkg:apk/alpine/git'))).toEqual([]);
  });
  test('identifiers, aliases and any case of ids', () => {
    const document = openVex({
      ...notAffected,
      vulnerability: { name: 'INTERNAL-7', aliases: ['alpine-cve-2023-1'] },
      products: [{ identifiers: { purl: 'pkg:apk/alpine/libssl3' } }],
    });
    expect(cleared(document)).toEqual(['libssl3']);
  });
  test('the older form: strings, subcomponents beside the products', () => {
    const document = {
      ...openVex({
        vulnerability: 'CVE-2023-1',
        status: 'not_affected',
        justification: 'component_not_present',
        products: ['pkg:oci/alpine?tag=3.20'],
        subcomponents: ['pkg:apk/alpine/git'],
      }),
      '@context': 'https://openvex.dev/ns',
    };
    expect(cleared(document)).toEqual(['git']);
  });
  test('the latest statement decides', () => {
    const products = [{ '@id': 'pkg:apk/alpine/git' }];
    const early = { ...notAffected, products, timestamp: '2024-02-01T00:00:00Z' };
    const late = {
      vulnerability: { name: 'CVE-2023-1' },
      status: 'affected',
      products,
      timestamp: '2024-03-01T00:00:00Z',
    };
    expect(cleared(openVex(early, late))).toEqual([]);
    expect(cleared(openVex(late, early))).toEqual([]);
    expect(cleared(openVex({ ...late, timestamp: '2024-01-15T00:00:00Z' }, early))).toEqual([
      'git',
    ]);
  });
  test('fixed needs a version', () => {
    expect(cleared(fixed('pkg:apk/alpine/git'))).toEqual([]);
    expect(cleared(fixed('pkg:apk/alpine/git@2.40.0-r0'))).toEqual(['git']);
  });
  test('under investigation keeps; what breaks the specification is told and not used', () => {
    const products = [{ '@id': 'pkg:apk/alpine/git' }];
    const document = read(
      openVex(
        { vulnerability: { name: 'CVE-2023-1' }, status: 'under_investigation', products },
        { vulnerability: { name: 'CVE-2023-1' }, status: 'not_affected', products },
        { vulnerability: { name: 'CVE-2023-1' }, status: 'harmless', products },
        { ...notAffected, products: [] },
        { status: 'fixed', products },
        'nonsense',
      ),
    );
    expect(document.statements).toHaveLength(1);
    expect(document.problems).toHaveLength(5);
    expect(applyVex([git], [document], target).suppressed).toEqual([]);
  });
});

function csaf(vulnerability: unknown) {
  return {
    document: {
      category: 'csaf_vex',
      csaf_version: '2.0',
      tracking: { current_release_date: '2024-01-01T00:00:00Z' },
    },
    product_tree: {
      branches: [
        {
          category: 'vendor',
          name: 'Example',
          branches: [
            {
              product: {
                product_id: 'IMG',
                product_identification_helper: { purl: 'pkg:oci/alpine?tag=3.20' },
              },
            },
            {
              product: {
                product_id: 'GIT',
                product_identification_helper: { purl: 'pkg:apk/alpine/git' },
              },
            },
            {
              product: {
                product_id: 'SSL',
                product_identification_helper: { purl: 'pkg:apk/alpine/libssl3@3.1.0-r0' },
              },
            },
          ],
        },
      ],
      relationships: [
        {
          category: 'default_component_of',
          full_product_name: { product_id: 'IMG:GIT', name: 'git in the image' },
          product_reference: 'GIT',
          relates_to_product_reference: 'IMG',
        },
      ],
      product_groups: [{ group_id: 'ALL', product_ids: ['IMG:GIT', 'SSL'] }],
    },
    vulnerabilities: [vulnerability],
  };
}

describe('CSAF', () => {
  test('relationships, flags and groups', () => {
    const document = csaf({
      cve: 'CVE-2023-1',
      product_status: { known_not_affected: ['IMG:GIT', 'SSL'] },
      flags: [{ label: 'vulnerable_code_not_present', group_ids: ['ALL'] }],
      threats: [{ category: 'impact', details: 'built without it', product_ids: ['SSL'] }],
    });
    const { suppressed } = applyVex([openssl, git], [read(document)], target);
    expect(suppressed.map(({ reason }) => reason)).toEqual([
      'not affected: vulnerable_code_not_present: built without it (v.json)',
      'not affected: vulnerable_code_not_present (v.json)',
    ]);
  });
  test('known_affected keeps, fixed clears its version, an unknown product is told', () => {
    const document = csaf({
      cve: 'CVE-2023-1',
      product_status: { known_affected: ['GIT'], fixed: ['SSL', 'NOWHERE'] },
    });
    expect(cleared(document)).toEqual(['libssl3']);
    expect(read(document).problems).toEqual(['v.json: product NOWHERE is not in the product tree']);
  });
  test('not affected without a reason is not believed', () => {
    const document = csaf({ cve: 'CVE-2023-1', product_status: { known_not_affected: ['GIT'] } });
    expect(cleared(document)).toEqual([]);
    expect(read(document).problems).toHaveLength(1);
  });
  test('source packages (arch=src) by what was compared', () => {
    const libc = vulnerability('CVE-2023-1', 'pkg:deb/debian/libc6@2.36-9', {
      evidence: {
        range: '>= 0',
        comparedAs: 'deb',
        field: 'source',
        comparedName: 'glibc',
        comparedVersion: '2.36-9',
        ecosystem: 'Debian:12',
      },
    });
    const document = openVex({
      ...notAffected,
      products: [{ '@id': 'pkg:deb/debian/glibc@2.36-9?arch=src' }],
    });
    expect(cleared(document, [libc])).toEqual(['libc6']);
  });
});

function bom(vulnerability: unknown) {
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { 'bom-ref': 'root', type: 'container', name: 'alpine:3.20' } },
    components: [
      {
        'bom-ref': 'a',
        name: 'git',
        components: [{ 'bom-ref': 'b', name: 'libssl3', purl: 'pkg:apk/alpine/libssl3@3.1.0-r0' }],
        purl: 'pkg:apk/alpine/git@2.40.0-r0',
      },
    ],
    vulnerabilities: [vulnerability],
  };
}

describe('CycloneDX', () => {
  const analysis = { state: 'not_affected', justification: 'code_not_reachable' };

  test.each([
    ['a component', 'a', ['git']],
    ['a nested component', 'b', ['libssl3']],
    ['the root', 'root', ['libssl3', 'git']],
    ['a purl', 'pkg:apk/alpine/git@2.40.0-r0', ['git']],
    [
      'a BOM-Link',
      'urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg%3Aapk%2Falpine%2Fgit',
      ['git'],
    ],
    ['a broken BOM-Link', 'urn:cdx:x/1#%E0%A4%A', []],
    ['something else', 'zzz', []],
  ] as const)('%s', (_name, ref, expected) => {
    expect(cleared(bom({ id: 'CVE-2023-1', analysis, affects: [{ ref }] }))).toEqual(expected);
  });
  test('states that keep, versions that narrow, flaws without analysis', () => {
    const affects = [{ ref: 'a' }];
    expect(cleared(bom({ id: 'CVE-2023-1', analysis: { state: 'exploitable' }, affects }))).toEqual(
      [],
    );
    expect(cleared(bom({ id: 'CVE-2023-1', affects }))).toEqual([]);
    const resolved = { state: 'resolved' };
    const at = (version: string, status: string) =>
      bom({
        id: 'CVE-2023-1',
        analysis: resolved,
        affects: [{ ref: 'pkg:apk/alpine/git', versions: [{ version, status }] }],
      });
    expect(cleared(at('2.40.0-r0', 'unaffected'))).toEqual(['git']);
    expect(cleared(at('2.40.0-r0', 'affected'))).toEqual([]);
    expect(cleared(at('2.41.0-r0', 'unaffected'))).toEqual([]);
  });
});

test.each(['', '{', '[]', '{}', '{"bomFormat":"SPDX"}', 'null'])(
  '%j is no VEX document',
  (text) => {
    expect(parseVex(text, 'f')).toMatchObject({ ok: false });
  },
);
