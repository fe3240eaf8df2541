// What an SPDX document says of a report.
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { packageOf, reportOf, sampleReport, sampleTarget } from '../../../test/sample-report.ts';
import type { Report } from '../../model/report.ts';
import { textOf } from '../output.ts';
import { spdx } from './index.ts';

interface Document {
  readonly documentNamespace: string;
  readonly creationInfo: { readonly created: string; readonly creators: readonly string[] };
  readonly annotations?: readonly { readonly comment: string }[];
  readonly packages: readonly Readonly<Record<string, unknown>>[];
  readonly hasExtractedLicensingInfos?: readonly unknown[];
  readonly relationships: readonly {
    readonly spdxElementId: string;
    readonly relationshipType: string;
    readonly relatedSpdxElement: string;
  }[];
}

function documentOf(report: Report): Document {
  const options = { columns: 80, colour: false, show: null, elapsedSeconds: null };
  return JSON.parse(textOf(spdx, [report], options)) as Document;
}

function named(document: Document, name: string) {
  return present(document.packages.find((one) => one['name'] === name));
}

describe('packages', () => {
  const document = documentOf(sampleReport());

  test('the described one is the image with its checksum', () => {
    expect(named(document, 'shop:1.4')).toMatchObject({
      primaryPackagePurpose: 'CONTAINER',
      checksums: [{ algorithm: 'SHA256', checksumValue: 'c'.repeat(64) }],
    });
    expect(named(document, 'debian')).toMatchObject({
      primaryPackagePurpose: 'OPERATING_SYSTEM',
      versionInfo: '12',
    });
  });

  test('a system package', () => {
    expect(named(document, 'libc6')).toMatchInlineSnapshot(`
      {
        "SPDXID": "SPDXRef-Package-bd741841e9ef13f0cf3e",
        "annotations": [
          {
            "annotationDate": "2026-11-21T10:00:00Z",
            "annotationType": "OTHER",
            "annotator": "Tool: seaworthy-0.1.0",
            "comment": "seaworthy: {"evidence":"installed","source:name":"glibc","source:version":"2.36-9+deb12u2","vendor":"GNU Libc Maintainers <debian-glibc@lists.debian.org>","layer":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","layer:index":"0","layer:createdBy":"/bin/sh -c #(nop) ADD file:1 in /","locations":[{"path":"var/lib/dpkg/status","layer":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}]}",
          },
        ],
        "copyrightText": "NOASSERTION",
        "downloadLocation": "NOASSERTION",
        "externalRefs": [
          {
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceLocator": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u2?arch=amd64&distro=debian-12",
            "referenceType": "purl",
          },
          {
            "comment": "CVE-2023-4911: medium, fixed in 2.36-9+deb12u3",
            "referenceCategory": "SECURITY",
            "referenceLocator": "https://nvd.nist.gov/vuln/detail/CVE-2023-4911",
            "referenceType": "advisory",
          },
        ],
        "filesAnalyzed": false,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": "LGPL-2.1-only AND (GPL-2.0-only OR LicenseRef-Artistic) AND LicenseRef-public-domain",
        "name": "libc6",
        "sourceInfo": "built package from: glibc 2.36-9+deb12u2",
        "supplier": "Person: GNU Libc Maintainers (debian-glibc@lists.debian.org)",
        "versionInfo": "2.36-9+deb12u2",
      }
    `);
  });

  test.each([
    [
      'GNU Libc Maintainers <debian@lists.example>',
      'Person: GNU Libc Maintainers (debian@lists.example)',
    ],
    ['Red Hat, Inc.', 'Organization: Red Hat, Inc.'],
    ['Odd (words) <', 'Organization: Odd words'],
    [undefined, 'NOASSERTION'],
  ])('the vendor %j is the supplier %j', (vendor, supplier) => {
    const one = packageOf('pkg:deb/debian/x@1', { name: 'x', ...(vendor ? { vendor } : {}) });
    expect(named(documentOf(reportOf({ packages: [one] })), 'x')['supplier']).toBe(supplier);
  });

  test('licences are expressions; the texts of references are there', () => {
    expect(named(document, 'lodash')['licenseDeclared']).toBe('MIT OR Apache-2.0');
    expect(named(document, 'adduser')['licenseDeclared']).toBe('GPL-2.0-or-later');
    expect(document.hasExtractedLicensingInfos).toEqual([
      {
        licenseId: 'LicenseRef-Artistic',
        name: 'Artistic',
        extractedText: 'The package states its licence as: Artistic',
      },
      {
        licenseId: 'LicenseRef-public-domain',
        name: 'public-domain',
        extractedText: 'The package states its licence as: public-domain',
      },
    ]);
  });
});

describe('relationships', () => {
  const document = documentOf(sampleReport());
  const names = new Map(
    document.packages.map((one) => [String(one['SPDXID']), String(one['name'])]),
  );
  const told = document.relationships.map(
    ({ spdxElementId, relationshipType, relatedSpdxElement }) =>
      `${names.get(spdxElementId) ?? spdxElementId} ${relationshipType} ${names.get(relatedSpdxElement)}`,
  );

  test('what is described, held, owned and needed', () => {
    expect(told).toEqual([
      'SPDXRef-DOCUMENT DESCRIBES shop:1.4',
      'shop:1.4 CONTAINS debian',
      'shop:1.4 CONTAINS adduser',
      'shop:1.4 CONTAINS libc6',
      'shop:1.4 CONTAINS python3-yaml',
      'shop:1.4 CONTAINS org.apache.logging.log4j:log4j-core',
      'shop:1.4 CONTAINS @babel/core',
      'shop:1.4 CONTAINS lodash',
      'python3-yaml CONTAINS PyYAML',
      'shop:1.4 CONTAINS bind',
      'adduser DEPENDS_ON libc6',
      'python3-yaml DEPENDS_ON libc6',
      '@babel/core DEPENDS_ON lodash',
    ]);
  });

  test('identifiers are of the allowed characters and there once', () => {
    const ids = document.packages.map((one) => String(one['SPDXID']));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^SPDXRef-[A-Za-z0-9.-]+$/);
  });
});

describe('the document', () => {
  test('has a namespace of name and content', () => {
    const { documentNamespace } = documentOf(sampleReport());
    expect(documentNamespace).toMatch(/^https:\/\/spdx\.org\/spdxdocs\/shop-1\.4-[0-9a-f-]{36}$/);
    const other = reportOf({ target: { ...sampleTarget, name: '???' } });
    expect(documentOf(other).documentNamespace).toMatch(/spdxdocs\/target-/);
  });

  test('is dated without fractions of a second', () => {
    expect(documentOf(sampleReport()).creationInfo).toMatchObject({
      created: '2026-11-21T10:00:00Z',
      creators: ['Tool: seaworthy-0.1.0'],
    });
  });

  test('tells what is not known', () => {
    expect(documentOf(sampleReport()).annotations?.map(({ comment }) => comment)).toEqual([
      'not known: app/broken.jar: the archive ends early',
      'not known: 3 generic packages not assessed',
    ]);
  });
});
