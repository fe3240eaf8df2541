// What a CycloneDX document says of a report.
import { describe, expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import { vulnerability } from '../../../test/sample-findings.ts';
import {
  packageOf,
  reportOf,
  sampleReport,
  sampleTarget,
  topLayer,
} from '../../../test/sample-report.ts';
import type { Report } from '../../model/report.ts';
import { textOf } from '../output.ts';
import { cyclonedx } from './index.ts';

interface Component {
  readonly type: string;
  readonly 'bom-ref': string;
  readonly [key: string]: unknown;
}
interface Bom {
  readonly serialNumber: string;
  readonly metadata: {
    readonly component: Component;
    readonly properties?: readonly { readonly value: string }[];
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly compositions?: readonly unknown[];
  readonly vulnerabilities?: readonly Readonly<Record<string, unknown>>[];
}

function bomOf(report: Report): Bom {
  const options = { columns: 80, colour: false, show: null, elapsedSeconds: null };
  return JSON.parse(textOf(cyclonedx, [report], options)) as Bom;
}

function at(path: string) {
  return [{ path, layer: topLayer }];
}

function serial(report: Report): string {
  return bomOf(report).serialNumber;
}

function component(bom: Bom, ref: string): Component {
  return present(bom.components.find((one) => one['bom-ref'] === ref));
}

describe('components', () => {
  const bom = bomOf(sampleReport());

  test('the subject is the image with its digest and layers', () => {
    expect(bom.metadata.component).toMatchObject({
      type: 'container',
      name: 'shop:1.4',
      hashes: [{ alg: 'SHA-256', content: 'c'.repeat(64) }],
    });
  });

  test('the system is one', () => {
    expect(bom.components[0]).toMatchObject({
      type: 'operating-system',
      name: 'debian',
      version: '12',
      description: 'Debian GNU/Linux 12 (bookworm)',
    });
  });

  test('a system package has supplier, source and layer', () => {
    expect(
      component(bom, 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u2?arch=amd64&distro=debian-12'),
    ).toMatchInlineSnapshot(`
      {
        "bom-ref": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u2?arch=amd64&distro=debian-12",
        "evidence": {
          "occurrences": [
            {
              "additionalContext": "layer sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
              "location": "var/lib/dpkg/status",
            },
          ],
        },
        "licenses": [
          {
            "license": {
              "id": "LGPL-2.1-only",
            },
          },
          {
            "license": {
              "name": "GPL-2 or Artistic",
            },
          },
          {
            "license": {
              "name": "public-domain",
            },
          },
        ],
        "name": "libc6",
        "properties": [
          {
            "name": "seaworthy:evidence",
            "value": "installed",
          },
          {
            "name": "seaworthy:source:name",
            "value": "glibc",
          },
          {
            "name": "seaworthy:source:version",
            "value": "2.36-9+deb12u2",
          },
          {
            "name": "seaworthy:layer",
            "value": "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          },
          {
            "name": "seaworthy:layer:index",
            "value": "0",
          },
          {
            "name": "seaworthy:layer:createdBy",
            "value": "/bin/sh -c #(nop) ADD file:1 in /",
          },
        ],
        "purl": "pkg:deb/debian/libc6@2.36-9%2Bdeb12u2?arch=amd64&distro=debian-12",
        "supplier": {
          "name": "GNU Libc Maintainers <debian-glibc@lists.debian.org>",
        },
        "type": "library",
        "version": "2.36-9+deb12u2",
      }
    `);
  });

  test('a library has group, scope and place', () => {
    expect(component(bom, 'pkg:npm/%40babel/core@7.0.0')).toMatchInlineSnapshot(`
      {
        "bom-ref": "pkg:npm/%40babel/core@7.0.0",
        "evidence": {
          "occurrences": [
            {
              "additionalContext": "layer sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
              "line": 12,
              "location": "app/package-lock.json",
            },
          ],
        },
        "group": "@babel",
        "licenses": [
          {
            "license": {
              "id": "MIT",
            },
          },
        ],
        "name": "core",
        "properties": [
          {
            "name": "seaworthy:evidence",
            "value": "declared",
          },
          {
            "name": "seaworthy:notPresent",
            "value": "true",
          },
          {
            "name": "seaworthy:scope",
            "value": "development",
          },
        ],
        "purl": "pkg:npm/%40babel/core@7.0.0",
        "scope": "excluded",
        "type": "library",
        "version": "7.0.0",
      }
    `);
  });

  test('an expression of licences stands alone', () => {
    expect(component(bom, 'pkg:npm/lodash@4.17.4')['licenses']).toEqual([
      { expression: 'MIT OR Apache-2.0' },
    ]);
  });

  test('every ref is there once', () => {
    const refs = [bom.metadata.component, ...bom.components].map((one) => one['bom-ref']);
    expect(new Set(refs).size).toBe(refs.length);
  });
});

describe('dependencies', () => {
  test('resolve by name, the target holds what nothing needs', () => {
    const { dependencies } = bomOf(sampleReport());
    const refs = (purl: string) => dependencies.find(({ ref }) => ref === purl)?.dependsOn;
    const libc = 'pkg:deb/debian/libc6@2.36-9%2Bdeb12u2?arch=amd64&distro=debian-12';
    expect(refs('pkg:deb/debian/adduser@3.134?arch=all&distro=debian-12')).toEqual([libc]);
    expect(refs('pkg:npm/%40babel/core@7.0.0')).toEqual(['pkg:npm/lodash@4.17.4']);
    expect(refs('target')).toEqual([
      'operating-system',
      'pkg:deb/debian/adduser@3.134?arch=all&distro=debian-12',
      'pkg:deb/debian/python3-yaml@6.0-3?arch=amd64&distro=debian-12',
      'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0',
      'pkg:npm/%40babel/core@7.0.0',
      'pkg:pypi/pyyaml@6.0',
      'pkg:rpm/redhat/bind@9.16.23-1.el9?arch=x86_64&epoch=32',
    ]);
  });

  test('of two packages of a name the one in the same file is meant', () => {
    const packages = [
      packageOf('pkg:npm/a@1', { name: 'a', locations: at('x/lock'), dependsOn: ['b', 'c'] }),
      packageOf('pkg:npm/b@1', { name: 'b', locations: at('x/lock') }),
      packageOf('pkg:npm/b@2', { name: 'b', locations: at('y/lock') }),
      packageOf('pkg:npm/c@1', { name: 'c', locations: at('y/lock') }),
      packageOf('pkg:npm/c@2', { name: 'c', locations: at('z/lock') }),
    ];
    const { dependencies } = bomOf(reportOf({ packages }));
    expect(dependencies.find(({ ref }) => ref === 'pkg:npm/a@1')?.dependsOn).toEqual([
      'pkg:npm/b@1',
    ]);
  });
});

describe('vulnerabilities', () => {
  const { vulnerabilities = [] } = bomOf(sampleReport());
  const of = (id: string) => vulnerabilities.filter((one) => one['id'] === id);

  test('the severity of the report comes first, then the scores', () => {
    expect(of('CVE-2023-4911')[0]?.['ratings']).toEqual([
      { source: { name: 'debian urgency' }, severity: 'medium', method: 'other' },
      {
        score: 7.8,
        severity: 'high',
        method: 'CVSSv31',
        vector: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H',
      },
    ]);
  });

  test('ratings that differ are entries of their own', () => {
    expect(of('CVE-2023-4911')).toHaveLength(2);
  });

  test('packages of one source share an entry', () => {
    const findings = ['libc6', 'libc-bin'].map((name) => {
      const finding = vulnerability('CVE-1', `pkg:deb/debian/${name}@2`);
      return { ...finding, evidence: { ...finding.evidence, comparedName: 'glibc' } };
    });
    const [only, more] = bomOf(reportOf({ findings })).vulnerabilities ?? [];
    expect(more).toBeUndefined();
    expect(only?.['affects']).toHaveLength(2);
  });

  test('a fix is recommended, malware is to be removed', () => {
    expect(of('CVE-2019-10744')[0]?.['recommendation']).toBe('Update lodash to 4.17.12 or later.');
    expect(of('MAL-2025-1')[0]?.['recommendation']).toContain('Remove core 7.0.0');
  });

  test('suppressed ones carry their analysis', () => {
    expect(of('CVE-2020-8203')[0]?.['analysis']).toEqual({
      state: 'not_affected',
      detail: 'not affected: vulnerable_code_not_present (shop.vex.json)',
    });
    expect(of('CVE-2021-23337')[0]?.['analysis']).toEqual({
      state: 'in_triage',
      response: ['will_not_fix'],
      detail: 'templates are ours (until 2027-01-01)',
    });
  });

  test('each affects components of the document', () => {
    const refs = new Set(bomOf(sampleReport()).components.map((one) => one['bom-ref']));
    const affected = vulnerabilities.flatMap((one) => one['affects'] as readonly { ref: string }[]);
    expect(affected.filter(({ ref }) => !refs.has(ref))).toEqual([]);
  });

  test('an inventory alone has none', () => {
    expect(bomOf(reportOf({})).vulnerabilities).toBeUndefined();
  });
});

describe('the document', () => {
  test('says that it is incomplete, and what is missing', () => {
    const bom = bomOf(sampleReport());
    expect(bom.compositions).toEqual([{ aggregate: 'incomplete', assemblies: ['target'] }]);
    expect(bom.metadata.properties?.map(({ value }) => value)).toEqual([
      'app/broken.jar: the archive ends early',
      '3 generic packages not assessed',
    ]);
    expect(bomOf(reportOf({})).compositions).toBeUndefined();
  });

  test('has a serial number that follows the content, not the clock', () => {
    const later = { ...sampleReport(), generatedAt: '2030-01-01T00:00:00.000Z' };
    expect(serial(later)).toBe(serial(sampleReport()));
    expect(serial(reportOf({}))).not.toBe(serial(sampleReport()));
    expect(serial({ ...sampleReport(), target: { ...sampleTarget, name: 'other' } })).not.toBe(
      serial(sampleReport()),
    );
    expect(serial(sampleReport())).toMatch(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
