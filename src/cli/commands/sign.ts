// `seaworthy sign IMAGE`: sign or attest an image of yours with a key of yours.
import { type Command, Option } from 'commander';
import { withCommonOptions, withRegistryOptions } from '../options.ts';
import { type SignOptions, signShapes } from './sign-options.ts';

const signHelp = `
The password of a key is read from SEAWORTHY_KEY_PASSWORD or COSIGN_PASSWORD. Keys and
signatures are those of cosign; no transparency log is asked, so cosign verifies them with
--insecure-ignore-tlog. A tag is resolved first: what is signed is its digest.`;

export function defineSign(program: Command): void {
  const command = program
    .command('sign')
    .description('sign or attest an image with your key')
    .argument('[image]', 'image reference')
    .option('--key <file>', 'the private key: of cosign, or PEM')
    .option('--generate-key <name>', 'write a new key to <name>.key and <name>.pub')
    .option('--no-password', 'leave the new key without a password')
    .addOption(
      new Option('--push <shape>', 'how to store it: tag (.sig, .att), bundle (referrer) or both')
        .choices(signShapes)
        .default('both'),
    )
    .option('--attest <file>', 'attest this predicate (SBOM, provenance, ...) instead of signing')
    .option('--type <type>', "the predicate's type: cyclonedx, spdxjson, vuln, an address ...")
    .option('--recursive', 'sign the manifests of an index too')
    .addOption(
      new Option('--format <format>', 'how to answer').choices(['table', 'json']).default('table'),
    )
    .addHelpText('after', signHelp);
  withRegistryOptions(withCommonOptions(command)).action(
    async (image: string | undefined, options: SignOptions) => {
      const { runSign } = await import('./sign-run.ts');
      process.exitCode = await runSign(image, options);
    },
  );
}
