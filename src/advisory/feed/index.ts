// Advisory feeds: readers that turn each feed into OSV records or facts about CVEs. Pure: bytes in,
// items out; what could not be read is an item too.
export { readAlpineSecdb } from './alpine-secdb.ts';
export { feedLimits } from './bounds.ts';
export { cleanRecord } from './clean.ts';
export { osvCveItem, readCveRecord, readNvd } from './cve.ts';
export { readDebianTracker } from './debian-tracker.ts';
export { detectBytes, detectFeed, type FeedKind } from './detect.ts';
export { readEpss } from './epss.ts';
export {
  type Advisory,
  type AffectedPackage,
  interpretRecord,
  recordMatches,
} from './interpret.ts';
export {
  type AdvisoryItem,
  type BadItem,
  type CveItem,
  type LeftOutItem,
  type LeftOutReason,
} from './item.ts';
export { readKev } from './kev.ts';
export { LineSplitter } from './lines.ts';
export { lookupName } from './name.ts';
export { originNamed, originOf } from './origin.ts';
export { readOsv } from './osv.ts';
