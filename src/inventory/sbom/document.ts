// What all SBOM formats are brought to before packages are made of it.
import type { Location, Package, SourcePackage } from '../../model/package.ts';
import type { SystemIdentity } from '../distro/index.ts';

export interface SbomComponent {
  /** As the document writes it; null when it gives none. */
  readonly purl: string | null;
  readonly name: string;
  readonly licences: readonly string[];
  readonly locations: readonly Location[];
  /** An empty version stands for that of the binary package. */
  readonly source: SourcePackage | null;
  /** purls of what it needs, as far as the document says. */
  readonly needs?: readonly string[];
  /** What only tools that know it write: ours all of it, others parts. */
  readonly facts: PackageFacts;
}

/** Facts about a package beyond its name, in the words of the report. */
export type PackageFacts = Partial<
  Pick<
    Package,
    | 'ownedBy'
    | 'evidence'
    | 'notPresent'
    | 'scope'
    | 'vendor'
    | 'modularity'
    | 'confidence'
    | 'origin'
    | 'broughtBy'
  >
>;

export interface SbomContent {
  /** `CycloneDX 1.6`, for messages. */
  readonly format: string;
  readonly components: readonly SbomComponent[];
  /** The operating system that the document itself names, or null. */
  readonly system: SystemIdentity | null;
  /** It describes an image or a root file system: its packages are installed, not just declared. */
  readonly installed: boolean;
  /** Sentences on what the document leaves open. */
  readonly remarks: readonly string[];
}

export type SbomReading =
  | { readonly ok: true; readonly content: SbomContent }
  | { readonly ok: false; readonly reason: string };
