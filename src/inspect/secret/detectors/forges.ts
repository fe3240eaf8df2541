// GitLab, Bitbucket, Gitea and other forges.
import { base64url, dotted64, hex, padded64 } from '../alphabet.ts';
import { assigned } from '../assignment.ts';
import type { SecretDetector } from '../detector.ts';
import { type TokenForm, token } from '../token.ts';

/** Behind the prefix 20 characters, or since GitLab 17.x 27 and more with a routing part. */
function gitlab(form: Pick<TokenForm, 'id' | 'title' | 'severity' | 'prefixes'>): SecretDetector {
  return token({ issuer: 'GitLab', alphabet: dotted64, length: [20, 320], ...form });
}

export const forges: readonly SecretDetector[] = [
  gitlab({
    id: 'gitlab-personal-token',
    title: 'GitLab access token',
    severity: 'critical',
    prefixes: ['glpat-'],
  }),
  gitlab({
    id: 'gitlab-deploy-token',
    title: 'GitLab deploy token',
    severity: 'high',
    prefixes: ['gldt-'],
  }),
  gitlab({
    id: 'gitlab-runner-token',
    title: 'GitLab runner token',
    severity: 'high',
    prefixes: ['glrt-', 'glrtr-', 'GR1348941'],
  }),
  gitlab({
    id: 'gitlab-job-token',
    title: 'GitLab CI job token',
    severity: 'medium',
    prefixes: ['glcbt-'],
  }),
  gitlab({
    id: 'gitlab-trigger-token',
    title: 'GitLab pipeline trigger token',
    severity: 'high',
    prefixes: ['glptt-'],
  }),
  gitlab({
    id: 'gitlab-oauth-secret',
    title: 'GitLab OAuth application secret',
    severity: 'critical',
    prefixes: ['gloas-'],
  }),
  gitlab({
    id: 'gitlab-agent-token',
    title: 'GitLab Kubernetes agent token',
    severity: 'critical',
    prefixes: ['glagent-'],
  }),
  gitlab({
    id: 'gitlab-feed-token',
    title: 'GitLab feed, mail or SCIM token',
    severity: 'medium',
    prefixes: ['glft-', 'glimt-', 'glsoat-', 'glffct-'],
  }),
  token({
    id: 'bitbucket-app-password',
    title: 'Bitbucket app password',
    severity: 'critical',
    issuer: 'Bitbucket',
    prefixes: ['ATBB'],
    alphabet: base64url,
    length: [28, 36],
  }),
  token({
    id: 'atlassian-api-token',
    title: 'Atlassian API token',
    severity: 'critical',
    issuer: 'Atlassian',
    prefixes: ['ATATT3', 'ATCTT3'],
    alphabet: { ...padded64, name: 'base64url', has: base64url.has.with(0x3d, 1) },
    length: [100, 250],
  }),
  assigned({
    id: 'gitea-token',
    title: 'Gitea or Forgejo access token',
    severity: 'high',
    issuer: 'Gitea',
    words: ['gitea_token', 'gitea_access_token', 'forgejo_token'],
    alphabet: hex,
    length: 40,
  }),
];
