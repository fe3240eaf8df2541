// The record for people: lists, timelines and exposure, on a terminal or as a page.
export { containersTable } from './containers-table.ts';
export { exposureTable } from './exposure-table.ts';
export { timelinePage } from './timeline-page.ts';
export { timelineTable } from './timeline-table.ts';
