// Waivers and VEX statements, read once and applied to every target; loaded where there are any.
import {
  applyIgnores,
  applyVex,
  type IgnoreRule,
  parseIgnoreFile,
  parseVex,
  type VexDocument,
} from '../advisory/suppress/index.ts';
import { SeaworthyError } from '../base/error.ts';
import { limits } from '../base/limits.ts';
import { readText } from '../host/filesystem/index.ts';
import type { Finding, Inventory, Suppressed } from '../model/report.ts';

export interface Suppressor {
  apply(
    findings: readonly Finding[],
    inventory: Inventory,
  ): { readonly findings: readonly Finding[]; readonly suppressed: readonly Suppressed[] };
  /** What a person should know after the last target: expired and unused waivers. */
  remarks(): readonly string[];
}

/**
 * Reads the files. Throws `SeaworthyError` when one is missing or malformed: a waiver that is not
 * understood must not be half applied.
 */
export function readSuppressor(
  { ignoreFile, vex }: { readonly ignoreFile: string | null; readonly vex: readonly string[] },
  now: () => Date,
): Suppressor {
  const rules = ignoreFile === null ? [] : loadRules(ignoreFile);
  const documents = vex.map(loadVex);
  const expired = new Set<IgnoreRule>();
  const used = new Set<IgnoreRule>();
  return {
    apply(findings, inventory) {
      const { target } = inventory;
      const names = [target.name, target.digest].filter((name) => name !== null);
      const vex = applyVex(findings, documents, {
        references: [target.name],
        digests: target.digest === null ? [] : [target.digest],
        purls: inventory.packages.map((one) => one.purl),
      });
      const ignored = applyIgnores(vex.findings, rules, {
        nowMs: now().getTime(),
        imageNames: names,
      });
      for (const rule of ignored.expired) expired.add(rule);
      const unused = new Set([...ignored.unused, ...ignored.expired]);
      for (const rule of rules) if (!unused.has(rule)) used.add(rule);
      return {
        findings: ignored.findings,
        suppressed: [...vex.suppressed, ...ignored.suppressed],
      };
    },
    remarks() {
      const stale = rules.filter((rule) => !used.has(rule) && !expired.has(rule));
      return [
        ...[...expired].map(
          (rule) => `${rule.where}: the waiver of ${idsOf(rule)} expired on ${rule.expires}`,
        ),
        ...stale.map((rule) => `${rule.where}: the waiver of ${idsOf(rule)} matched nothing`),
      ];
    },
  };
}

function idsOf(rule: IgnoreRule): string {
  return rule.ids.join(', ');
}

function loadRules(file: string): readonly IgnoreRule[] {
  const { rules, problems } = parseIgnoreFile(readText(file, limits.documentBytes), file);
  const [problem] = problems;
  if (problem === undefined) return rules;
  const line = problem.line === null ? '' : `:${problem.line}`;
  throw new SeaworthyError('malformed', `${file}${line}: ${problem.message}`, {
    advice: problems.length > 1 ? `mend it and ${problems.length - 1} more` : 'mend it',
  });
}

function loadVex(file: string): VexDocument {
  const parsed = parseVex(readText(file, limits.documentBytes), file);
  if (parsed.ok) return parsed.document;
  throw new SeaworthyError('malformed', `${file} is no VEX document: ${parsed.reason}`, {
    advice: 'give OpenVEX, CSAF or CycloneDX JSON',
  });
}
