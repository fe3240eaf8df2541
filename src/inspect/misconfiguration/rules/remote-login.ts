// Ways in over SSH that are part of the image.
import type { FileRule } from '../rule.ts';
import { linesThat } from '../rule.ts';

const keyLine = /^(?:[\w="@.,*-]+ )?(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+|sk-[\w@.-]+) AAAA/;

export const authorizedKeys: FileRule = {
  id: 'image-authorized-keys',
  title: 'A key may log in to every container of this image',
  severity: 'medium',
  why: 'Its holder can enter each container that runs an SSH server, for ever.',
  fix: 'Remove the file; hand the key to the container at run time if a login is really needed.',
  lesson: 'weak-accounts',
  wants: (path, size) => size > 0 && /(?:^|\/)\.ssh\/authorized_keys2?$/.test(path),
  check(file) {
    const keys = linesThat(file.text(), (line) => keyLine.test(line));
    const [first] = keys;
    return first === undefined ? [] : [{ line: first.line, evidence: { keys: keys.length } }];
  },
};

const openLogin = /^\s*(PermitRootLogin\s+yes|PermitEmptyPasswords\s+yes)\b/i;

export const sshLogin: FileRule = {
  id: 'image-ssh-root-login',
  title: 'The SSH server lets root in by password',
  severity: 'medium',
  why: 'Passwords of root are guessed day and night wherever port 22 answers.',
  fix: 'Remove the SSH server, or set `PermitRootLogin no`.',
  lesson: 'weak-accounts',
  wants: (path) => path === 'etc/ssh/sshd_config' || path.startsWith('etc/ssh/sshd_config.d/'),
  check(file) {
    return linesThat(file.text(), (line) => openLogin.test(line)).map(({ line, text }) => ({
      line,
      evidence: { setting: openLogin.exec(text)?.[1]?.replace(/\s+/, ' ') ?? '' },
    }));
  },
};
