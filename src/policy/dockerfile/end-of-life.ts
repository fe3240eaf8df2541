// When well-known bases stopped getting fixes, by their tag. From the pages of their publishers.

/** Ends of support (`YYYY-MM-DD`) by image and leading part of the tag. */
const ends: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docker.io/library/alpine': {
    '3.12': '2022-05-01',
    '3.13': '2022-11-01',
    '3.14': '2023-05-01',
    '3.15': '2023-11-01',
    '3.16': '2024-05-23',
    '3.17': '2024-11-22',
    '3.18': '2025-05-09',
    '3.19': '2025-11-01',
    '3.20': '2026-04-01',
    '3.21': '2026-11-01',
    '3.22': '2027-05-01',
  },
  'docker.io/library/amazonlinux': { '1': '2023-12-31', '2018.03': '2023-12-31' },
  'docker.io/library/centos': { '6': '2020-11-30', '7': '2024-06-30', '8': '2021-12-31' },
  'docker.io/library/debian': {
    '8': '2020-06-30',
    jessie: '2020-06-30',
    '9': '2022-06-30',
    stretch: '2022-06-30',
    '10': '2024-06-30',
    buster: '2024-06-30',
    '11': '2026-08-31',
    bullseye: '2026-08-31',
    '12': '2028-06-30',
    bookworm: '2028-06-30',
  },
  'docker.io/library/node': {
    '12': '2022-04-30',
    '14': '2023-04-30',
    '16': '2023-09-11',
    '18': '2025-04-30',
    '20': '2026-04-30',
    '22': '2027-04-30',
  },
  'docker.io/library/php': { '7': '2022-11-28', '8.0': '2023-11-26', '8.1': '2025-12-31' },
  'docker.io/library/python': {
    '2': '2020-01-01',
    '3.6': '2021-12-23',
    '3.7': '2023-06-27',
    '3.8': '2024-10-07',
    '3.9': '2025-10-31',
    '3.10': '2026-10-31',
    '3.11': '2027-10-31',
  },
  'docker.io/library/ruby': {
    '2': '2023-03-31',
    '3.0': '2024-04-23',
    '3.1': '2025-03-26',
    '3.2': '2026-03-31',
  },
  'docker.io/library/ubuntu': {
    '14.04': '2019-04-25',
    trusty: '2019-04-25',
    '16.04': '2021-04-30',
    xenial: '2021-04-30',
    '18.04': '2023-05-31',
    bionic: '2023-05-31',
    '20.04': '2025-05-31',
    focal: '2025-05-31',
    '22.04': '2027-04-30',
    jammy: '2027-04-30',
  },
};

/**
 * The day on which fixes ended, where that is before `today`; null: supported, or not known.
 * @param name in full, `docker.io/library/debian`
 */
export function endOfLifeOf(name: string, tag: string | null, today: string): string | null {
  if (tag === null || !Object.hasOwn(ends, name)) return null;
  // `3.9-slim`, `9.13`: the longest leading part that is listed counts.
  const release = tag.split('-')[0] ?? '';
  const parts = release.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const key = parts.slice(0, length).join('.');
    const versions = ends[name] ?? {};
    if (!Object.hasOwn(versions, key)) continue;
    const end = versions[key] ?? '';
    return end < today ? end : null;
  }
  return null;
}
