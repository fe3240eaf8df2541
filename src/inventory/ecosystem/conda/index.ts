// Conda: packages of any language in a prefix. No public advisory feed speaks for them; the Python
// packages among them are also found by their own metadata, as PyPI packages.
import { genericVersions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { condaMeta } from './catalog.ts';

export const conda: Ecosystem = {
  id: 'conda',
  purlTypes: ['conda'],
  catalogers: [condaMeta],
  versions: genericVersions,
  osvEcosystem: null,
  advisoryName: ({ name }) => name.toLowerCase(),
};
