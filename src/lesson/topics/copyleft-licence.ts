// Lesson: licences that ask something back.
import type { Lesson } from '../lesson.ts';

export const copyleftLicence: Lesson = {
  id: 'copyleft-licence',
  title: 'Licences that ask something back',
  summary:
    'Some licences oblige who ships or serves the program, or forbid some uses; that is a' +
    ' decision, not an accident.',
  why: [
    'AGPL and SSPL ask for the source of what is offered over a network, BUSL and ' +
      'PolyForm forbid uses that compete or earn. Both are fine when somebody has decided ' +
      'so.',
    'Packages come in through others: the licence of a dependency of a dependency binds ' +
      'as well.',
  ],
  attack: [
    'No attack: the owner of the rights asks for the source, for money or for removal.',
    'It comes at the worst moment: before a sale, an audit or a release.',
  ],
  fix: [
    'Ask who decides on licences, and write the decision into the ignore file with its reason.',
    'Replace the package, or buy the other licence where one is offered.',
    'Let the pipeline ask before a new one comes in: `--scanners licence`.',
  ],
  challenge: {
    question: 'A package is under `MIT OR AGPL-3.0`. Is it a finding?',
    answer:
      'No. The user may choose, and MIT asks for nothing but the notice. `MIT AND AGPL-3.0`' +
      ' would be one: both apply.',
  },
  techniques: [],
  related: ['vulnerable-dependency'],
  signs: [],
};
