// RubyGems: Ruby packages, installed by gem or Bundler, or locked by Bundler.
import { gemVersions } from '../../version/index.ts';
import type { Ecosystem } from '../ecosystem.ts';
import { installedGems } from './installed.ts';
import { gemfileLock } from './lock.ts';

export const gem: Ecosystem = {
  id: 'gem',
  purlTypes: ['gem'],
  catalogers: [installedGems, gemfileLock],
  versions: gemVersions,
  osvEcosystem: 'RubyGems',
  // Names are exact: RubyGems refuses new names that differ only in case, old ones exist.
  advisoryName: ({ name }) => name,
};
