// How the bundle reaches the modules of Node: taken from the module itself, the dear ones only when
// they are first used.

/** One import statement at the head of a chunk: what is bound, and from where. */
const importStatement = /\s*import\s*(?:([^'"]*?)\s*from\s*)?(["'])([^'"]+)\2;?/y;

/**
 * Modules that load a good part of Node: `crypto` alone takes a quarter of a bare start, what speaks HTTP
 * and TLS a half. A scan of a known image needs none of them, a watch when it watches already.
 */
const dear: ReadonlySet<string> = new Set([
  'node:child_process',
  'node:crypto',
  'node:http',
  'node:http2',
  'node:https',
  'node:net',
  'node:sqlite',
  'node:tls',
  'node:v8',
  'node:vm',
  'node:worker_threads',
  'node:zlib',
]);
/** Values, not functions: to be had only by loading the module. */
const values: ReadonlySet<string> = new Set([
  'DEFAULT_CIPHERS',
  'DEFAULT_MAX_VERSION',
  'DEFAULT_MIN_VERSION',
  'METHODS',
  'STATUS_CODES',
  'globalAgent',
  'isMainThread',
  'maxHeaderSize',
  'parentPort',
  'resourceLimits',
  'rootCertificates',
  'sensitiveHeaders',
  'subtle',
  'threadId',
  'webcrypto',
  'workerData',
]);

/**
 * Importing a module of Node as ESM reads every export of it, also those that load half of Node when
 * they are read (`webcrypto`, the streams of `fs`): that costs 10 ms of every start. A chunk of the
 * bundle takes the names that it uses from the module itself; functions, classes and tables of
 * constants of dear modules stand for themselves until somebody uses them.
 */
export function withBuiltins(code: string): string {
  const head: string[] = [];
  let end = 0;
  for (;;) {
    importStatement.lastIndex = end;
    const found = importStatement.exec(code);
    if (found === null) break;
    end = importStatement.lastIndex;
    const [statement, bound, , from = ''] = found;
    head.push(from.startsWith('node:') && bound !== undefined ? taken(bound, from) : statement);
  }
  return head.join('') + code.slice(end);
}

/** `{ a, b as c }`, `x` and `* as x` as constants. */
function taken(bound: string, from: string): string {
  const whole = `process.getBuiltinModule(${JSON.stringify(from)})`;
  const open = bound.indexOf('{');
  const single = (open === -1 ? bound : bound.slice(0, open)).replace(/^\s*\*\s*as\s/, '');
  const name = single.replace(',', '').trim();
  const names = open === -1 ? [] : namesOf(bound.slice(open + 1, bound.lastIndexOf('}')));
  const waits = dear.has(from) && !names.some(([exported]) => values.has(exported));
  const parts: string[] = [];
  if (name !== '') parts.push(`\nconst ${name} = ${waits ? standIn(whole) : whole};`);
  if (waits) {
    for (const [exported, local] of names) parts.push(`\n${waiting(whole, exported, local)}`);
  } else if (names.length > 0) {
    const all = names.map(([exported, local]) =>
      exported === local ? local : `${exported}: ${local}`,
    );
    parts.push(`\nconst { ${all.join(', ')} } = ${whole};`);
  }
  return parts.join('');
}

function namesOf(list: string): readonly (readonly [exported: string, local: string])[] {
  return list
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
    .map((one) => {
      const [exported = '', local = exported] = one.split(/\s+as\s+/);
      return [exported, local];
    });
}

function waiting(whole: string, exported: string, local: string): string {
  const target = `${whole}.${exported}`;
  if (exported === 'constants') return `const ${local} = ${standIn(target)};`;
  const isClass = /^[A-Z]/.test(exported);
  if (!isClass) return `const ${local} = (...words) => ${target}(...words);`;
  return `const ${local} = new Proxy(function () {}, {
  construct: (_, words, made) => Reflect.construct(${target}, words, made === ${local} ? ${target} : made),
  get: (_, key) => ${target}[key],
});`;
}

/** An object that loads what it stands for with the first question. */
function standIn(target: string): string {
  return `new Proxy({}, { get: (_, key) => ${target}[key], has: (_, key) => key in ${target} })`;
}
