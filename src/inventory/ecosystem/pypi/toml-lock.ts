// What the TOML lock files of Python have in common: a list of package tables.
import { asArray, field, stringField } from '../../../base/json.ts';
import { lineCursor } from '../../../base/line-cursor.ts';
import { parseToml } from '../../../base/toml.ts';
import { notRead, textOf, tooLargeToRead } from '../document.ts';
import { type CatalogResult, type FileView, nothingFound } from '../ecosystem.ts';
import { packageList } from '../package-list.ts';
import { type PythonEntry, pythonPackage } from './package.ts';
import { isInsidePackage, lockBytes } from './path.ts';

/** One table of the list. */
export interface LockedTable {
  readonly table: unknown;
  readonly name: string;
  readonly version: string;
}

/** What a lock file's reader makes of a table; null leaves it out (the project itself). */
export type Interpret = (locked: LockedTable) => Omit<PythonEntry, 'line'> | null;

export interface TomlLockOptions {
  /** `package` or `packages`. */
  readonly key: string;
  /** Called once with the whole document. */
  interpreter(document: unknown): Interpret;
}

/** Reads the tables of a lock file in their order. */
export function readTomlLock(file: FileView, options: TomlLockOptions): CatalogResult {
  if (isInsidePackage(file.path)) return nothingFound;
  const text = textOf(file, lockBytes);
  if (text === null) return tooLargeToRead(file, lockBytes);
  const parsed = parseToml(text);
  if (!parsed.ok) return notRead(parsed.reason);
  const interpret = options.interpreter(parsed.value);
  const list = packageList();
  const lines = lineCursor(text);
  for (const table of asArray(field(parsed.value, options.key))) {
    const name = stringField(table, 'name');
    const version = stringField(table, 'version');
    if (name === null) {
      list.skip();
      continue;
    }
    const header = lines.lineOf(`[[${options.key}]]\nname = "${name}"`);
    // Sources such as folders and repositories may lack a version.
    const entry = interpret({ table, name, version: version ?? '' });
    if (entry === null) continue;
    const line = header === undefined ? undefined : header + 1;
    const found = pythonPackage({ ...entry, line });
    if (found === null) list.skip();
    else list.add(found);
  }
  return list.result();
}
