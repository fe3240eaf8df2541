// `seaworthy completion SHELL`: a script that completes commands, flags and their words.
import type { Command } from 'commander';
import { stdout } from '../stdout.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export function defineCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a completion script: source <(seaworthy completion bash)')
    .argument('<shell>', shells.join(', '))
    .action(async (shell: string) => {
      const { completionScript } = await import('../completion.ts');
      stdout().write(completionScript(program, shell));
    });
}
