// Rust: crates that cargo-auditable recorded in binaries, and Cargo.lock of projects.
import { semverVersions } from '../../version/index.ts';
import { ofText } from '../document.ts';
import type { Cataloger, Ecosystem } from '../ecosystem.ts';
import { readAuditable } from './auditable.ts';
import { parseCargoLock } from './cargo-lock.ts';

/** The largest workspaces have about 500 KB; TOML takes a hundred times its text in memory. */
const lockBytes = 4 * 1024 * 1024;

const binary: Cataloger = {
  name: 'cargo-auditable',
  revision: 1,
  evidence: 'installed',
  globs: ['**/*.wasm'],
  executables: true,
  parse: (file) => readAuditable(file),
};

const lock: Cataloger = {
  name: 'cargo-lock',
  revision: 1,
  evidence: 'declared',
  globs: ['**/Cargo.lock'],
  parse: (file) => ofText(file, parseCargoLock, lockBytes),
};

export const cargo: Ecosystem = {
  id: 'cargo',
  purlTypes: ['cargo'],
  catalogers: [binary, lock],
  versions: semverVersions,
  osvEcosystem: 'crates.io',
  advisoryName: ({ name }) => name,
};
