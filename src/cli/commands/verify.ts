// `seaworthy verify IMAGE`: who signed it, what do attestations prove, and does the policy trust that?
import { type Command, InvalidArgumentError, Option } from 'commander';
import { limits } from '../../base/limits.ts';
import { collect, withCommonOptions, withRegistryOptions } from '../options.ts';
import { type VerifyOptions, verifyFormats } from './verify-options.ts';

const imageHelp = `
IMAGE is a reference (registry/name:tag or @digest), or an OCI layout: oci:DIR[:NAME],
oci-archive:FILE[:NAME]. Say whose signature counts: --key, or both a certificate
identity and its issuer, or --policy. Exit code 1: it is not trusted.`;

export function defineVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('who signed this image, and is that trusted?')
    .argument('<image>', 'image reference or OCI layout')
    .option(
      '--key <file>',
      'a public key that counts (repeatable: all must have signed)',
      collect,
      [],
    )
    .option('--certificate-identity <identity>', 'keyless: the identity of the signer, exactly')
    .option('--certificate-identity-regexp <pattern>', 'the same as an expression over all of it')
    .option('--certificate-oidc-issuer <issuer>', 'keyless: who vouches for it, exactly')
    .option(
      '--certificate-oidc-issuer-regexp <pattern>',
      'the same as an expression over all of it',
    )
    .option(
      '--attestation <type>',
      'wanted of the same signers, e.g. slsaprovenance (repeatable)',
      collect,
      [],
    )
    .option('--policy <file>', 'the trust policy that decides')
    .option('--trusted-root <file>', "a trusted_root.json instead of Sigstore's public one")
    .option('--update-trusted-root', 'renew the public trusted root by TUF first')
    .option('--save-sbom <file>', 'write the SBOM of a trusted attestation to a file')
    .addOption(
      new Option('--timeout <seconds>', 'for everything that is asked of the registry')
        .argParser(seconds)
        .default(limits.trustDeadlineMs / 1000),
    )
    .addOption(
      new Option('--format <format>', 'how to answer').choices(verifyFormats).default('table'),
    )
    .addHelpText('after', imageHelp);
  withRegistryOptions(withCommonOptions(command)).action(
    async (image: string, options: VerifyOptions) => {
      const { runVerify } = await import('./verify-run.ts');
      process.exitCode = await runVerify(image, options);
    },
  );
}

/** Parses a number of seconds. */
function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= 3600) return value;
  throw new InvalidArgumentError('A number of seconds is expected, 3600 at most.');
}
