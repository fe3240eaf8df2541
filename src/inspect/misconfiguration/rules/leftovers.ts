// What the build left lying about: package caches, version control, command histories.
import type { FileRule } from '../rule.ts';

const caches: readonly RegExp[] = [
  /^var\/cache\/apt\/archives\/[^/]+\.deb$/,
  /^var\/lib\/apt\/lists\/[^/]+_Packages(?:\.\w+)?$/,
  /^var\/cache\/apk\/APKINDEX\.[\w.]+$/,
  /^var\/cache\/(?:dnf|yum)\/.{1,200}\.rpm$/,
  /^root\/\.cache\/pip\/(?:http|http-v2|wheels)\/.{1,200}$/,
];

export const packageCache: FileRule = {
  id: 'image-package-cache',
  title: 'The image carries a package cache',
  severity: 'negligible',
  why: 'It makes the image larger and tells what was installed; nothing in the container uses it.',
  fix: 'Delete the cache in the RUN step that fills it, or mount it: `RUN --mount=type=cache`.',
  lesson: 'image-hygiene',
  wants: (path) =>
    (path.startsWith('var/') || path.startsWith('root/.cache/')) &&
    caches.some((pattern) => pattern.test(path)),
  check: ({ size }) => [{ evidence: { bytes: size } }],
};

export const gitFolder: FileRule = {
  id: 'image-git-folder',
  title: 'The image holds a Git repository with its history',
  severity: 'low',
  why: 'Deleted files and secrets of all past commits can be read out of it, often by a web request.',
  fix: 'Add `.git` to .dockerignore.',
  lesson: 'image-hygiene',
  wants: (path) => path.endsWith('.git/HEAD') && /(?:^|\/)\.git\/HEAD$/.test(path),
  check: (file) => (/^ref: |^[0-9a-f]{40}/.test(file.text()) ? [{ evidence: {} }] : []),
};

export const shellHistory: FileRule = {
  id: 'image-shell-history',
  title: 'The image holds a command history',
  severity: 'low',
  why: 'Commands typed while building tell addresses, names and often passwords.',
  fix: 'Build from a Dockerfile, not by committing a container; delete the file.',
  lesson: 'image-hygiene',
  wants: (path, size) =>
    size > 0 &&
    /(?:^|\/)\.(?:ba|z|a)?sh_history$|(?:^|\/)\.(?:python|mysql|psql|node_repl|rediscli)_history$/.test(
      path,
    ),
  check: (file) => [{ evidence: { lines: file.text().split('\n').length - 1 } }],
};
