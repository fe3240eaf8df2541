// Products that write their version into a small text file beside their programs.

export interface Release {
  readonly product: string;
  readonly version: string;
  readonly vendor: string | null;
}

/** `release` of a Java home: `JAVA_VERSION="17.0.15"`, `IMPLEMENTOR="Eclipse Adoptium"`; null: another file. */
export function parseJavaRelease(text: string): Release | null {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([A-Z_]{1,40})="?([^"\r]{0,200})"?\r?$/.exec(line);
    if (match !== null) values.set(match[1] ?? '', match[2] ?? '');
  }
  const version = javaVersion(values.get('JAVA_RUNTIME_VERSION'), values.get('JAVA_VERSION'));
  if (version === null) return null;
  const vendor = values.get('IMPLEMENTOR') ?? null;
  return { product: 'openjdk', version, vendor: vendor === '' ? null : vendor };
}

/** Java 8 tells its update only in one of the two: `1.8.0_392`. Build numbers are left out. */
function javaVersion(runtime: string | undefined, plain: string | undefined): string | null {
  for (const text of [plain, runtime]) {
    const version = /^(\d{1,3}(?:\.\d{1,3}){0,5}(?:_\d{1,4})?)/.exec(text ?? '')?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

/** `wp-includes/version.php`: `$wp_version = '6.4.3';` */
export function parseWordpressVersion(text: string): Release | null {
  const match = /\$wp_version\s{0,8}=\s{0,8}['"]([0-9][\w.-]{0,40})['"]/.exec(text);
  return match?.[1] === undefined
    ? null
    : { product: 'wordpress', version: match[1], vendor: null };
}
