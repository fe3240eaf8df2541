// `seaworthy learn [TOPIC]`: lessons and challenges.
import { type Command, Option } from 'commander';
import { withCommonOptions } from '../options.ts';
import type { LearnOptions } from './learn-options.ts';

/** Adds the command `learn`. */
export function defineLearn(program: Command): void {
  const command = program
    .command('learn')
    .description('lessons: why it matters, how it is used, how to fix it')
    .argument('[topic]', 'a lesson, or a flaw: CVE-2021-44228, GHSA-..., log4shell')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(['text', 'json']).default('text'),
    )
    .option('--answer', 'show the answer to the challenge');
  withCommonOptions(command).action(async (topic: string | undefined, options: LearnOptions) => {
    const { runLearn } = await import('./learn-run.ts');
    process.exitCode = await runLearn(topic ?? null, options);
  });
}
