// Package URLs (package-url/purl-spec, ECMA-427): the one name of a package in the whole program.

export interface PurlParts {
  readonly type: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly version: string | null;
  readonly qualifiers?: Readonly<Record<string, string>>;
  readonly subpath?: string | null;
}
