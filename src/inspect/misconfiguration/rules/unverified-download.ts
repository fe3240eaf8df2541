// Build steps that believe whatever the network says.
import type { ImageRule } from '../rule.ts';

const signs: readonly (readonly [RegExp, string])[] = [
  [
    /\bcurl\b[^|;&]{0,300}\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)\s/,
    'curl without checking certificates',
  ],
  [/\bwget\b[^|;&]{0,300}--no-check-certificate/, 'wget without checking certificates'],
  [
    /--(?:allow-unauthenticated|force-yes|allow-untrusted|nogpgcheck|no-gpg-checks)\b/,
    'packages without checking signatures',
  ],
  [/--trusted-host[= ]/, 'Python packages without checking certificates'],
  [/strict-ssl[= ]false|NODE_TLS_REJECT_UNAUTHORIZED=0/, 'npm without checking certificates'],
  [/GIT_SSL_NO_VERIFY=(?:1|true)|http\.sslVerify[= ]false/, 'git without checking certificates'],
];

export const unverifiedDownload: ImageRule = {
  id: 'image-unverified-download',
  title: 'A build step takes files without checking whose they are',
  severity: 'medium',
  why: 'Anyone on the way between builder and server can put a program of theirs into the image.',
  fix: 'Remove the option, and install the missing certificate or signing key instead.',
  lesson: 'unverified-download',
  check({ layers }) {
    for (const { createdBy, diffId } of layers) {
      const sign = signs.find(([pattern]) => pattern.test(createdBy ?? ''));
      if (sign !== undefined) return { evidence: { step: sign[1] }, layer: diffId };
    }
    return null;
  },
};

const piped = /\b(?:curl|wget)\b[^|;&]{0,500}\|\s*(?:sudo\s+)?(?:\/bin\/)?(?:ba|z|da)?sh\b/;

export const pipedToShell: ImageRule = {
  id: 'image-download-run-unseen',
  title: 'A build step runs a script from the network unseen',
  severity: 'low',
  why: 'The script can differ tomorrow, or for this builder only; nothing records what was run.',
  fix: 'Download it to a file, compare its checksum with one in the Dockerfile, then run it.',
  lesson: 'unverified-download',
  check({ layers }) {
    const layer = layers.find(({ createdBy }) => piped.test(createdBy ?? ''));
    return layer === undefined
      ? null
      : { evidence: { step: 'download | sh' }, layer: layer.diffId };
  },
};
