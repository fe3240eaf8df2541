// `seaworthy gate docker`: what may be asked of a Docker engine, as its authorisation plugin or as a
// proxy before its socket.
import { type Command, Option } from 'commander';
import { collect, withCommonOptions, withRegistryOptions, wordsOf } from '../options.ts';
import { type GateDockerOptions, guardPresets } from './gate-docker-options.ts';
import { gateDecisions, gateProfiles } from './gate-options.ts';

/** Adds `gate docker`. */
export function defineGateDocker(gate: Command): void {
  const docker = gate
    .command('docker')
    .description('guard a Docker engine: authorisation plugin, or proxy with --listen')
    .option(
      '--socket <path>',
      'socket of the plugin; its name is the name of the plugin',
      '/run/docker/plugins/seaworthy.sock',
    )
    .option('--listen <address>', 'be a proxy: unix:///path or tcp://127.0.0.1:2375')
    .option('--upstream <address>', 'the engine: unix:///path', 'unix:///run/docker.sock')
    .option(
      '--allow-host <name>',
      'name by which the proxy may be called (repeatable)',
      collect,
      [],
    )
    .option('--own-only <name>', 'proxy: clients see the containers made through it, by this name')
    .option('--socket-mode <octal>', 'rights of the socket of the proxy', '660')
    .addOption(
      new Option('--preset <preset>', 'which operations may be asked for')
        .choices(guardPresets)
        .default('usual'),
    )
    .option('--allow <operation>', 'allow it too, such as image.build (repeatable)', collect, [])
    .option('--deny <operation>', 'deny it, such as container.exec (repeatable)', collect, [])
    .option('--policy <file>', 'policy files and folders (repeatable)', collect, [])
    .addOption(
      new Option('--profile <list>', `which controls hold: ${gateProfiles.join(', ')}`)
        .argParser(wordsOf(gateProfiles))
        .default(['recommended'], 'recommended'),
    )
    .option('--waivers <file>', 'faults that somebody answers for')
    .addOption(
      new Option('--on-unknown <decision>', 'what to decide where something cannot be judged')
        .choices(gateDecisions)
        .default('deny'),
    )
    .option('--trust-policy <file>', 'whose signatures count, where the policy wants them')
    .option('--trusted-root <file>', 'trusted root of keyless signatures')
    .option('--deadline <ms>', 'longest wait for facts of images', '3000')
    .option('--audit', 'decide and record, and let everything pass')
    .option('--record <file>', 'append decisions to this file, one JSON a line');
  withRegistryOptions(withCommonOptions(docker))
    .exitOverride()
    .action(async (options: GateDockerOptions) => {
      const { runGateDocker } = await import('./gate-docker-run.ts');
      process.exitCode = await runGateDocker(options);
    });
}
