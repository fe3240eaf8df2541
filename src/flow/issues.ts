// Joins what inspectors found in layers and settings to findings: hidden or not, each once.

import { inspectLicences } from '../inspect/licence/index.ts';
import {
  type ImageIssue,
  inspectImage,
  isFineWhenOwned,
} from '../inspect/misconfiguration/index.ts';
import { inspectSettings, redactSecrets, type Setting } from '../inspect/secret/index.ts';
import type { ImageDescription, OpenedImage, PlacedIssue } from '../inventory/image/index.ts';
import type { Layer } from '../model/image.ts';
import type { IssueFact } from '../model/inspection.ts';
import type { LessonId } from '../model/lesson.ts';
import type { Location } from '../model/package.ts';
import type { Inventory, IssueFinding } from '../model/report.ts';

/** Places told of one finding. */
const mostLocations = 100;
/** Characters of merged evidence. */
const longestEvidence = 300;
/** Where a report places what stands in an image's settings, not in its files. */
const settingsPath = 'image-config';

/**
 * The findings of the files of all layers. Secrets of hidden files stay findings, because the layer can
 * be read by whoever pulls the image; misconfiguration of hidden files is none.
 * @param layers bottom first, null for folders
 */
export function fileIssues(
  issues: readonly PlacedIssue[],
  layers: readonly (Layer | null)[],
): IssueFinding[] {
  const secrets = issues.filter((issue) => issue.kind === 'secret' && !isPublic(issue));
  const wrong = issues.filter(
    (issue) =>
      issue.kind !== 'secret' &&
      issue.hidden === null &&
      !(isFineWhenOwned(issue.fact.id) && issue.owner() !== null),
  );
  const place = (issue: PlacedIssue): Location => placeOf(issue, layers[issue.layer] ?? null);
  return [
    ...secretGroups(secrets).map((group) => secretFinding(group, place)),
    ...[...Map.groupBy(wrong, ({ fact }) => fact.id).values()].map((group) =>
      wrongFinding(group, place),
    ),
  ];
}

const programFolders = /^(?:usr\/(?!local\/)|s?bin\/|lib(?:32|64|x32)?\/)/;

/** A file as a distribution ships it, settings apart, holds nothing that was secret. */
function isPublic(issue: PlacedIssue): boolean {
  return programFolders.test(issue.path) && issue.owner() !== null;
}

/** The same secret of the same file in several layers, bottom first. */
function secretGroups(issues: readonly PlacedIssue[]): PlacedIssue[][] {
  const groups = new Map<string, PlacedIssue[]>();
  const ordinals = new Map<string, number>();
  for (const issue of issues) {
    const { id, evidence } = issue.fact;
    const same = `${id}\0${issue.path}\0${evidence['hint'] ?? ''}\0${evidence['name'] ?? ''}`;
    const inLayer = `${issue.layer}\0${same}`;
    const ordinal = ordinals.get(inLayer) ?? 0;
    ordinals.set(inLayer, ordinal + 1);
    const key = `${same}\0${ordinal}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [issue]);
    else group.push(issue);
  }
  return [...groups.values()];
}

function secretFinding(
  group: readonly PlacedIssue[],
  place: (issue: PlacedIssue) => Location,
): IssueFinding {
  // The one that a container sees, else the topmost.
  const index = group.findIndex(({ hidden }) => hidden === null);
  const told = group.at(index) as PlacedIssue;
  const locations = [told, ...group.filter((issue) => issue !== told)].map(place);
  const finding = findingOf('secret', told.fact, locations);
  const { hidden } = told;
  if (hidden === null) return finding;
  const number = hidden.layer + 1;
  const key = hidden.how === 'deleted' ? 'deletedInLayer' : 'replacedInLayer';
  return {
    ...finding,
    title: `${finding.title} (${hidden.how} in layer ${number}, still readable)`,
    evidence: { ...finding.evidence, [key]: number },
    fix: `${finding.fix} Deleting a file in a later step leaves it in the image.`,
  };
}

/** One finding for each rule, with all its places: fifty files of one mistake are one mistake. */
function wrongFinding(
  group: readonly PlacedIssue[],
  place: (issue: PlacedIssue) => Location,
): IssueFinding {
  const worst = group.toSorted((a, b) => rank(a.fact) - rank(b.fact))[0] as PlacedIssue;
  const evidence: Record<string, string | number | boolean> = { ...worst.fact.evidence };
  for (const [key, value] of Object.entries(evidence)) {
    if (typeof value !== 'string' || key === 'why') continue;
    const values = new Set(group.map(({ fact }) => fact.evidence[key] ?? ''));
    evidence[key] = [...values].join(', ').slice(0, longestEvidence);
  }
  if (group.length > 1) evidence['places'] = group.length;
  return { ...findingOf('misconfiguration', worst.fact, group.map(place)), evidence };
}

function rank({ severity }: IssueFact): number {
  return ['critical', 'high', 'medium', 'low', 'negligible', 'unknown'].indexOf(severity);
}

function findingOf(
  kind: IssueFinding['kind'],
  fact: IssueFact,
  locations: readonly Location[],
): IssueFinding {
  const { line: _line, ...rest } = fact;
  return { kind, ...rest, locations: locations.slice(0, mostLocations) };
}

function placeOf({ path, fact }: PlacedIssue, layer: Layer | null): Location {
  const line = fact.line === undefined ? {} : { line: fact.line };
  return { path, layer: layer?.diffId ?? null, ...line };
}

/** The secrets in the environment, the history and the labels of an image. */
export function settingIssues({ parsed }: ImageDescription): IssueFinding[] {
  const { environment, history } = parsed.private;
  const settings: Setting[] = [
    ...environment.map((text) => ({
      where: `ENV ${text.split('=', 1)[0] ?? ''}`,
      kind: 'environment' as const,
      text,
    })),
    ...history.map((text, index) => ({
      where: `history line ${index + 1}`,
      kind: 'history' as const,
      text,
    })),
    ...Object.entries(parsed.config.labels).map(([name, text]) => ({
      where: `label ${name}`,
      kind: 'label' as const,
      text,
    })),
    { where: 'ENTRYPOINT', kind: 'history', text: parsed.config.entrypoint.join(' ') },
    { where: 'CMD', kind: 'history', text: parsed.config.command.join(' ') },
  ];
  return inspectSettings(settings).map(({ fact, where }) => {
    const finding = findingOf('secret', fact, [{ path: settingsPath, layer: null }]);
    const places = where.map(redactSecrets).join(', ').slice(0, longestEvidence);
    return { ...finding, evidence: { ...finding.evidence, where: places } };
  });
}

/** The image without the secrets that its instructions, labels and commands hold: fit to be kept. */
export function withoutSecrets(opened: OpenedImage): OpenedImage {
  const { config } = opened;
  return {
    ...opened,
    layers: opened.layers.map((layer) => ({
      ...layer,
      createdBy: layer.createdBy === null ? null : redactSecrets(layer.createdBy),
    })),
    config:
      config === null
        ? null
        : {
            ...config,
            entrypoint: config.entrypoint.map(redactSecrets),
            command: config.command.map(redactSecrets),
            labels: Object.fromEntries(
              Object.entries(config.labels).map(([name, value]) => [name, redactSecrets(value)]),
            ),
          },
  };
}

/** What the settings and the history of the image say against it, asked anew at each scan. */
export function ruleIssues({ target, packages }: Inventory): IssueFinding[] {
  const { name, kind, config, layers } = target;
  if (config === undefined) return [];
  return inspectImage({ name, kind, config, layers, packages }).map(({ fact, layer }: ImageIssue) =>
    findingOf('misconfiguration', fact, [{ path: settingsPath, layer }]),
  );
}

/** Packages whose licence somebody has to look at. */
export function licenceIssues({ packages }: Inventory): IssueFinding[] {
  return inspectLicences(packages).map(({ rule, licence, package: one }) => ({
    kind: 'licence',
    id: rule.id,
    title: `${one.name} ${one.version}: ${rule.title}`,
    severity: rule.severity,
    locations: one.locations.slice(0, mostLocations),
    evidence: { licence, package: one.purl },
    fix: rule.fix,
    lesson: 'copyleft-licence' satisfies LessonId,
  }));
}
