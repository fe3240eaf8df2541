// Licences out of `usr/share/doc/<package>/copyright`: the machine-readable form (DEP-5), else the
// licences that a free text refers to in /usr/share/common-licenses or quotes at full length.
import { splitLicences } from '../../../model/licence.ts';

/** Bytes read of one copyright file; the longest real ones (chromium, linux) state all early on. */
export const copyrightBytes = 1024 * 1024;

/** Licence names of one file; LibreOffice has about 100. */
const mostLicences = 1000;

/** A short name is a few words; longer first lines are prose. */
const longestShortName = 200;

/**
 * Short names in order of appearance, duplicates removed. `and` lists are cut, choices (`or`) stay
 * whole. Empty when the text says nothing that we can read for certain.
 */
export function copyrightLicences(text: string): readonly string[] {
  const declared = isMachineReadable(text) ? declaredLicences(text) : [];
  if (declared.length > 0) return declared;
  return [...new Set([...referredLicences(text), ...quotedLicences(text)])];
}

/** Characters in which the first paragraph begins. */
const formatWithin = 4096;
const formatField = /^Format(?:-Specification)?:/i;
const longestField = 'Format-Specification:'.length;

/** DEP-5: the first paragraph has a `Format` field (older drafts: `Format-Specification`). */
function isMachineReadable(text: string): boolean {
  if (!text.includes('\nLicen')) return false;
  // Line by line: one expression over all of them took longer than everything else about a text.
  for (let at = 0; at < formatWithin; ) {
    const isF = (text.charCodeAt(at) | 0x20) === 0x66;
    if (isF && formatField.test(text.slice(at, at + longestField))) return true;
    const end = text.indexOf('\n', at);
    if (end === -1) return false;
    at = end + 1;
  }
  return false;
}

function declaredLicences(text: string): readonly string[] {
  const names = new Set<string>();
  for (let at = 0; at !== -1 && names.size < mostLicences; at = nextLicenceField(text, at)) {
    if (!text.startsWith('License:', at) && !text.startsWith('Licence:', at)) continue;
    const end = text.indexOf('\n', at);
    const name = text.slice(at + 8, end === -1 ? text.length : end).trim();
    if (name !== '' && name.length <= longestShortName) names.add(name);
  }
  return [...new Set([...names].flatMap(splitLicences))].slice(0, mostLicences);
}

/** Where the next line begins that starts with `Licen`, or -1. */
function nextLicenceField(text: string, from: number): number {
  const found = text.indexOf('\nLicen', from);
  return found === -1 ? -1 : found + 1;
}

function referredLicences(text: string): readonly string[] {
  const marker = '/usr/share/common-licenses/';
  const found = new Set<string>();
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + marker.length)) {
    const from = at + marker.length;
    const name = /^[A-Za-z][A-Za-z0-9.+-]{0,60}/.exec(text.slice(from, from + 64))?.[0];
    const licence = name?.replace(/[.-]+$/, '');
    if (licence) found.add(licence);
    if (found.size >= mostLicences) break;
  }
  return [...found];
}

interface Sentence {
  readonly licence: string;
  /** In lower case, words one blank apart. */
  readonly text: string;
  /** The word of it that other texts hold least often. */
  readonly anchor: string;
  /** A word that stands close to the anchor in it: spares most anchors of other texts the cutting. */
  readonly beside: string;
}

/**
 * Licences known by a sentence that no other licence has. Permissive texts are not among Debian's
 * common licences, so free-form files quote them.
 */
const sentences: readonly Sentence[] = [
  {
    licence: 'MIT',
    text: 'permission is hereby granted, free of charge, to any person obtaining a copy',
    anchor: 'obtaining',
    beside: 'person',
  },
  {
    licence: 'ISC',
    text: 'permission to use, copy, modify, and/or distribute this software for any purpose',
    anchor: 'and/or',
    beside: 'modify,',
  },
  {
    licence: 'ISC',
    text: 'permission to use, copy, modify, and distribute this software for any purpose',
    anchor: 'purpose',
    beside: 'software',
  },
  {
    licence: 'Zlib',
    text: 'altered source versions must be plainly marked as such',
    anchor: 'plainly',
    beside: 'marked',
  },
  {
    licence: 'Apache-2.0',
    text: 'licensed under the apache license, version 2.0',
    anchor: 'apache',
    beside: 'licensed',
  },
  {
    licence: 'MPL-2.0',
    text: 'subject to the terms of the mozilla public license, v. 2.0',
    anchor: 'mozilla',
    beside: 'terms',
  },
  {
    licence: 'BSL-1.0',
    text: 'boost software license - version 1.0',
    anchor: 'boost',
    beside: 'version',
  },
];

const binaryForm = {
  text: 'redistributions in binary form must reproduce',
  anchor: 'redistributions',
  beside: 'binary',
};
const noEndorsement = [
  { text: 'neither the name of', anchor: 'neither', beside: 'name' },
  { text: 'neither the names of', anchor: 'neither', beside: 'names' },
  { text: 'may not be used to endorse', anchor: 'endorse', beside: 'used' },
];

function quotedLicences(text: string): readonly string[] {
  const lower = text.toLowerCase();
  const found = sentences.filter((sentence) => says(lower, sentence)).map(({ licence }) => licence);
  if (says(lower, binaryForm)) {
    const clauses = noEndorsement.some((sentence) => says(lower, sentence)) ? 3 : 2;
    found.push(`BSD-${clauses}-Clause`);
  }
  return found;
}

/** Characters around an anchor that hold its sentence, with the margins of a comment in it. */
const sentenceReach = 300;
/** Anchors of one sentence that are looked at: an honest text has a few. */
const mostAnchors = 1000;

/** Whether the sentence stands there, across line ends and the margins of comments. */
function says(lower: string, { text, anchor, beside }: Omit<Sentence, 'licence'>): boolean {
  let at = lower.indexOf(anchor);
  for (let count = 0; at !== -1 && count < mostAnchors; count += 1) {
    const around = lower.slice(Math.max(0, at - sentenceReach), at + sentenceReach);
    if (around.includes(beside) && around.replaceAll(/[\s*#]+/g, ' ').includes(text)) return true;
    at = lower.indexOf(anchor, at + anchor.length);
  }
  return false;
}
