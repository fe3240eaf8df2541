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

/** DEP-5: the first paragraph has a `Format` field (older drafts: `Format-Specification`). */
function isMachineReadable(text: string): boolean {
  return /^Format(?:-Specification)?:/im.test(text.slice(0, 4096)) && text.includes('\nLicen');
}

function declaredLicences(text: string): readonly string[] {
  const found = new Set<string>();
  for (let at = 0; at < text.length && found.size < mostLicences; ) {
    const end = text.indexOf('\n', at);
    const stop = end < 0 ? text.length : end;
    if (text.startsWith('License:', at) || text.startsWith('Licence:', at)) {
      const name = text.slice(at + 8, stop).trim();
      if (name !== '' && name.length <= longestShortName) {
        for (const licence of splitLicences(name)) found.add(licence);
      }
    }
    at = stop + 1;
  }
  return [...found];
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

/**
 * Licences known by a sentence that no other licence has. Permissive texts are not among Debian's
 * common licences, so free-form files quote them.
 */
const sentences: readonly (readonly [string, string])[] = [
  ['MIT', 'permission is hereby granted, free of charge, to any person obtaining a copy'],
  ['ISC', 'permission to use, copy, modify, and/or distribute this software for any purpose'],
  ['ISC', 'permission to use, copy, modify, and distribute this software for any purpose'],
  ['Zlib', 'altered source versions must be plainly marked as such'],
  ['Apache-2.0', 'licensed under the apache license, version 2.0'],
  ['MPL-2.0', 'subject to the terms of the mozilla public license, v. 2.0'],
  ['BSL-1.0', 'boost software license - version 1.0'],
];

function quotedLicences(text: string): readonly string[] {
  const plain = text.toLowerCase().replaceAll(/[\s*#]+/g, ' ');
  const found = sentences.filter(([, sentence]) => plain.includes(sentence)).map(([name]) => name);
  if (plain.includes('redistributions in binary form must reproduce')) {
    const clauses = /neither the names? of|may not be used to endorse/.test(plain) ? 3 : 2;
    found.push(`BSD-${clauses}-Clause`);
  }
  return found;
}
