// The fleet's store over one of its databases: the parts put together.
import { SeaworthyError } from '../../base/error.ts';
import {
  addEnrolment,
  addToken,
  admit,
  countAgents,
  endToken,
  enrol,
  identify,
  listAgents,
  listTokens,
  revoke,
  rotate,
} from './agents.ts';
import { askCounts, askInventory, askSetAside } from './ask.ts';
import {
  askCatalogued,
  askDetectionCount,
  askGrades,
  askReport,
  askRunsOfImages,
  askScores,
  catalogueCount,
  putReport,
  putScore,
} from './ask-catalogue.ts';
import { askDetections } from './ask-events.ts';
import { askExposed } from './ask-exposed.ts';
import { askFlows, askTalk } from './ask-flows.ts';
import { askCatalogue } from './ask-images.ts';
import { askLosses, askRunsOf, askUsed } from './ask-parts.ts';
import { askRunning } from './ask-running.ts';
import { askRuns } from './ask-runs.ts';
import { addChange, askChanges } from './changes.ts';
import { alertsHeldBy, endNotices, holdAlerts, leaveAlerts, takeNotices } from './duty.ts';
import { askFindings, putFindings } from './findings.ts';
import type { FleetHands, FleetPages } from './fleet-pages.ts';
import type { FleetStore } from './fleet-store.ts';
import { houseIn } from './house.ts';
import { ingestBatches } from './ingest.ts';
import { putInventory } from './inventories.ts';
import { followLive, liveEnd, liveSince } from './live.ts';
import type { PostgresOptions } from './postgres.ts';
import {
  answerOrders,
  askResponses,
  byHandAnywhere,
  handsOf,
  order,
  ordered,
  responseCounts,
  takeOrders,
} from './responses.ts';
import { addMissingScans, askImage } from './scans.ts';
import {
  addSession,
  beginLogin,
  endSession,
  endSessionsOf,
  sessionOf,
  takeLogin,
} from './sessions.ts';
import type { SqlDatabase } from './sql.ts';
import { addMatchOfAll, addWork, fail, finish, heartbeat, lease, retain } from './work.ts';

/**
 * Opens the store of an address: `postgres://user@host/database` or `sqlite:FILE`; its tables are made
 * or brought to the version of this program. Throws `SeaworthyError`: `usage` for another address,
 * `network` or `unreadable` when it cannot be used, `database` when it is newer than this program.
 */
export async function openFleetStore(
  address: string,
  options: PostgresOptions = {},
): Promise<FleetStore> {
  if (/^postgres(?:ql)?:\/\//.test(address)) {
    // The driver is loaded only by whoever needs it.
    const { openPostgres } = await import('./postgres.ts');
    return fleetStore(await openPostgres(address, options));
  }
  if (address.startsWith('sqlite:')) {
    const { openSqlite } = await import('./sqlite.ts');
    return fleetStore(openSqlite(address.slice('sqlite:'.length), options.version));
  }
  throw new SeaworthyError('usage', 'that is no address of a store', {
    advice: 'give postgres://USER@HOST/DATABASE or sqlite:FILE',
  });
}

function fleetStore(database: SqlDatabase): FleetStore {
  return {
    place: database.place,
    addToken: (token) => addToken(database, token),
    tokens: () => listTokens(database),
    endToken: (id) => endToken(database, id),
    addEnrolment: (token) => addEnrolment(database, token),
    enrol: (agent) => enrol(database, agent),
    admit: (agent) => admit(database, agent),
    rotate: (agent, nextHash) => rotate(database, agent, nextHash),
    identify: (hash) => identify(database, hash),
    revoke: (agent) => revoke(database, agent),
    agents: (page) => listAgents(database, page),
    agentCounts: (silentUs) => countAgents(database, silentUs),
    beginLogin: (login) => beginLogin(database, login),
    takeLogin: (login) => takeLogin(database, login),
    addSession: (session) => addSession(database, session),
    session: (hash) => sessionOf(database, hash),
    endSession: (hash) => endSession(database, hash),
    endSessionsOf: (who) => endSessionsOf(database, who),
    ingest: (batches) => ingestBatches(database, batches),
    acknowledged: async (agent, stream) => {
      const [row] = await database.query(
        'SELECT acknowledged FROM stream WHERE agent = $1 AND name = $2',
        [agent, stream],
      );
      return Number(row?.['acknowledged'] ?? 0);
    },
    runs: (query) => askRuns(database, query),
    detections: (query) => askDetections(database, query),
    flows: (run, limit) => askFlows(database, run, limit),
    talk: (query) => askTalk(database, query),
    setAside: (limit) => askSetAside(database, limit),
    exposed: (question, page) => askExposed(database, question, page),
    counts: () => askCounts(database),
    inventory: (imageId) => askInventory(database, imageId),
    putFindings: (imageId, findings) => putFindings(database, imageId, findings),
    findings: (imageId) => askFindings(database, imageId),
    addWork: (kind, subjects) => addWork(database, kind, subjects),
    addMissingScans: (options) => addMissingScans(database, options),
    image: (id) => askImage(database, id),
    putInventory: (inventory) => putInventory(database, inventory),
    addMatchOfAll: (advisories) => addMatchOfAll(database, advisories),
    lease: (worker, options) => lease(database, worker, options),
    heartbeat: (id, worker, leaseMs) => heartbeat(database, { id, worker }, leaseMs),
    finish: (id, worker) => finish(database, { id, worker }),
    fail: (id, worker, options) => fail(database, { id, worker }, options),
    holdAlerts: (owner, leaseMs) => holdAlerts(database, owner, leaseMs),
    leaveAlerts: (owner) => leaveAlerts(database, owner),
    alertsHeldBy: () => alertsHeldBy(database),
    takeNotices: (owner, options) => takeNotices(database, owner, options),
    endNotices: (owner, ids) => endNotices(database, owner, ids),
    ...pagesOf(database),
    ...handsIn(database),
    ...houseIn(database),
    addChange: (change) => addChange(database, change),
    changes: (limit) => askChanges(database, limit),
    retain: (policy) => retain(database, policy),
    close: () => database.close(),
  };
}

function pagesOf(database: SqlDatabase): FleetPages {
  return {
    catalogue: (page) => askCatalogue(database, page),
    catalogued: (ids) => askCatalogued(database, ids),
    grades: (ids) => askGrades(database, ids),
    catalogueCount: () => catalogueCount(database),
    report: (imageId) => askReport(database, imageId),
    putReport: (image, report) => putReport(database, image, report),
    runsOfImages: (ids, teams) => askRunsOfImages(database, ids, teams),
    running: (teams, most) => askRunning(database, teams, most),
    detectionCount: (options) => askDetectionCount(database, options),
    putScore: (score) => putScore(database, score),
    scores: (days) => askScores(database, days),
    runsOf: (pairs) => askRunsOf(database, pairs),
    losses: (run, limit) => askLosses(database, run, limit),
    used: (run) => askUsed(database, run),
    followLive: (owner, leaseMs) => followLive(database, owner, leaseMs),
    liveEnd: () => liveEnd(database),
    liveSince: (place, limit) => liveSince(database, place, limit),
  };
}

function handsIn(database: SqlDatabase): FleetHands {
  return {
    order: (response) => order(database, response),
    takeOrders: (agent, byHand) => takeOrders(database, agent, byHand),
    ordered: (agents) => ordered(database, agents),
    answerOrders: (agent, answers) => answerOrders(database, agent, answers),
    responses: (query) => askResponses(database, query),
    handsOf: (agent) => handsOf(database, agent),
    byHandAnywhere: () => byHandAnywhere(database),
    responseCounts: () => responseCounts(database),
  };
}
