import { describe, expect, test } from 'vitest';
import { commands } from './commands/registry.ts';
import { buildProgram, commandOf } from './main.ts';

const all = buildProgram()
  .commands.map((one) => one.name())
  .filter((name) => name !== 'help');

describe('the program', () => {
  test('each definition adds the command of its name', () => {
    expect(commands.map(commandOf)).toEqual(all);
  });

  test.each(all)('%s alone is what it is among all', (name) => {
    const [whole, alone] = [buildProgram(), buildProgram(name)].map((program) =>
      program.commands.find((one) => one.name() === name),
    );
    expect(alone?.helpInformation()).toBe(whole?.helpInformation());
    expect(buildProgram(name).commands).toHaveLength(1);
  });

  test('another word finds all, for help and suggestions', () => {
    expect(buildProgram('scna').commands.length).toBeGreaterThan(5);
    expect(buildProgram('--help').commands.length).toBeGreaterThan(5);
  });
});
