// What `learn` does; loaded only when it is called.
import { openAdvisories } from '../../flow/advisories.ts';
import { learn } from '../../flow/learn.ts';
import { learnText } from '../../report/index.ts';
import { databaseFile } from '../compose.ts';
import { exitCodes } from '../exit-codes.ts';
import { viewOf } from '../stdout.ts';
import { writeResult } from '../write.ts';
import type { LearnOptions } from './learn-options.ts';

/** Writes the lessons of a topic; returns the exit code. */
export async function runLearn(topic: string | null, options: LearnOptions): Promise<number> {
  const advisories = openAdvisories(databaseFile(options));
  try {
    const text = learnText(learn(topic, advisories), {
      format: options.format,
      ...viewOf(options.output),
      answer: options.answer === true,
    });
    await writeResult(text, options.output);
    return exitCodes.satisfied;
  } finally {
    advisories.close();
  }
}
