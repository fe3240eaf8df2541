// Files of the system that everybody may write.
import type { FileRule, ImageRule } from '../rule.ts';

const systemFolders = /^(?:etc|bin|sbin|lib|lib64|usr\/(?:local\/)?(?:bin|sbin|lib))\//;

export const worldWritable: FileRule = {
  id: 'image-world-writable-file',
  title: 'A file of the system is writable for everybody',
  severity: 'medium',
  why: 'A process without rights can change what a process with rights runs or reads.',
  fix: 'Take the right away in the layer that brings the file: `chmod o-w`.',
  lesson: 'runs-as-root',
  wants: (path, _size, mode) => (mode & 0o002) !== 0 && systemFolders.test(path),
  check: ({ path, mode }) => [
    {
      evidence: { mode: mode.toString(8) },
      // Libraries of languages are noisy; settings and programs decide.
      ...(/^(?:etc|(?:usr\/(?:local\/)?)?s?bin)\//.test(path) ? {} : { severity: 'low' as const }),
    },
  ],
};

const chmod = /\bchmod\s+(?:-[a-zA-Z]+\s+)*0?777\s+(\/[\w./-]*|\.)/;

export const chmodOpen: ImageRule = {
  id: 'image-chmod-777',
  title: 'A build step opens files to everybody',
  severity: 'low',
  why: 'A process without rights can replace programs and data of the application.',
  fix: 'Give the files to the user that runs the application: `COPY --chown`.',
  lesson: 'runs-as-root',
  check({ layers }) {
    for (const { createdBy, diffId } of layers) {
      const path = chmod.exec(createdBy ?? '')?.[1];
      if (path !== undefined && !/^\/(?:var\/)?(?:tmp|run)\b/.test(path)) {
        return { evidence: { path }, layer: diffId };
      }
    }
    return null;
  },
};
