// Which files are searched for secrets. What is left out is public by its nature: programs, media, the
// documentation and test data of published packages (docs/secrets.md lists it).

/** Contents that are no text, or compressed text. */
export const skippedEndings: ReadonlySet<string> = new Set(
  (
    'so a o ko pyc pyo mo gmo class jar war ear zip gz tgz xz bz2 zst lz4 br tar deb rpm apk whl egg ' +
    'png jpg jpeg gif ico bmp webp tif tiff svgz psd woff woff2 ttf otf eot pfb afm pcf ' +
    'mp3 mp4 ogg oga ogv wav flac avi mkv webm mov pdf ps dvi djvu ' +
    'exe dll dylib lib pdb elc beam wasm node rlib rmeta hi mod ' +
    'db-wal gir typelib h hh hpp hxx pod'
  ).split(' '),
);

/** Folders of the system's own documentation and data, and of tool chains. */
export const skippedFolders: readonly string[] = [
  'usr/share/doc/',
  'usr/share/man/',
  'usr/share/info/',
  'usr/share/locale/',
  'usr/share/i18n/',
  'usr/share/zoneinfo/',
  'usr/share/perl/',
  'usr/share/perl5/',
  'usr/share/terminfo/',
  'usr/share/icons/',
  'usr/share/fonts/',
  'usr/share/X11/',
  'usr/share/mime/',
  'usr/share/vim/',
  'usr/share/common-licenses/',
  'usr/share/bash-completion/',
  'usr/share/gtk-doc/',
  'usr/share/help/',
  'usr/share/javadoc/',
  'usr/share/unicode/',
  'usr/share/ca-certificates/',
  'usr/lib/locale/',
  'usr/local/share/man/',
  'usr/local/share/doc/',
  'usr/local/share/perl5/',
  'usr/include/',
  'usr/local/include/',
  'usr/src/linux',
  'usr/local/go/',
  'usr/lib/go',
  'usr/lib/rustlib/',
  'etc/ssl/certs/',
  'etc/ssh/moduli',
  'var/lib/dpkg/',
  'var/lib/rpm/',
  'var/lib/apt/lists/',
  'var/cache/debconf/',
  'lib/apk/db/',
  'usr/lib/apk/db/',
  'proc/',
  'sys/',
];

/** The standard libraries of languages; some lie below the architecture's folder. */
const standardLibrary =
  /^(?:usr\/(?:local\/)?)?lib(?:64)?\/(?:[\w-]+-linux-(?:gnu|musl)\w*\/)?(?:perl\d?|perl-base|ruby|gcc|erlang|ocaml|ghc)\/|(?:^|\/)lib(?:64)?\/python\d(?:\.\d+)?\/|(?:^|\/)\.rustup\/toolchains\//;

/** Where package managers put what others have published. */
const publishedFolder =
  /(?:^|\/)(?:node_modules|site-packages|dist-packages|gems|bower_components|vendor|vendored|third_party|google-cloud-sdk|pkg\/mod|\.cargo\/registry|\.m2\/repository|\.yarn\/cache|\.pnpm-store|_cacache)\//;

const exampleFolder =
  /(?:^|\/)(?:tests?|testing|testdata|test[-_](?:data|certs|keys|fixtures|support)|__tests__|__fixtures__|specs?|fixtures?|mocks?|examples?|samples?|demos?|docs?|benchmarks?|tutorials?)\//i;
const exampleFile =
  /(?:[._-](?:test|spec|example|sample)\.\w+|(?:^|\/)test_\w+\.py|_test\.\w+|\.(?:md|markdown|rst|adoc|map))$/i;

/** Keys that every system makes for itself and nobody relies on. */
const knownHarmless = /(?:^|\/)ssl-cert-snakeoil\.(?:key|pem)$|(?:^|\/)snakeoil\.(?:key|pem)$/;

/** Whether a file of this path may hold a secret of somebody's own. Asked for every file: cheap. */
export function isSearched(path: string): boolean {
  const slash = path.lastIndexOf('/');
  const dot = path.lastIndexOf('.');
  if (dot > slash + 1 && skippedEndings.has(path.slice(dot + 1).toLowerCase())) return false;
  for (const folder of skippedFolders) if (path.startsWith(folder)) return false;
  if (knownHarmless.test(path)) return false;
  if (!isPublished(path)) return !standardLibrary.test(path);
  return !exampleFolder.test(path) && !exampleFile.test(path);
}

/** Whether the file came with a package that everybody can download. */
export function isPublished(path: string): boolean {
  return publishedFolder.test(path);
}
