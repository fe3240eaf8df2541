// Microsoft Azure. Newer keys carry a mark inside by which they are found anywhere ("identifiable keys").
import { base62, base64, dotted64 } from '../alphabet.ts';
import { assigned } from '../assignment.ts';
import { type SecretDetector, textOf } from '../detector.ts';
import { isStandIn } from '../placeholder.ts';
import { marked } from '../token.ts';

const issuer = 'Azure';

/** 64 bytes in base64: 86 characters and two signs of padding. */
const storageKey = /^[A-Za-z0-9+/]{86}==$/;

const sharedAccessSignature: SecretDetector = {
  id: 'azure-shared-access-signature',
  title: 'Azure shared access signature',
  severity: 'high',
  issuer,
  hint: 'ends',
  costly: true,
  anchors: ['&sig=', '?sig=', '\\u0026sig='],
  find({ bytes, at, anchor }) {
    const start = at + anchor.length;
    const value = /^[A-Za-z0-9%+/]{40,70}(?:=|%3[dD])/.exec(textOf(bytes, start, start + 80))?.[0];
    if (value === undefined || isStandIn(value)) return null;
    // A signature stands beside its version and expiry (`sv`, `se`), in any order.
    const around = textOf(bytes, at - 300, start + 300);
    if (!/[?&](?:sv|api-version)=20\d\d-|[?&]se=\d|[?&]sp=/.test(around)) return null;
    return { start, end: start + value.length, value };
  },
};

export const azure: readonly SecretDetector[] = [
  assigned({
    id: 'azure-storage-key',
    title: 'Azure storage or Cosmos DB account key',
    severity: 'critical',
    issuer,
    words: [],
    spellings: ['AccountKey', 'accountKey', 'account_key', 'ACCOUNT_KEY', 'STORAGE_KEY'],
    alphabet: { ...base64, has: base64.has.with(0x3d, 1) },
    length: 88,
    judge: (value) => storageKey.test(value),
  }),
  assigned({
    id: 'azure-bus-key',
    title: 'Azure Service Bus, Event Hub or IoT key',
    severity: 'critical',
    issuer,
    words: [],
    spellings: ['SharedAccessKey', 'sharedAccessKey'],
    alphabet: { ...base64, has: base64.has.with(0x3d, 1) },
    length: [44, 88],
    judge: (value) => /^[A-Za-z0-9+/]{43,87}=$/.test(value),
  }),
  sharedAccessSignature,
  assigned({
    id: 'azure-client-secret',
    title: 'Azure (Entra) client secret',
    severity: 'critical',
    issuer: 'Microsoft Entra',
    words: ['client_secret', 'azure_secret', 'azure_client_secret', 'arm_client_secret'],
    spellings: ['clientSecret', 'ClientSecret', 'clientsecret'],
    alphabet: { ...dotted64, has: dotted64.has.with(0x7e, 1) },
    length: [37, 44],
    blankAssigns: true,
    judge: (value) => /^[\w~.]{3}\dQ~[\w~.-]{31,38}$/.test(value),
  }),
  marked({
    id: 'azure-devops-token',
    title: 'Azure DevOps personal access token',
    severity: 'critical',
    issuer: 'Azure DevOps',
    marks: ['AZDO'],
    alphabet: base62,
    length: 76,
    after: 4,
  }),
  marked({
    id: 'azure-identifiable-key',
    title: 'Azure service key',
    severity: 'critical',
    issuer,
    marks: ['JQQJ99'],
    alphabet: base62,
    length: 52,
    after: 26,
  }),
  marked({
    id: 'azure-registry-key',
    title: 'Azure container registry password',
    severity: 'critical',
    issuer,
    marks: ['+ACR'],
    alphabet: base64,
    length: 42,
    after: 6,
  }),
  marked({
    id: 'azure-function-key',
    title: 'Azure Functions key',
    severity: 'high',
    issuer,
    marks: ['AzFu'],
    alphabet: { ...base64, has: base64.has.with(0x2d, 1).with(0x5f, 1).with(0x3d, 1) },
    length: 44,
    after: [6, 8],
  }),
  marked({
    id: 'azure-search-key',
    title: 'Azure AI Search key',
    severity: 'high',
    issuer,
    marks: ['AzSe'],
    alphabet: base62,
    length: 42,
    after: 6,
  }),
];
