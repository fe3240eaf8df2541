// Licences that ask more of their users than a notice: a finding for each package under one.
import type { Package } from '../../model/package.ts';
import type { Severity } from '../../model/severity.ts';

export interface LicenceRule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly fix: string;
  /** SPDX identifiers, or their beginnings. */
  readonly licences: readonly string[];
}

/** What most organisations have to look at before they ship or serve a program. */
export const licenceRules: readonly LicenceRule[] = [
  {
    id: 'licence-network-copyleft',
    title: 'Serving it over a network obliges to offer its source',
    severity: 'medium',
    fix: 'Ask who decides on licences, or replace the package.',
    licences: ['AGPL-', 'OSL-', 'EUPL-', 'CPAL-', 'RPL-', 'SSPL-'],
  },
  {
    id: 'licence-source-available',
    title: 'Its licence forbids some uses',
    severity: 'medium',
    fix: 'Ask who decides on licences, or replace the package.',
    licences: [
      'BUSL-',
      'Elastic-2.0',
      'FSL-',
      'PolyForm-',
      'Parity-',
      'CC-BY-NC-',
      'JSON',
      'Hippocratic-',
    ],
  },
];

const byWords: readonly (readonly [RegExp, string])[] = [
  [/commons clause/i, 'licence-source-available'],
  [/\b(?:affero|agpl)/i, 'licence-network-copyleft'],
  [/\b(?:server side public|sspl)\b/i, 'licence-network-copyleft'],
  [/\bbusiness source|\bbusl?\b/i, 'licence-source-available'],
];

export interface LicenceIssue {
  readonly rule: LicenceRule;
  /** As the package states it. */
  readonly licence: string;
  readonly package: Package;
}

/**
 * Packages under a licence of the rules. A choice (`MIT OR AGPL-3.0`) that has a way out is none; what the
 * operating system itself brings is its distributor's concern and left out.
 */
export function inspectLicences(packages: readonly Package[]): readonly LicenceIssue[] {
  return packages.flatMap((one) => {
    if (systemTypes.has(one.type) || one.ownedBy !== null) return [];
    for (const licence of one.licences) {
      const rule = ruleOf(licence);
      if (rule !== null) return [{ rule, licence: licence.slice(0, 200), package: one }];
    }
    return [];
  });
}

const systemTypes = new Set(['deb', 'apk', 'rpm', 'opkg']);

/** The rule that every choice of the statement falls under, or null. */
function ruleOf(statement: string): LicenceRule | null {
  const choices = statement.slice(0, 2000).split(/\s+or\s+/i);
  const found = choices.map((choice) => ruleOfChoice(choice.replaceAll(/[()]/g, '').trim()));
  return found.every((rule) => rule !== null) ? (found[0] ?? null) : null;
}

function ruleOfChoice(choice: string): LicenceRule | null {
  const parts = choice.split(/\s+and\s+/i);
  for (const part of parts) {
    const id = part.split(/\s+with\s+/i, 1)[0] ?? '';
    const rule = licenceRules.find(({ licences }) =>
      licences.some((known) => (known.endsWith('-') ? id.startsWith(known) : id === known)),
    );
    if (rule !== undefined) return rule;
    const worded = byWords.find(([pattern]) => pattern.test(part))?.[1];
    if (worded !== undefined) return licenceRules.find(({ id: known }) => known === worded) ?? null;
  }
  return null;
}
