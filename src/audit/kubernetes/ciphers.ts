// Cipher suites of TLS: which are strong. With TLS 1.3 alone there is no choice, and no weak one.
import { failedBy, passed, told, type Verdict } from '../control.ts';
import { found } from './define.ts';
import type { Component } from './facts.ts';
import { listOf, settingOf, shown } from './settings.ts';

/** Suites of TLS 1.3, and those of TLS 1.2 with an ephemeral key and an authenticated cipher. */
const strong = /^TLS_(?:AES_|CHACHA20_|ECDHE_(?:ECDSA|RSA)_WITH_(?:AES_\d+_GCM|CHACHA20_POLY1305))/;

/** The verdict on the suites of a server. */
export function weakCiphers(component: Component): Verdict {
  const least = settingOf(component, {
    flag: 'tls-min-version',
    path: ['tlsMinVersion'],
    fallback: 'VersionTLS12',
  });
  const suites = settingOf(component, { flag: 'tls-cipher-suites', path: ['tlsCipherSuites'] });
  if (least.kind === 'unknown') return told('unknown', least.reason);
  if (suites.kind === 'unknown') return told('unknown', suites.reason);
  if (least.value === 'VersionTLS13') {
    return passed([found(least.source, 'VersionTLS13', 'TLS 1.3 has no weak suites')]);
  }
  const named = listOf(suites.value);
  if (named.length === 0) {
    return failedBy([
      found(
        '--tls-cipher-suites',
        null,
        'the default suites hold some without an authenticated cipher',
      ),
    ]);
  }
  const weak = named.filter((suite) => !strong.test(suite));
  if (weak.length === 0)
    return passed([found(suites.source, shown(named), 'all of them are strong')]);
  return failedBy(
    weak
      .slice(0, 20)
      .map((suite) => found(suites.source, suite.slice(0, 100), `${suite.slice(0, 100)} is weak`)),
  );
}
