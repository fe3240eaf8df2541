// The mapping of workloads as a person writes it. Apart from its use: who has no such file does not load
// the parser of YAML.
import { asArray, entriesOf, field, keysOf, stringField, stringsOf } from '../../base/json.ts';
import { parseYaml } from '../../base/yaml.ts';
import {
  defaultWorkloadMapping,
  label,
  parsePattern,
  type WorkloadMapping,
  type WorkloadNoun,
  type WorkloadSource,
} from './workload.ts';

export type ParsedMapping =
  | { readonly ok: true; readonly mapping: WorkloadMapping }
  | { readonly ok: false; readonly reason: string };

const nouns: readonly WorkloadNoun[] = ['user', 'team', 'application', 'environment'];
/** Sources of one noun; the defaults have a dozen. */
const sourcesMost = 200;

/**
 * Reads a mapping file (docs/naming.md): for each noun a list of sources. A noun that the file leaves
 * out keeps its defaults; `- defaults` puts them into a list.
 */
export function parseWorkloadMapping(text: string): ParsedMapping {
  const parsed = parseYaml(text);
  if (!parsed.ok) return { ok: false, reason: parsed.reason };
  const workload = field(parsed.value, 'workload');
  const strange = keysOf(workload).find((key) => !nouns.some((noun) => noun === key));
  if (workload === undefined) return { ok: false, reason: 'has no `workload:`' };
  if (strange !== undefined) {
    return { ok: false, reason: `workload.${strange} is none of ${nouns.join(', ')}` };
  }
  const mapping: Record<WorkloadNoun, readonly WorkloadSource[]> = { ...defaultWorkloadMapping };
  for (const noun of nouns) {
    const listed = field(workload, noun);
    if (listed === undefined) continue;
    const sources: WorkloadSource[] = [];
    for (const [index, item] of asArray(listed).slice(0, sourcesMost).entries()) {
      if (item === 'defaults') {
        sources.push(...defaultWorkloadMapping[noun]);
        continue;
      }
      const source = sourceOf(item);
      if (typeof source === 'string') {
        return { ok: false, reason: `workload.${noun}[${index}] ${source}` };
      }
      sources.push(source);
    }
    mapping[noun] = sources;
  }
  return { ok: true, mapping };
}

const kinds = ['label', 'namespace', 'name', 'image', 'value'] as const;

/** The source that an item of a list describes, or what is wrong with it. */
function sourceOf(item: unknown): WorkloadSource | string {
  if (typeof item === 'string') return label(item);
  const kind = kinds.find((one) => field(item, one) !== undefined);
  if (kind === undefined) return `needs one of ${kinds.join(', ')}`;
  const strange = keysOf(item).find((key) => key !== kind && key !== 'values' && key !== 'pattern');
  if (strange !== undefined) return `has \`${strange}\`, which is unknown`;
  const given = stringField(item, kind);
  if (given === null || given === '') return `needs a text for ${kind}`;
  // `namespace: "team-{value}"` is the short form of a pattern.
  const byKey = kind === 'label' || kind === 'value';
  const written = byKey ? stringField(item, 'pattern') : given;
  const pattern = written === null ? null : parsePattern(written);
  if (written !== null && pattern === null)
    return `needs one {value} in ${JSON.stringify(written)}`;
  return {
    from:
      kind === 'label' ? { kind, key: given } : kind === 'value' ? { kind, text: given } : { kind },
    pattern,
    values: valuesOf(field(item, 'values')),
  };
}

/** `{production: [prod, live]}`, or `{prod: production}`: either way round, case does not matter. */
function valuesOf(value: unknown): ReadonlyMap<string, string> | null {
  const entries = entriesOf(value);
  if (entries.length === 0) return null;
  const values = new Map<string, string>();
  for (const [key, member] of entries) {
    if (Array.isArray(member)) {
      values.set(key.toLowerCase(), key);
      for (const spelling of stringsOf(member)) values.set(spelling.toLowerCase(), key);
    } else if (typeof member === 'string') values.set(key.toLowerCase(), member);
  }
  return values;
}
