// All secret detectors, the more telling ones first: of two that see the same bytes the first is told.
import type { CredentialFile, SecretDetector } from './detector.ts';
import { amazon } from './detectors/amazon.ts';
import { azure } from './detectors/azure.ts';
import { cloud } from './detectors/cloud.ts';
import { credentialFiles } from './detectors/credential-files.ts';
import { forges } from './detectors/forges.ts';
import { generic } from './detectors/generic.ts';
import { github } from './detectors/github.ts';
import { google } from './detectors/google.ts';
import { intelligence } from './detectors/intelligence.ts';
import { messaging } from './detectors/messaging.ts';
import { observability } from './detectors/observability.ts';
import { payment } from './detectors/payment.ts';
import { platform } from './detectors/platform.ts';
import { privateKeys } from './detectors/private-key.ts';
import { registries } from './detectors/registries.ts';
import { workplace } from './detectors/workplace.ts';

export const detectorFamilies = {
  'private keys': privateKeys,
  'Amazon Web Services': amazon,
  'Google Cloud': google,
  'Microsoft Azure': azure,
  'other clouds and hosts': cloud,
  GitHub: github,
  'GitLab and other forges': forges,
  'package and image registries': registries,
  'infrastructure and data platforms': platform,
  'language models': intelligence,
  payment,
  messaging,
  'monitoring and error tracking': observability,
  'workplace services': workplace,
  'of no certain maker': generic,
} as const satisfies Record<string, readonly SecretDetector[]>;

export const detectors: readonly SecretDetector[] = Object.values(detectorFamilies).flat();

export const files: readonly CredentialFile[] = credentialFiles;
