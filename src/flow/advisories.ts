// Which advisories a scan asks: the database of the user, or the built-in set until there is one.
import { builtinSource } from '../advisory/builtin/index.ts';
import { openDatabase } from '../advisory/database/index.ts';
import { SeaworthyError } from '../base/error.ts';
import type { AdvisorySource } from '../model/advisory.ts';

/**
 * The user's database, completed by the built-in set where it is silent; the built-in set alone while
 * there is no database. Throws `SeaworthyError` `database` for a file that cannot be used.
 */
export function openAdvisories(file: string): AdvisorySource {
  const builtin = builtinSource();
  try {
    return completed(openDatabase(file), builtin);
  } catch (error) {
    if (error instanceof SeaworthyError && error.code === 'not-found') return builtin;
    throw error;
  }
}

/**
 * The built-in set answers for ecosystems of which the database holds nothing at all, and for titles,
 * severities and exploitation of CVEs that it has no facts about. It never contradicts the database.
 */
function completed(database: AdvisorySource, builtin: AdvisorySource): AdvisorySource {
  const covered = new Set(database.info().ecosystems);
  return {
    info: () => database.info(),
    lookup: (ecosystem, name) =>
      (covered.has(ecosystem) ? database : builtin).lookup(ecosystem, name),
    expect: (cves) => database.expect?.(cves),
    kev: (cve) => database.kev(cve) ?? builtin.kev(cve),
    epss: (cve) => database.epss(cve),
    cve: (cve) => database.cve(cve) ?? builtin.cve(cve),
    byId(id) {
      const known = database.byId(id);
      return known.length > 0 ? known : builtin.byId(id);
    },
    close: () => database.close(),
  };
}
