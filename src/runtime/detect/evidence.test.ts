// An alert that tells what its condition asked can be explained and replayed without its event.
import { expect, test } from 'vitest';
import { present } from '../../../test/present.ts';
import type { RuntimeEvent } from '../../model/event.ts';
import {
  DetectionWriter,
  detectionJson,
  explain,
  flatEvent,
  flatFields,
  loadSyscallRules,
  RuleEngine,
  syscallFields,
} from '../rules/index.ts';
import { readOf, shellChild } from './fixtures/events.ts';

const text = `
- rule: R
  desc: d
  output: "%proc.name"
  priority: NOTICE
  condition: >
    evt.type = openat and (proc.name = cat or proc.aname[2] = x) and tolower(fd.name) = /etc/shadow
    and not proc.env contains SECRET and not evt.buffer contains secret and proc.env[A] exists
`;
const { rules, errors } = loadSyscallRules([{ name: 'r', text }]);

test('all that is asked is told, and neither environment nor data', () => {
  expect(errors).toEqual([]);
  const subject = shellChild('cat', { environment: ['A=1', 'TOKEN=very-secret'] });
  const event = readOf('/etc/shadow', { process: subject });
  const rule = present(new RuleEngine(rules, syscallFields).match(event)[0]);
  const writer = new DetectionWriter<RuntimeEvent>({
    hasEvidence: true,
    registry: syscallFields,
    hostname: 'node-1',
    timeOf: ({ timeNs }) => timeNs,
  });
  const json = detectionJson(writer.write(rule, event));
  expect(json).not.toContain('very-secret');
  expect(JSON.parse(json).output_fields).toMatchObject({
    'evt.type': 'openat',
    'proc.name': 'cat',
    'fd.name': '/etc/shadow',
    'proc.env[A]': '1',
  });
  const alert = present(flatEvent(JSON.parse(json)));
  expect(new RuleEngine(rules, flatFields).match(alert)).toHaveLength(1);
  expect(explain(rule, alert, flatFields).outcome).toBe('true');
});
