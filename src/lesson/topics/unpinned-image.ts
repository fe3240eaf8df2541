// Lesson: a name that means something else tomorrow.
import type { Lesson } from '../lesson.ts';

export const unpinnedImage: Lesson = {
  id: 'unpinned-image',
  title: 'A name that means something else tomorrow',
  summary: 'A tag is a pointer that its owner can move; only a digest names one image for ever.',
  why: [
    'What was scanned, signed and tested is a digest. A manifest with a tag runs whatever the ' +
      'tag points to when a node happens to pull: two replicas may run two programs.',
    'Whoever can push to the repository changes what you run without touching your manifests, ' +
      'and `latest` leaves no trace of what ran yesterday.',
  ],
  attack: [
    'Steal a token that may push to the registry, from a pipeline or a laptop.',
    'Push another image under the same tag; keep the old behaviour and add your own.',
    'Wait until a node restarts and pulls.',
  ],
  fix: [
    'Write `name:version@sha256:...`: the tag for people, the digest for machines.',
    'Let a bot raise both together, so that pinned does not become old.',
    'Make tags immutable in the registry, and verify signatures at admission.',
  ],
  challenge: {
    question:
      'All nodes have the image with `imagePullPolicy: IfNotPresent`. Is a moved tag harmless ' +
      'then?',
    answer:
      'No: the next new node pulls the new image, so old and new run side by side, and a rollback ' +
      'to "the same tag" gives no rollback.',
  },
  techniques: ['T1525', 'T1195.002'],
  related: ['malicious-package', 'leaked-secret'],
  signs: [],
};
