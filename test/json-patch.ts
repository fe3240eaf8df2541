// Applies a JSON Patch (RFC 6902: add, replace, remove), strictly: a patch that does not fit throws.

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** The patched copy of `document`. */
export function applyPatch(document: unknown, patch: readonly Operation[]): unknown {
  const holder = { root: structuredClone(document) };
  for (const { op, path, value } of patch) {
    const parts = path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
    parts[0] = 'root';
    const key = parts.pop() ?? '';
    let parent: unknown = holder;
    for (const part of parts) parent = memberOf(parent, part);
    change(parent, key, { op, path, value });
  }
  return holder.root;
}

function memberOf(parent: unknown, part: string): unknown {
  if (typeof parent !== 'object' || parent === null || !Object.hasOwn(parent, part)) {
    throw new Error(`nothing at ${part}`);
  }
  return (parent as Record<string, unknown>)[part];
}

function change(parent: unknown, key: string, { op, path, value }: Operation): void {
  if (typeof parent !== 'object' || parent === null) throw new Error(`no parent for ${path}`);
  if (op !== 'add') memberOf(parent, key);
  if (op === 'remove') {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete (parent as Record<string, unknown>)[key];
  } else if (op === 'add' && Array.isArray(parent)) parent.splice(Number(key), 0, value);
  else (parent as Record<string, unknown>)[key] = structuredClone(value);
}
