// Bundles, payloads with their annotations, and the trusted root that judges them: made once by
// `test/sigstore-world.ts`, about another image than the fuzzer's. Policies and names by hand.
import world from './trust-world.json' with { type: 'json' };

export const bundles: readonly string[] = world.bundles;
export const annotated: readonly string[] = world.annotated;
export const trustedRoot: string = world.root;

export const envelopes: readonly string[] = bundles.flatMap((text) => {
  const { dsseEnvelope } = JSON.parse(text) as { dsseEnvelope?: object };
  return dsseEnvelope === undefined ? [] : [JSON.stringify(dsseEnvelope)];
});

export const policies: readonly string[] = [
  `trust:
  default: warn
  images:
    - pattern: [registry.example/base/, docker.io/library/*]
      verdict: trusted
    - pattern: ghcr.io/acme/**
      require: 1
      subject: index
      authorities:
        - name: ci
          identity: {issuer: https://issuer.example, subjectPattern: https://github.com/acme/**, refRegExp: 'refs/tags/v[0-9.]+'}
      attestations:
        - {type: slsaprovenance, builder: https://builder.example, sourcePattern: https://github.com/acme/*}
    - {pattern: '**', mode: audit, verdict: refused}
`,
];

export const names: readonly string[] = [
  'nginx',
  'Registry.Example.COM:443/a/b:tag@sha256:aa',
  'bücher.example/a//b/',
  '[::1]:5000/a',
  'index.docker.io/library/nginx',
];
