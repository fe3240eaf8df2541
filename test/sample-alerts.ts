// Alerts for tests: a detection in a container with hostile names, and what is to be changed of it.
import type { Alert } from '../src/model/alert.ts';
import type { DetectionFacts } from '../src/model/timeline.ts';
import { alertOf } from '../src/runtime/alert/index.ts';

export const sampleDetection: DetectionFacts = {
  hostname: 'node-1',
  output: '20:54:01.123456789: Warning Shell in container (user=root command=bash)',
  priority: 'Warning',
  rule: 'Terminal shell in container',
  source: 'syscall',
  tags: ['container', 'T1059', 'shell'],
  time: '2026-01-02T20:54:01.123456789Z',
  output_fields: {
    'container.id': '3ad7b26ded6d',
    'container.name': 'api',
    'container.image.repository': 'shop/api',
    'evt.time': '1767387241123456789',
    'proc.name': 'bash',
    'proc.tty': 34816,
    'user.name': 'root',
    'k8s.ns.name': 'shop',
  },
};

export function sampleAlert(
  detection: Partial<DetectionFacts> = {},
  more: Partial<Alert> = {},
): Alert {
  const alert = alertOf(
    { ...sampleDetection, ...detection },
    { id: 'c0ffee123456', timeNs: 1_767_387_241_123_456_789n, chain: 'docker run -> sh -> bash' },
  );
  return { ...alert, ...more };
}

/** What somebody might call a container to have its readers click, be called or be fooled. */
export const hostileName =
  '<!channel> <https://evil.test|ok> *b* [x](javascript:alert(1)) </b>\r\nBcc: a@evil.test\u202e"]|=\\{noformat}';
