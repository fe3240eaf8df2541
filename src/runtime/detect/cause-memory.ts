// Remembers causes by what the event says word for word: in a flood most detections are alike, and finding
// out what changes from run to run costs ten times as much as looking it up.
import { limits } from '../../base/limits.ts';
import { type Cause, causeOf } from './cause.ts';
import type { FieldReader } from './fields.ts';

/** All that `causeOf` looks at. */
const names = [
  'evt.type',
  'container.id',
  'container.image.repository',
  'k8s.ns.name',
  'proc.exepath',
  'proc.name',
  'proc.args',
  'proc.pname',
  'proc.aname[2]',
  'proc.aname[3]',
  'fd.name',
  'fd.sip',
  'fd.sport',
];

const nameAt = names.indexOf('fd.name');
const addressAt = names.indexOf('fd.sip');

export class CauseMemory<Event> {
  private readonly fields: FieldReader<Event>;
  private readonly known = new Map<string, Cause>();

  constructor(fields: FieldReader<Event>) {
    this.fields = fields;
  }

  /** As `causeOf`. */
  causeOf(rule: string, event: Event): Cause {
    const said = names.map((name) => this.fields.text(event, name));
    // Without file and address the arguments of the call tell the target.
    if (!said[nameAt] && !said[addressAt]) said.push(this.fields.text(event, 'evt.args'));
    const key = JSON.stringify([rule, ...said]);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const cause = causeOf(rule, event, this.fields);
    if (key.length > limits.causeKeyLength) return cause;
    if (this.known.size >= limits.causesRemembered) this.known.clear();
    this.known.set(key, cause);
    return cause;
  }
}
