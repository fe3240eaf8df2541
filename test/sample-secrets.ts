// Made-up secrets in the form of real ones, put together at run time. Each detector has at least one;
// `value` is what must never be kept.
import { sampleCredentialFiles } from './sample-credential-files.ts';
import { bech32, sampleKeys } from './sample-keys.ts';
import { alphabets, armoured, checkedToken, scrambled } from './scrambled.ts';

export interface SampleSecret {
  readonly id: string;
  readonly path: string;
  readonly text: string;
  readonly value: string;
}
const { hex, lower36, upper36, base32, letters, base62, base64, base64url } = alphabets;
const uuid = (seed: string): string =>
  [8, 4, 4, 4, 12].map((length, index) => scrambled(hex, length, seed + index)).join('-');

/** Prefix, alphabet, length: tokens that need nothing else. */
const prefixed: readonly (readonly [
  id: string,
  prefix: string,
  alphabet: string,
  length: number,
])[] = [
  ['aws-bedrock-key', 'ABSKQmVkcm9ja0FQSUtleS', base64, 110],
  ['aws-login-secret', 'amzn1.oa2-cs.v1.', hex, 64],
  ['aws-temporary-key-id', 'ASIA', base32, 16],
  ['github-fine-grained-token', 'github_pat_', base62, 82],
  ['gitlab-personal-token', 'glpat-', base64url, 20],
  ['gitlab-deploy-token', 'gldt-', base64url, 20],
  ['gitlab-runner-token', 'glrt-', base64url, 20],
  ['gitlab-runner-token', 'GR1348941', base64url, 20],
  ['gitlab-job-token', 'glcbt-', base62, 24],
  ['gitlab-trigger-token', 'glptt-', hex, 40],
  ['gitlab-oauth-secret', 'gloas-', hex, 64],
  ['gitlab-agent-token', 'glagent-', base64url, 50],
  ['gitlab-feed-token', 'glft-', base64url, 20],
  ['bitbucket-app-password', 'ATBB', base62, 32],
  ['atlassian-api-token', 'ATATT3', base64url, 186],
  ['google-api-key', 'AIza', base64url, 35],
  ['google-oauth-secret', 'GOCSPX-', base64url, 28],
  ['google-access-token', 'ya29.', base64url, 150],
  ['pypi-token', 'pypi-AgEIcHlwaS5vcmc', base64url, 150],
  ['rubygems-token', 'rubygems_', hex, 48],
  ['clojars-token', 'CLOJARS_', lower36, 60],
  ['docker-hub-token', 'dckr_pat_', base64url, 27],
  ['artifactory-token', 'AKCp', base62, 69],
  ['artifactory-reference-token', 'cmVmdGtuOj', base62, 54],
  ['buildkite-token', 'bkua_', hex, 40],
  ['circleci-token', 'CCIPAT_', base62, 63],
  ['slack-app-token', 'xapp-1-', base62, 90],
  ['sendinblue-key', 'xkeysib-', hex, 81],
  ['mailgun-key', 'key-', hex, 32],
  ['stripe-secret-key', 'sk_live_', base62, 24],
  ['stripe-test-key', 'sk_test_', base62, 24],
  ['stripe-webhook-secret', 'whsec_', base62, 32],
  ['square-token', 'sq0atp-', base64url, 22],
  ['square-secret', 'sq0csp-', base64url, 43],
  ['shopify-token', 'shpat_', hex, 32],
  ['flutterwave-key', 'FLWSECK-', hex, 34],
  ['razorpay-key', 'rzp_live_', base62, 14],
  ['anthropic-key', 'sk-ant-api03-', base64url, 95],
  ['openai-project-key', 'sk-proj-', base64url, 60],
  ['groq-key', 'gsk_', base62, 52],
  ['perplexity-key', 'pplx-', base62, 48],
  ['xai-key', 'xai-', base62, 80],
  ['openrouter-key', 'sk-or-v1-', hex, 64],
  ['digitalocean-token', 'dop_v1_', hex, 64],
  ['heroku-token', 'HRKU-', base64url, 60],
  ['alibaba-key-id', 'LTAI', base62, 20],
  ['tencent-secret-id', 'AKID', base62, 32],
  ['yandex-key', 'AQVN', base64url, 35],
  ['fly-token', 'fo1_', base64url, 43],
  ['netlify-token', 'nfp_', base62, 36],
  ['render-key', 'rnd_', base62, 32],
  ['vault-token', 'hvs.', base62, 92],
  ['pulumi-token', 'pul-', hex, 40],
  ['databricks-token', 'dapi', hex, 32],
  ['doppler-token', 'dp.pt.', base62, 43],
  ['onepassword-service-token', 'ops_eyJ', base64, 400],
  ['snyk-token', 'snyk_uat.', hex, 40],
  ['sonar-token', 'sqp_', hex, 40],
  ['planetscale-token', 'pscale_tkn_', base64url, 43],
  ['supabase-token', 'sbp_', hex, 40],
  ['prefect-token', 'pnu_', base62, 36],
  ['duffel-token', 'duffel_live_', base64url, 43],
  ['okta-header-token', 'SSWS 00', base64url, 40],
  ['typeform-token', 'tfp_', base64url, 59],
  ['mongodb-atlas-secret', 'mdb_sa_sk_', base64url, 40],
  ['newrelic-user-key', 'NRAK-', upper36, 27],
  ['newrelic-insert-key', 'NRII-', base64url, 32],
  ['grafana-cloud-token', 'glc_eyJ', base64, 100],
  ['grafana-api-key', 'eyJrIjoi', base64, 80],
  ['sentry-token', 'sntryu_', hex, 64],
  ['honeycomb-key', 'hcaik_', base62, 58],
  ['logfire-token', 'pylf_v1_', base62, 50],
  ['linear-key', 'lin_api_', base62, 40],
  ['notion-token', 'ntn_', base62, 46],
  ['figma-token', 'figd_', base64url, 40],
  ['dropbox-token', 'sl.B', base64url, 140],
  ['contentful-token', 'CFPAT-', base64url, 43],
  ['mapbox-secret-token', 'sk.eyJ', base64url, 80],
  ['easypost-key', 'EZAK', base62, 54],
  ['readme-key', 'rdme_', lower36, 70],
  ['shippo-token', 'shippo_live_', hex, 40],
];

/** Name of the variable, then the value: no form of their own. */
const assignedTo: readonly (readonly [id: string, name: string, value: string])[] = [
  ['aws-secret-access-key', 'aws_secret_access_key', `${scrambled(base64, 38, 'aws')}q7`],
  ['aws-session-token', 'AWS_SESSION_TOKEN', `${scrambled(base64, 300, 'session')}a1`],
  ['gitea-token', 'GITEA_TOKEN', scrambled(hex, 40, 'gitea')],
  ['google-refresh-token', 'refresh_token', `1//${scrambled(base64url, 100, 'refresh')}`],
  ['azure-storage-key', 'AccountKey', `${scrambled(base64, 86, 'store')}==`],
  ['azure-bus-key', 'SharedAccessKey', `${scrambled(base64, 43, 'bus')}=`],
  [
    'azure-client-secret',
    'client_secret',
    `${scrambled(base62, 3, 'c')}8Q~${scrambled(base62, 34, 'd')}`,
  ],
  ['nuget-key', 'NUGET_API_KEY', `oy2${scrambled(lower36, 43, 'nuget')}`],
  [
    'discord-bot-token',
    'DISCORD_TOKEN',
    `M${scrambled(base62, 25, 'a')}.${scrambled(base62, 6, 'b')}.${scrambled(base62, 38, 'c')}`,
  ],
  ['twilio-credential', 'TWILIO_AUTH_TOKEN', scrambled(hex, 32, 'twilio')],
  [
    'mailgun-signing-key',
    'MAILGUN_KEY',
    `${scrambled(hex, 32, 'm')}-${scrambled(hex, 8, 'n')}-${scrambled(hex, 8, 'o')}`,
  ],
  ['openai-legacy-key', 'DEEPSEEK_API_KEY', `sk-${scrambled(hex, 32, 'deep')}`],
  ['cohere-mistral-key', 'MISTRAL_API_KEY', scrambled(base62, 32, 'mistral')],
  ['heroku-api-key', 'HEROKU_API_KEY', uuid('heroku')],
  ['cloudflare-token', 'CLOUDFLARE_API_TOKEN', scrambled(base62, 40, 'cf')],
  ['alibaba-secret', 'ALIYUN_SECRET', scrambled(base62, 30, 'ali')],
  ['tencent-secret-key', 'TENCENTCLOUD_SECRET_KEY', scrambled(base62, 32, 'tencent')],
  ['ibm-cloud-key', 'IBMCLOUD_API_KEY', scrambled(base64url, 44, 'ibm')],
  ['linode-token', 'LINODE_TOKEN', scrambled(hex, 64, 'linode')],
  ['hetzner-token', 'HCLOUD_TOKEN', scrambled(base62, 64, 'hetzner')],
  ['scaleway-secret', 'SCW_SECRET_KEY', uuid('scw')],
  ['ovh-secret', 'OVH_APPLICATION_SECRET', scrambled(lower36, 32, 'ovh')],
  ['vercel-token', 'VERCEL_TOKEN', scrambled(base62, 24, 'vercel')],
  ['fastly-token', 'FASTLY_API_TOKEN', scrambled(base64url, 32, 'fastly')],
  ['vault-legacy-token', 'VAULT_TOKEN', `s.${scrambled(base62, 24, 'vault')}`],
  ['okta-token', 'OKTA_API_TOKEN', `00${scrambled(base64url, 40, 'okta')}`],
  ['datadog-key', 'DD_API_KEY', scrambled(hex, 32, 'dd')],
  ['pagerduty-key', 'PAGERDUTY_API_KEY', scrambled(base62, 20, 'pd')],
  ['splunk-token', 'SPLUNK_HEC_TOKEN', uuid('splunk')],
  ['rollbar-token', 'ROLLBAR_ACCESS_TOKEN', scrambled(hex, 32, 'rollbar')],
  ['notion-legacy-token', 'NOTION_TOKEN', `secret_${scrambled(base62, 43, 'notion')}`],
  [
    'airtable-token',
    'AIRTABLE_TOKEN',
    `pat${scrambled(base62, 14, 'a')}.${scrambled(hex, 64, 'b')}`,
  ],
  ['facebook-app-secret', 'FACEBOOK_APP_SECRET', scrambled(hex, 32, 'fb')],
  [
    'launchdarkly-token',
    'LAUNCHDARKLY_KEY',
    `sdk-${uuid('ld')
      .replace(/^(.{14})./, '$14')
      .replace(/^(.{19})./, '$1a')}`,
  ],
  [
    'kubernetes-client-key',
    'client-key-data',
    Buffer.from(armoured('RSA', scrambled(base64, 300))).toString('base64'),
  ],
  ['framework-secret-key', 'SECRET_KEY', scrambled(`${base62}!@%^&*(-_=+)`, 50, 'django')],
];

function one(id: string, value: string, text = `token: "${value}"`) {
  return [id, text, value] as const;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

const bearer = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ sub: 'shop', exp: 1999999999 })}.${scrambled(base64url, 86)}`;
const account = `${encode({ alg: 'RS256', kid: 'x' })}.${encode({ iss: 'kubernetes/serviceaccount' })}.${scrambled(base64url, 342)}`;
const supabase = (role: string) =>
  `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ role, ref: 'abcdefgh' })}.${scrambled(base64url, 43, role)}`;
const identity = bech32('age-secret-key-', scrambled('qpzry9x8gf2tvdw0s3jn54khce6mua7l', 52));
const signature = `${scrambled(base64, 43, 'sas')}%3D`;
const basic = Buffer.from(`robot:${scrambled(base62, 14, 'basic')}`).toString('base64');

/** Whole texts with the value in them. */
const formed: readonly (readonly [id: string, text: string, value: string, path?: string])[] = [
  one('aws-access-key-id', `AKIA${scrambled(base32, 16, 'key')}`),
  one('aws-marketplace-token', `amzn.mws.${uuid('mws')}`),
  one('github-personal-token', checkedToken('ghp_')),
  one('github-oauth-token', checkedToken('gho_', 'o')),
  one('github-app-token', checkedToken('ghs_', 's')),
  one('github-refresh-token', checkedToken('ghr_', 'r')),
  one('npm-token', checkedToken('npm_', 'npm')),
  [
    'npm-registry-credential',
    `//npm.acme.dev/:_authToken=${uuid('npmrc')}\n`,
    uuid('npmrc'),
    'root/.npmrc',
  ],
  one(
    'azure-shared-access-signature',
    signature,
    `https://acme.blob.core.windows.net/a?sv=2022-11-02&ss=b&sp=rw&sig=${signature}`,
  ),
  one('azure-devops-token', `${scrambled(base62, 76, 'ado')}AZDO${scrambled(base62, 4)}`),
  one(
    'azure-identifiable-key',
    `${scrambled(base62, 52, 'az')}JQQJ99${scrambled(base62, 26, 'az')}`,
  ),
  one('azure-registry-key', `${scrambled(base62, 42, 'acr')}+ACR${scrambled(base62, 6, 'acr')}`),
  one('azure-function-key', `${scrambled(base64url, 44, 'fu')}AzFu${scrambled(base62, 6)}==`),
  one('azure-search-key', `${scrambled(base62, 42, 'se')}AzSe${scrambled(base62, 6, 'se')}`),
  one('crates-token', `cio${scrambled(base62, 32, 'cio')}`),
  one(
    'slack-token',
    `xoxb-${scrambled('123456789', 12)}-${scrambled('123456789', 13)}-${scrambled(base62, 24)}`,
  ),
  one(
    'slack-webhook',
    `T${scrambled(upper36, 9)}/B${scrambled(upper36, 9, 'b')}/${scrambled(base62, 24, 'w')}`,
    `url: https://hooks.slack.com/services/T${scrambled(upper36, 9)}/B${scrambled(upper36, 9, 'b')}/${scrambled(base62, 24, 'w')}`,
  ),
  one(
    'discord-webhook',
    scrambled(base64url, 68, 'dw'),
    `https://discord.com/api/webhooks/${scrambled('123456789', 18)}/${scrambled(base64url, 68, 'dw')}`,
  ),
  one(
    'teams-webhook',
    uuid('t3'),
    `https://acme.webhook.office.com/webhookb2/${uuid('t1')}@${uuid('t2')}/IncomingWebhook/${scrambled(hex, 32)}/${uuid('t3')}`,
  ),
  one('telegram-bot-token', `${scrambled('123456789', 10)}:AAH${scrambled(base64url, 32, 'tg')}`),
  one('sendgrid-key', `SG.${scrambled(base64url, 22, 'sg')}.${scrambled(base64url, 43, 'sg')}`),
  one('mailchimp-key', `${scrambled(hex, 32, 'mc')}-us12`),
  one('resend-key', `re_${scrambled(base62, 8)}_${scrambled(base62, 24, 're')}`),
  one(
    'paypal-braintree-token',
    `access_token$production$${scrambled(lower36, 16)}$${scrambled(hex, 32, 'bt')}`,
  ),
  one('openai-key', `sk-${scrambled(base62, 20, 'oa')}T3BlbkFJ${scrambled(base62, 20, 'ob')}`),
  one('huggingface-token', `hf_${scrambled(letters, 34, 'hf')}`),
  one('replicate-token', `r8_${scrambled(base62, 37, 'r8')}`),
  one('langsmith-key', `lsv2_pt_${scrambled(hex, 32, 'ls')}_${scrambled(hex, 10)}`),
  one('pinecone-key', `pcsk_${scrambled(base62, 6)}_${scrambled(base62, 63, 'pc')}`),
  one('cloudflare-origin-key', `v1.0-${scrambled(hex, 24, 'ca')}-${scrambled(hex, 146, 'ca')}`),
  one('terraform-token', `${scrambled(base62, 14)}.atlasv1.${scrambled(base64url, 67, 'tf')}`),
  one('tailscale-key', `tskey-auth-${scrambled(base62, 12)}CNTRL-${scrambled(base62, 32, 'ts')}`),
  one('dynatrace-token', `dt0c01.${scrambled(base32, 24, 'dt')}.${scrambled(base32, 64, 'dt')}`),
  one('newrelic-licence-key', `${scrambled(hex, 36, 'nr')}NRAL`),
  one('grafana-service-token', `glsa_${scrambled(base62, 32, 'gl')}_${scrambled(hex, 8)}`),
  one('postman-key', `PMAK-${scrambled(hex, 24, 'pm')}-${scrambled(hex, 34, 'pm')}`),
  one('hubspot-token', `pat-na1-${uuid('hub')}`),
  one('clickup-token', `pk_${scrambled('123456789', 8)}_${scrambled(upper36, 32, 'cu')}`),
  one('json-web-token', bearer, `Authorization: Bearer ${bearer}`),
  one('facebook-token', `EAAC${scrambled(base62, 100, 'fb')}ZAxZBxZCxZD`),
  one('kubernetes-account-token', account),
  one('supabase-service-key', supabase('service_role')),
  one('supabase-public-key', supabase('anon')),
  one('basic-authorization', basic, `Authorization: Basic ${basic}`),
  one(
    'password-hash',
    `$6$saltsalt$${scrambled(`${base62}./`, 86, 'crypt')}`,
    `root:$6$saltsalt$${scrambled(`${base62}./`, 86, 'crypt')}:19000:0:99999:7:::\n`,
  ),
  one(
    'url-password',
    scrambled(base62, 16, 'url'),
    `DATABASE_URL=postgres://shop:${scrambled(base62, 16, 'url')}@db.internal:5432/shop`,
  ),
  one('age-key', identity, `# created\n${identity}\n`),
  one(
    'wireguard-key',
    `${scrambled(base64, 42, 'wg')}A=`,
    `[Interface]\nPrivateKey = ${scrambled(base64, 42, 'wg')}A=\n`,
  ),
  one(
    'putty-key',
    scrambled(base64, 64, 'ppk'),
    `PuTTY-User-Key-File-2: ssh-rsa\nEncryption: none\nComment: x\nPrivate-Lines: 1\n${scrambled(base64, 64, 'ppk')}\nPrivate-MAC: 00\n`,
  ),
  one(
    'signing-key',
    scrambled(base64, 200, 'mini'),
    `untrusted comment: minisign encrypted secret key\n${scrambled(base64, 200, 'mini')}\n`,
  ),
];

/** All of them. */
export function sampleSecrets(): readonly SampleSecret[] {
  return [
    ...prefixed.map(([id, prefix, alphabet, length]) => {
      const value = prefix + scrambled(alphabet, length, id);
      return { id, path: 'app/settings.py', text: `x = "${value}"\n`, value };
    }),
    ...assignedTo.map(([id, name, value]) => ({
      id,
      path: 'app/settings.yaml',
      text: `a: 1\n${name}: "${value}"\n`,
      value,
    })),
    ...formed.map(([id, text, value, path]) => ({
      id,
      path: path ?? 'app/settings.txt',
      text,
      value,
    })),
    ...sampleCredentialFiles().map(([id, path, text, value]) => ({ id, path, text, value })),
    ...sampleKeys(),
  ];
}
