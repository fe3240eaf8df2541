// A folder of this machine as a target: a root file system, a project, or one file of a project.
import { basename, dirname } from 'node:path';
import { type Aliases, type LayerRecord, readFolder } from '../inventory/image/index.ts';
import { recordInventory } from './read-inventory.ts';
import type { InventoryRequest, Services } from './services.ts';
import type { Taken } from './taken.ts';
import type { Target } from './target.ts';

/** Folder names that hold no part of a project: version control's own data. */
const projectSkips = new Set(['.git', '.hg', '.svn']);
const nothingSkipped = new Set<string>();
/** First bytes of ELF, PE, Mach-O (three forms) and zip: a program or a JAR, no image. */
const programMagic = ['7f454c46', '4d5a', 'cffaedfe', 'cefaedfe', 'cafebabe', '504b0304'];

/** The inventory of what lies in a folder now. */
export async function folderInventory(
  services: Services,
  { kind, name }: Target & { readonly kind: 'rootfs' | 'dir' },
  request: InventoryRequest,
): Promise<Taken> {
  // A machine's own root is full of keys that belong there, and of data: it is searched for secrets
  // only when somebody asks for just that.
  const searched = kind !== 'rootfs' || name !== '/' || request.searchesMachine === true;
  return inventoryBelow(services, { kind, name, folder: name, searched });
}

/** A lock file, a JAR or a program by itself, or null where nobody reads such a file. */
export async function fileInventory(
  services: Services,
  { name, magic }: { readonly name: string; readonly magic: string },
): Promise<Taken | null> {
  const only = basename(name);
  if (!programMagic.some((start) => magic.startsWith(start))) {
    const { wanted } = await services.reading();
    const asked = wanted.rules.match(only);
    if (!asked.some((found) => wanted.catalogers[found] !== undefined)) return null;
  }
  return inventoryBelow(services, {
    kind: 'dir',
    name,
    folder: dirname(name),
    only,
    searched: true,
  });
}

interface Below {
  readonly kind: 'rootfs' | 'dir';
  readonly name: string;
  readonly folder: string;
  /** The one entry that is read. */
  readonly only?: string;
  /** Inspectors look at the files as well. */
  readonly searched: boolean;
}

async function inventoryBelow(
  services: Services,
  { kind, name, folder, only, searched }: Below,
): Promise<Taken> {
  const { wanted: all } = await services.reading();
  const wanted = searched ? all : { ...all, inspectors: [] };
  const read = (aliases?: Aliases): LayerRecord =>
    readFolder({
      folder,
      ...(only === undefined ? {} : { only }),
      ...(aliases === undefined ? {} : { aliases }),
      wanted,
      spoolFolder: services.store.spoolFolder,
      skipNames: kind === 'dir' ? projectSkips : nothingSkipped,
      onProgress: (done) => services.progress({ step: folder, done, total: null, unit: 'files' }),
    });
  const taken = await recordInventory(wanted, read, { kind, name, digest: null });
  const { packages, unknowns } = taken.inventory;
  if (packages.length > 0 || unknowns.length > 0) return taken;
  // The wrong folder must not look like a clean one.
  const reason = 'no lock file, package or program was recognised here: nothing could be assessed';
  return {
    ...taken,
    inventory: { ...taken.inventory, unknowns: [{ path: '', layer: null, reason }] },
  };
}
