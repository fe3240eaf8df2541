// The one table of the house: who may import whom, who may touch the world, which package belongs to
// whom, and the exceptions, each with its reason. An exception that nothing needs any more fails too.

/** Lowest first. A folder of `src` imports itself and lower layers, never a sibling of its own. */
export const layers: readonly (readonly string[])[] = [
  ['base'],
  ['model'],
  ['store', 'host'],
  [
    'inventory',
    'advisory',
    'inspect',
    'trust',
    'policy',
    'runtime',
    'network',
    'audit',
    'drill',
    'lesson',
    'report',
  ],
  ['flow'],
  ['server', 'cli'],
];

export interface Edge {
  readonly from: string;
  /** A path prefix below `src`. */
  readonly to: string;
  readonly why: string;
}

/** The only imports between siblings. */
export const siblingEdges: readonly Edge[] = [
  {
    from: 'advisory',
    to: 'inventory/ecosystem/ecosystem.ts',
    why: 'advisories are matched in the order of versions',
  },
  {
    from: 'audit',
    to: 'policy/index.ts',
    why: 'one policy: what runs is judged by the controls of the gate',
  },
  { from: 'report', to: 'lesson/', why: 'findings are told with their lessons' },
  { from: 'cli', to: 'server/', why: 'commands that serve compose and start what listens' },
];

/** Folders without a door: their files are imported one by one. */
export const openFolders: readonly { readonly folder: string; readonly why: string }[] = [
  { folder: 'base', why: 'each file is a tool of its own; a door would load them all' },
  { folder: 'model', why: 'nouns, nearly all types' },
  { folder: 'flow', why: 'one file for each verb' },
  { folder: 'cli', why: 'the launcher and the commands load one another by file, when called' },
  { folder: 'cli/commands', why: 'as above' },
  { folder: 'host', why: 'rooms only' },
  { folder: 'inspect', why: 'rooms, and what stands over them' },
  { folder: 'inventory', why: 'rooms only' },
  { folder: 'advisory', why: 'rooms only' },
  { folder: 'server', why: 'rooms only' },
  { folder: 'inventory/ecosystem', why: 'the contract and the registry are entered by name' },
];

/** The files of an open folder that others may import, where it is not all of them. */
export const openFiles: Readonly<Record<string, readonly string[]>> = {
  'inventory/ecosystem': ['ecosystem.ts', 'file-view.ts', 'path-set.ts', 'registry.ts'],
};

/** Rooms that are entered by their own door though the folder above them has one. */
export const sideDoors: readonly { readonly folder: string; readonly why: string }[] = [
  { folder: 'store/record', why: 'most commands scan: they need not load the record' },
  { folder: 'store/catalog', why: 'only what serves keeps one' },
  { folder: 'store/fleet', why: 'only servers of a fleet load it, and its driver' },
  { folder: 'report/paint', why: 'text of a terminal; who prints needs no output of a scan' },
  { folder: 'report/record', why: 'its views are no outputs of a scan' },
  { folder: 'report/watch', why: 'its printers are no outputs of a scan' },
  {
    folder: 'audit/kubernetes',
    why: 'its own words for parts of a cluster; other audits load none of it',
  },
  { folder: 'policy/image', why: 'it brings CEL along: loaded where policies ask for images' },
  { folder: 'policy/docker-api', why: 'requests to an engine: only the Docker guard needs it' },
  { folder: 'policy/user', why: 'it brings CEL along: loaded where there are such policies' },
];

/** Contracts beside their implementations: they close no cycle between rooms. */
export const contracts: readonly string[] = ['inventory/ecosystem/ecosystem.ts'];

/** Modules of Node that touch the world. */
export const worldModules: ReadonlySet<string> = new Set([
  'node:child_process',
  'node:cluster',
  'node:dgram',
  'node:dns',
  'node:dns/promises',
  'node:ffi',
  'node:fs',
  'node:fs/promises',
  'node:http',
  'node:http2',
  'node:https',
  'node:inspector',
  'node:module',
  'node:net',
  'node:os',
  'node:process',
  'node:repl',
  'node:sqlite',
  'node:tls',
  'node:vm',
  'node:worker_threads',
]);

/** Where they may be imported, as path prefixes below `src`. Parsers and rules are pure. */
export const worldRoots: readonly { readonly root: string; readonly why: string }[] = [
  { root: 'base/', why: 'files, folders and HTTP, bounded once for all' },
  { root: 'host/', why: 'the outside behind small interfaces' },
  { root: 'store/', why: 'the evidence on disk' },
  { root: 'inventory/image/', why: 'archives and folders are read where they lie' },
  { root: 'advisory/database/', why: 'the advisory database is a file' },
  { root: 'cli/', why: 'terminal, environment, result files' },
  { root: 'server/', why: 'listens, and keeps the record of what it decided' },
];

/** The one place that may import a package, so that it can be replaced. Path prefixes below `src`. */
export const packageOwners: Readonly<Record<string, string>> = {
  '@noble/hashes': 'base/digest.ts',
  '@sigstore/bundle': 'trust/',
  '@sigstore/tuf': 'host/tuf/',
  '@sigstore/verify': 'trust/',
  '@marcbachmann/cel-js': 'policy/cel/library.ts',
  commander: 'cli/',
  'js-yaml': 'base/yaml.ts',
  koffi: 'host/kernel/',
  'openid-client': 'server/login/provider.ts',
  pg: 'store/fleet/postgres',
  'smol-toml': 'base/toml.ts',
  yaml: 'base/yaml.ts',
};
