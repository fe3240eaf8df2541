// Named formats (`format.dns1123Label().validate(text)`), the authorizer that cannot answer here, and
// the names behind which functions stand (`sets.contains`).
import { type Environment, failure, optionalOf } from './library.ts';
import { registrar } from './register.ts';

class NamedFormat {
  readonly problemsOf: (text: string) => string[];
  constructor(problemsOf: (text: string) => string[]) {
    this.problemsOf = problemsOf;
  }
}

// Members of these are functions of the expression language.
// oxlint-disable-next-line no-extraneous-class -- an instance is what the library tells types by
class FormatNamespace {}
// oxlint-disable-next-line no-extraneous-class -- as above
class Authorizer {}

function shaped(pattern: RegExp, most: number, what: string): NamedFormat {
  return new NamedFormat((text) => {
    const problems: string[] = [];
    if (text.length > most) problems.push(`must be no more than ${most} characters`);
    else if (!pattern.test(text)) problems.push(what);
    return problems;
  });
}

const label = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const label1035 = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const qualifiedPart = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

function isSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => label.test(part));
}

function isQualifiedName(text: string): boolean {
  const slash = text.indexOf('/');
  if (slash === -1) return qualifiedPart.test(text);
  return isSubdomain(text.slice(0, slash)) && qualifiedPart.test(text.slice(slash + 1));
}

function tested(test: (text: string) => boolean, what: string): NamedFormat {
  return new NamedFormat((text) => (test(text) ? [] : [what]));
}

function isUri(text: string): boolean {
  return text.startsWith('/') || URL.canParse(text);
}

const formats: ReadonlyMap<string, NamedFormat> = new Map([
  ['dns1123Label', shaped(label, 63, 'must be a DNS label (RFC 1123)')],
  ['dns1123Subdomain', tested(isSubdomain, 'must be a DNS subdomain (RFC 1123)')],
  ['dns1035Label', shaped(label1035, 63, 'must be a DNS label (RFC 1035)')],
  ['qualifiedName', tested(isQualifiedName, 'must be a qualified name')],
  ['labelValue', shaped(labelValue, 63, 'must be a label value')],
  ['dns1123LabelPrefix', tested((text) => label.test(text.replace(/-$/, '')), 'must be a prefix')],
  [
    'dns1035LabelPrefix',
    tested((text) => label1035.test(text.replace(/-$/, '')), 'must be a prefix'),
  ],
  [
    'dns1123SubdomainPrefix',
    tested((text) => isSubdomain(text.replace(/-$/, '')), 'must be a prefix'),
  ],
  ['uri', tested(isUri, 'must be a URI')],
  ['uuid', shaped(/^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/, 36, 'must be a UUID')],
  [
    'byte',
    tested(
      (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0,
      'must be base64',
    ),
  ],
  ['date', tested((text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text), 'must be a date')],
  [
    'datetime',
    tested(
      (text) =>
        /^\d{4}-\d{2}-\d{2}[Tt]/.test(text) &&
        isDay(text.slice(0, 10)) &&
        !Number.isNaN(Date.parse(text)),
      'must be a date and time',
    ),
  ],
]);

/** The platform takes 30 February for 2 March. */
function isDay(text: string): boolean {
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** Registers names, formats and the authorizer. */
export function registerFormats(environment: Environment): void {
  const add = registrar(environment);
  for (const name of ['Sets', 'Lists', 'Math', 'Strings', 'Base64', 'Ip']) {
    // oxlint-disable-next-line no-extraneous-class -- as above
    const Namespace = class {};
    environment.registerType(`${name}Namespace`, Namespace);
    environment.registerConstant(name.toLowerCase(), `${name}Namespace`, new Namespace());
  }
  environment.registerType('kubernetes.NamedFormat', NamedFormat);
  environment.registerType('FormatNamespace', FormatNamespace);
  environment.registerConstant('format', 'FormatNamespace', new FormatNamespace());
  for (const [name, format] of formats) {
    add(`FormatNamespace.${name}(): kubernetes.NamedFormat`, () => format);
  }
  add(
    'FormatNamespace.named(string): optional<kubernetes.NamedFormat>',
    (_: unknown, name: string) => optionalOf(formats.get(name)),
  );
  add(
    'kubernetes.NamedFormat.validate(string): optional<list<string>>',
    (one: NamedFormat, text: string) => {
      const problems = one.problemsOf(text);
      return optionalOf(problems.length === 0 ? undefined : problems);
    },
  );
  add('OptionalNamespace.ofNonZeroValue(dyn): optional<dyn>', (_: unknown, value: unknown) =>
    optionalOf(isZero(value) ? undefined : value),
  );
  registerAuthorizer(environment);
}

function isZero(value: unknown): boolean {
  if (value === '' || value === false || value === null || value === 0 || value === 0n) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const unknown = (): never => {
  throw failure('only the API server knows what a user may do: authorizer is not known here');
};

/** Nobody can say here what a user may do: the API server alone knows. That is an error, no answer. */
function registerAuthorizer(environment: Environment): void {
  const add = registrar(environment);
  environment.registerType('kubernetes.Authorizer', Authorizer);
  environment.registerConstant('authorizer', 'kubernetes.Authorizer', new Authorizer());
  const type = 'kubernetes.Authorizer';
  const itself = (one: Authorizer): Authorizer => one;
  for (const name of [
    'path',
    'group',
    'resource',
    'subresource',
    'namespace',
    'name',
    'fieldSelector',
    'labelSelector',
  ]) {
    add(`${type}.${name}(string): ${type}`, itself);
  }
  add(`${type}.serviceAccount(string, string): ${type}`, itself);
  add(`${type}.check(string): ${type}`, itself);
  add(`${type}.allowed(): bool`, unknown);
  add(`${type}.reason(): string`, unknown);
  add(`${type}.errored(): bool`, unknown);
  add(`${type}.error(): string`, unknown);
  environment.registerVariable('authorizer_requestResource', 'dyn');
}
