// The command line: commands, exit codes, and one line for every error. Commands load when called.
import { existsSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { messageOf, oneLine, SeaworthyError } from '../base/error.ts';
import { commands } from './commands/registry.ts';
import { exitCodes } from './exit-codes.ts';
import { viewOf, writeStdout } from './stdout.ts';
import { version } from './version.ts';

/** Runs one command line (without node and script) and sets `process.exitCode`. */
export async function main(words: readonly string[]): Promise<void> {
  const [first] = words;
  // Completion is about all of them.
  const program = buildProgram(first === 'completion' ? undefined : first);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, words.includes('--debug'));
  }
}

/**
 * The program with all its commands, or, where it is a command's name, with only the one that is meant:
 * the flags of the others take longer to define than some commands take to run.
 */
export function buildProgram(only?: string): Command {
  const meant = commands.filter((define) => commandOf(define) === only);
  const defined = meant.length === 0 ? commands : meant;
  const program = new Command('seaworthy')
    .description('How safe are your containers - at every stage of their life?')
    .version(version, '-V, --version')
    .option('--debug', 'show the stack of an error')
    .showSuggestionAfterError()
    .configureOutput({
      writeOut: (text) => void writeStdout(text),
      getOutHelpWidth: () => Math.min(viewOf(undefined).columns, 100),
      getOutHasColors: () => false,
      outputError: (text, write) => write(text.replace(/^error: /, 'seaworthy: ')),
    })
    .exitOverride();
  for (const define of defined) define(program);
  program.hook('preAction', async (_program, command) => {
    if (command.getOptionValue('config') === undefined && !existsSync('seaworthy.yaml')) return;
    const { applySettings } = await import('./settings.ts');
    applySettings(command, () => buildProgram());
  });
  for (const command of program.commands) command.option('--debug', 'show the stack of an error');
  program.addHelpText(
    'after',
    '\nExit codes: 0 satisfied, 1 policy violated, 2 wrong usage, 3 could not do it.',
  );
  return program;
}

/** `defineScan` adds `scan`; a test holds the names together. */
export function commandOf(define: (program: Command) => void): string {
  return define.name.replace(/^define/, '').toLowerCase();
}

function report(error: unknown, debug: boolean): number {
  if (error instanceof CommanderError) {
    // Commander has printed its own line; help and version are no errors.
    return error.exitCode === 0 ? exitCodes.satisfied : exitCodes.usage;
  }
  const advice =
    error instanceof SeaworthyError && error.advice ? `; ${oneLine(error.advice)}` : '';
  process.stderr.write(`seaworthy: ${messageOf(error)}${advice}\n`);
  if (!(error instanceof SeaworthyError)) {
    process.stderr.write('seaworthy: this is a defect of Seaworthy; --debug shows where\n');
  }
  if (debug && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  const isUsage = error instanceof SeaworthyError && error.code === 'usage';
  return isUsage ? exitCodes.usage : exitCodes.failed;
}
