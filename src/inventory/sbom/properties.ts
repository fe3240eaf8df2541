// Name and value pairs of components: ours (`seaworthy:`), Trivy's (`aquasecurity:trivy:`), Syft's
// (`syft:`) and the npm tool's (`cdx:npm:`).
import { asArray, stringField } from '../../base/json.ts';
import type { Location, Package, Scope, SourcePackage } from '../../model/package.ts';
import type { PackageFacts } from './document.ts';
import { joinVersion, sourceOfRpmFile } from './source.ts';

export type Properties = ReadonlyMap<string, string>;

const none: Properties = new Map();
const scopes: readonly Scope[] = ['runtime', 'development', 'optional', 'build'];
const origins = ['registry', 'local', 'git', 'url'] as const;
const trivy = 'aquasecurity:trivy:';
const syft = 'syft:metadata:';
/** Places of one component in Syft's numbered properties. */
const placesRead = 100;

/** The pairs of a CycloneDX `properties` array; the first of a name wins. */
export function propertiesOf(value: unknown): Properties {
  const list = asArray(value);
  if (list.length === 0) return none;
  const pairs = new Map<string, string>();
  for (const entry of list) {
    const name = stringField(entry, 'name');
    if (name !== null && !pairs.has(name)) pairs.set(name, stringField(entry, 'value') ?? '');
  }
  return pairs;
}

/** The source package that a tool wrote beside the component, or null. */
export function sourceOfProperties(pairs: Properties): SourcePackage | null {
  const own = pairs.get('seaworthy:source:name');
  if (own !== undefined) return { name: own, version: pairs.get('seaworthy:source:version') ?? '' };
  const named = pairs.get(`${trivy}SrcName`);
  if (named !== undefined && named !== '') {
    const part = (name: string): string | null => pairs.get(trivy + name) ?? null;
    const version = joinVersion({
      epoch: part('SrcEpoch'),
      version: part('SrcVersion'),
      release: part('SrcRelease'),
    });
    return { name: named, version };
  }
  const file = pairs.get(`${syft}sourceRpm`);
  if (file !== undefined && file !== '') return sourceOfRpmFile(file);
  const origin = pairs.get(`${syft}source`) || pairs.get(`${syft}originPackage`);
  if (!origin) return null;
  return { name: origin, version: pairs.get(`${syft}sourceVersion`) ?? '' };
}

/** Where the component lies, as Trivy and Syft say it. */
export function locationsOfProperties(pairs: Properties): readonly Location[] {
  const locations: Location[] = [];
  const file = pairs.get(`${trivy}FilePath`);
  if (file)
    locations.push({ path: relative(file), layer: pairs.get(`${trivy}LayerDiffID`) || null });
  for (let index = 0; index < placesRead; index += 1) {
    const path = pairs.get(`syft:location:${index}:path`);
    if (path === undefined) break;
    locations.push({
      path: relative(path),
      layer: pairs.get(`syft:location:${index}:layerID`) || null,
    });
  }
  return locations;
}

/** `/app/x` -> `app/x`, as paths of a target are written here. */
export function relative(path: string): string {
  return path.replace(/^(?:\.?\/)+/, '');
}

/** What the properties say of a package beyond its name. */
export function factsOfProperties(pairs: Properties): PackageFacts {
  if (pairs.size === 0) return {};
  const read = (name: string): string | undefined => pairs.get(`seaworthy:${name}`) || undefined;
  const development = pairs.get('cdx:npm:package:development') === 'true';
  const modularity =
    read('modularity') ||
    pairs.get(`${trivy}Modularitylabel`) ||
    pairs.get(`${syft}modularityLabel`);
  const vendor = read('vendor') || pairs.get(`${syft}vendor`) || pairs.get(`${syft}maintainer`);
  const scope = scopes.find((one) => one === read('scope')) ?? (development ? 'development' : null);
  const origin = origins.find((one) => one === read('origin'));
  const evidence = read('evidence');
  const ownedBy = read('ownedBy');
  const broughtBy = broughtByOf(read);
  return {
    ...(ownedBy === undefined ? {} : { ownedBy }),
    ...(evidence === 'installed' || evidence === 'declared' ? { evidence } : {}),
    ...(read('notPresent') === 'true' ? { notPresent: true } : {}),
    ...(scope === null ? {} : { scope }),
    ...(vendor ? { vendor } : {}),
    ...(modularity ? { modularity } : {}),
    ...(read('confidence') === 'low' ? { confidence: 'low' } : {}),
    ...(origin === undefined ? {} : { origin }),
    ...(broughtBy === null ? {} : { broughtBy }),
  };
}

function broughtByOf(
  read: (name: string) => string | undefined,
): NonNullable<Package['broughtBy']> | null {
  const layer = read('layer');
  const index = Number(read('layer:index') ?? Number.NaN);
  if (layer === undefined || !Number.isSafeInteger(index) || index < 0) return null;
  return { layer, index, createdBy: read('layer:createdBy') ?? null };
}
