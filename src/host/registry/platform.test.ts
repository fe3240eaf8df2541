// Platforms: their names and which image serves whom.
import { describe, expect, test } from 'vitest';
import { fitness, hostPlatform, type Platform, parsePlatform, platformText } from './platform.ts';

function platform(text: string): Platform {
  const [os = '', architecture = '', variant = null] = text.split('/');
  return { os, architecture, variant };
}

describe('platforms', () => {
  test.each([
    ['linux/amd64', 'linux/amd64'],
    ['linux/x86_64', 'linux/amd64'],
    ['Linux/AArch64', 'linux/arm64'],
    ['linux/arm64/v8', 'linux/arm64'],
    ['linux/arm64/8', 'linux/arm64'],
    ['linux/arm/v7', 'linux/arm'],
    ['linux/armhf', 'linux/arm'],
    ['linux/armel', 'linux/arm/v6'],
    ['linux/arm/6', 'linux/arm/v6'],
    ['linux/amd64/v1', 'linux/amd64'],
    ['linux/amd64/v3', 'linux/amd64/v3'],
    ['windows/amd64', 'windows/amd64'],
    ['linux/i386', 'linux/386'],
  ])('%s is %s', (text, expected) => {
    expect(platformText(parsePlatform(text))).toBe(expected);
  });

  test.each(['', 'linux', 'linux/', '/amd64', 'linux/arm/v7/x', 'linux/a b', 'linux/\u0007'])(
    'refuses %j',
    (text) => {
      expect(() => parsePlatform(text)).toThrow(expect.objectContaining({ code: 'usage' }));
    },
  );

  test('the host is Linux, in a name of GOARCH', () => {
    expect(hostPlatform().os).toBe('linux');
    expect(hostPlatform().architecture).not.toBe('x64');
  });

  test.each([
    ['linux/amd64', 'linux/amd64', true],
    ['linux/x86_64', 'linux/amd64', true],
    ['linux/arm64', 'linux/arm64/v8', true],
    ['linux/arm64/v8', 'linux/arm64', true],
    ['linux/arm64/v9', 'linux/arm64', false],
    ['linux/arm64', 'linux/arm64/v9', true],
    ['linux/arm/v7', 'linux/arm64', false],
    ['linux/arm/v6', 'linux/arm/v7', true],
    ['linux/arm/v7', 'linux/arm/v6', false],
    ['linux/arm', 'linux/arm/v7', true],
    ['linux/arm', 'linux/arm/v6', false],
    ['linux/amd64/v3', 'linux/amd64', false],
    ['linux/amd64', 'linux/amd64/v3', true],
    ['windows/amd64', 'linux/amd64', false],
    ['unknown/unknown', 'linux/amd64', false],
    ['linux/mips/hardfloat', 'linux/mips/hardfloat', true],
    ['linux/mips/hardfloat', 'linux/mips', false],
  ])('an image for %s serves %s: %s', (offered, wanted, serves) => {
    expect(fitness(platform(offered), platform(wanted)) > 0).toBe(serves);
  });

  test('the closest variant is best', () => {
    const wanted = platform('linux/arm/v7');
    const scores = ['linux/arm/v7', 'linux/arm/v6', 'linux/arm/v5'].map((text) =>
      fitness(platform(text), wanted),
    );
    expect(scores).toEqual([...scores].sort((left, right) => right - left));
    expect(new Set(scores).size).toBe(3);
  });
});
