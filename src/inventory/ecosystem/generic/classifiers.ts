// Programs and libraries that are often built from source and so have no package metadata: known by
// file name, versioned by a string that their own sources print. Each anchor was checked in a real file.
import { alone, before, behind, type Finder, firstOf, redisBuild } from './finders.ts';

interface Classifier {
  readonly product: string;
  /** Against the file's name without folders. */
  readonly names: RegExp;
  readonly finderOf: (name: string) => Finder;
}

const threeParts = /^(\d{1,3}\.\d{1,3}\.\d{1,3})(?![.\d])/;
const manyParts = /^(\d{1,3}(?:\.\d{1,3}){1,3})(?![.\d])/;

/** The order does not matter: names do not overlap. */
const classifiers: readonly Classifier[] = [
  simple('node', /^node(?:js)?$/, behind('node.js/v', /^(\d+\.\d+\.\d+(?:-[a-z0-9.]+)?)/)),
  { product: 'python', names: /^(?:lib)?python\d\.\d{1,2}/, finderOf: pythonFinder },
  {
    product: 'redis',
    names: /^redis-(?:server|sentinel|check-rdb|check-aof)$/,
    finderOf: redisBuild,
  },
  {
    product: 'valkey',
    names: /^valkey-(?:server|sentinel|check-rdb|check-aof)$/,
    finderOf: redisBuild,
  },
  simple('nginx', /^nginx(?:-debug)?$/, behind('nginx version: nginx/', threeParts)),
  simple('openresty', /^(?:nginx|openresty)$/, behind('nginx version: openresty/', manyParts)),
  simple('busybox', /^busybox/, behind('BusyBox v', threeParts)),
  simple(
    'openssl',
    /^(?:openssl$|lib(?:ssl|crypto)\.so|libcrypto-\d|libcrypto\.\d.*\.dylib$)/,
    behind(
      'OpenSSL ',
      /^(\d\.\d\.\d{1,2}[a-z]{0,2}(?:-(?:alpha|beta|pre|rc)\d{0,2})?)(?:-fips)? {1,2}\d{1,2} [A-Z][a-z]{2} \d{4}/,
    ),
  ),
  simple(
    'php',
    /^(?:php(?:\d[\d.]{0,4})?|php-(?:cgi|cli|fpm).*|php-fpm[\d.]*|libphp.*\.so.*)$/,
    behind('X-Powered-By: PHP/', /^(\d+\.\d+\.\d+(?:RC\d+|alpha\d+|beta\d+)?)/),
  ),
  simple(
    'ruby',
    /^(?:ruby[\d.]{0,6}|libruby.*\.so.*)$/,
    behind('\0ruby ', /^(\d\.\d{1,2}\.\d{1,2}(?:preview\d+|rc\d+)?)(?:p\d+|dev)? \(/),
  ),
  simple(
    'perl',
    /^(?:perl[\d.]{0,8}|libperl\.so.*)$/,
    firstOf(
      ...['/perl/', '/perl5/', '/site_perl/'].map((anchor) =>
        behind(anchor, /^(5\.\d{1,2}\.\d{1,2})[\0/]/),
      ),
    ),
  ),
  simple(
    'postgresql',
    /^postgres$/,
    behind('\0PostgreSQL ', /^(\d+(?:\.\d+){1,2}|\d+(?:beta|rc)\d+)[\0 ]/),
  ),
  simple('mariadb', /^(?:mariadbd|mysqld|mariadb|mysql)$/, before('-MariaDB', /^(\d+\.\d+\.\d+)$/)),
  simple('mysql', /^(?:mysqld|mysql)$/, behind('/mysql-', /^(\d\.\d{1,2}\.\d{1,2})\//)),
  simple('httpd', /^(?:httpd|apache2)$/, behind('Apache/', threeParts)),
  simple(
    'haproxy',
    /^haproxy$/,
    behind(' version ', /^(\d+\.\d+\.\d+|\d+\.\d+-dev\d+)[^ ]{0,40}, released /),
  ),
  simple('memcached', /^memcached$/, behind('memcached ', threeParts)),
  simple('lighttpd', /^lighttpd$/, behind('lighttpd/', threeParts)),
  simple('varnish', /^varnishd$/, behind('varnish-', /^(\d+\.\d+\.\d+) revision/)),
  simple('squid', /^squid$/, behind('\0squid/', manyParts)),
  simple('bind', /^named$/, behind('BIND ', threeParts)),
  simple('dnsmasq', /^dnsmasq$/, behind('\0dnsmasq-', /^(\d+\.\d+(?:rc\d+|test\d+)?)\0/)),
  simple('vsftpd', /^vsftpd$/, behind('(vsFTPd ', threeParts)),
  simple('proftpd', /^proftpd$/, behind('ProFTPD Version ', /^(\d+\.\d+\.\d+(?:rc\d+|[a-z])?)/)),
  simple('openssh', /^(?:sshd|ssh)$/, behind('OpenSSH_', /^(\d+\.\d+p\d+)/)),
  simple('bash', /^bash$/, behind('@(#)Bash version ', threeParts)),
  simple('git', /^git$/, behind('git/', /^(\d+\.\d+\.\d+(?:\.\d+)?)[\0 ]/)),
  simple('curl', /^curl$/, behind('\0curl/', threeParts)),
  simple('curl', /^libcurl(?:-gnutls)?\.so/, behind('libcurl/', threeParts)),
  simple('zlib', /^libz\.so/, behind(' deflate ', /^(\d+\.\d+(?:\.\d+){0,2}) Copyright/)),
  simple('expat', /^libexpat\.so/, behind('\0expat_', /^(\d+\.\d+\.\d+)\0/)),
  simple('libpng', /^libpng\d*\.so/, behind('libpng version ', threeParts)),
  simple('imagemagick', /^libMagickCore.*\.so/, behind('ImageMagick ', /^(\d+\.\d+\.\d+-\d+) /)),
  simple(
    'glibc',
    /^libc(?:\.so\.6|-\d\.\d{1,2}\.so)$/,
    behind(' stable release version ', /^(\d+\.\d+)/),
  ),
  simple(
    'lua',
    /^(?:lua|luac|liblua)\d?\.?\d?(?:\.so.*)?$/,
    behind('$LuaVersion: Lua ', threeParts),
  ),
  simple('sqlite', /^(?:sqlite3$|libsqlite3\.so)/, alone('3.', /^(3\.\d{1,2}\.\d{1,2})$/)),
  simple('xz', /^liblzma\.so/, alone('5.', /^(5\.\d{1,2}\.\d{1,2}(?:alpha|beta)?)$/)),
];

function simple(product: string, names: RegExp, finder: Finder): Classifier {
  return { product, names, finderOf: () => finder };
}

/** `python3.11` and `libpython3.11.so.1.0`: the string `3.11.<patch>` that stands alone. */
function pythonFinder(name: string): Finder {
  const line = /(\d\.\d{1,2})/.exec(name)?.[1] ?? '';
  const patch = /^(\d\.\d{1,2}\.\d{1,2}(?:a|b|rc)?\d{0,2})\+?$/;
  return alone(`${line}.`, patch);
}

/** Longer names are no program that we know. */
const nameLimit = 64;

/** The finders whose names fit this file; empty for nearly every file. */
export function finderFor(path: string): readonly { product: string; finder: Finder }[] {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name.length > nameLimit) return [];
  return classifiers
    .filter((classifier) => classifier.names.test(name))
    .map(({ product, finderOf }) => ({ product, finder: finderOf(name) }));
}
