// The readers under everything: JSON, YAML, TOML, XML, zip archives, executables, release files.
import { type Parsed, parseJson, parseJsonWithComments } from '../../../src/base/json.ts';
import { bytesAsFile } from '../../../src/base/random-access.ts';
import { parseToml } from '../../../src/base/toml.ts';
import { parseXml, type XmlElement } from '../../../src/base/xml.ts';
import { parseYaml, parseYamlDocuments } from '../../../src/base/yaml.ts';
import { openZip, readMember } from '../../../src/base/zip.ts';
import {
  findSection,
  findWasmSection,
  placeOfAddress,
  readExecutable,
  readSection,
} from '../../../src/inventory/binary/index.ts';
import { cases } from '../../../src/inventory/distro/fixtures/releases.ts';
import { detectDistribution } from '../../../src/inventory/distro/index.ts';
import { isUnsupported } from '../../../src/model/distribution.ts';
import { executables } from '../samples/executables.ts';
import { fixtureOf, javaArchives, sample } from '../samples/files.ts';
import { type FuzzTarget, promise, promiseReason, promiseText, type Sample } from '../target.ts';

const decoder = new TextDecoder();
const textOf = ({ bytes }: Sample): string => decoder.decode(bytes);

function promiseParsed(parsed: Parsed): void {
  if (parsed.ok) return;
  promiseReason(parsed.reason);
  promise(parsed.line === undefined || parsed.line > 0, `line ${parsed.line}`);
}

const fixtures = (...names: readonly string[]): Sample[] =>
  names.map((name) => sample('document', fixtureOf(name)));

const yamlTokens = [
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '!!set',
  '!<tag:yaml.org,2002:str> ',
  '? ',
  '- ',
  '|\n',
  '>-\n',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '{a: ',
  '[',
  '"\\x',
  '# ',
  ': ',
] as const;

const xmlTokens = [
  '<!DOCTYPE a [<!ENTITY b "&b;&b;">]>',
  '<![CDATA[',
  ']]>',
  '<?xml ',
  '?>',
  '<!--',
  '-->',
  '&lt;',
  '&#x10ffff;',
  '<a b="',
  "='",
  '/>',
  '</',
  'xmlns:a="b"',
  '&b;',
] as const;

const xmlText = `<?xml version="1.0"?><!-- note --><project a="1" b='2'><x:child>text &amp; more</x:child>
<empty/><![CDATA[raw <b>]]><deep><deep><deep>1</deep></deep></deep></project>`;

/** JSON is what JSON.parse says it is, but for what is too deep or too dense to be worth reading. */
function runJson(input: Sample): void {
  const text = textOf(input);
  const parsed = parseJson(text);
  promiseParsed(parsed);
  if (!parsed.ok) return;
  const again = JSON.stringify(JSON.parse(text.replace(/^\uFEFF/, '')));
  promise(JSON.stringify(parsed.value) === again, 'another value than JSON.parse');
}

function runYaml(input: Sample): void {
  const text = textOf(input);
  promiseParsed(parseYaml(text));
  const parsed = parseYamlDocuments(text);
  if (!parsed.ok) {
    promiseReason(parsed.reason);
    return;
  }
  for (const document of parsed.documents.slice(0, 3)) {
    const line = document.lineAt(['packages', 0, 'version']);
    promise(line === null || line > 0, `line ${line}`);
  }
}

function runXml(input: Sample): void {
  const parsed = parseXml(textOf(input));
  if (!parsed.ok) {
    promiseReason(parsed.reason);
    return;
  }
  const open: XmlElement[] = [parsed.root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    promiseText(next.name, 'the name of an element');
    open.push(...next.children.slice(0, 1000));
  }
}

function runZip({ bytes }: Sample): void {
  const file = bytesAsFile(bytes);
  const opened = openZip(file);
  if (!opened.ok) {
    promiseReason(opened.reason);
    return;
  }
  for (const member of opened.members.slice(0, 50)) {
    promiseText(member.name, 'the name of a member');
    const read = readMember(file, member, { limitBytes: 1024 * 1024 });
    if (read.ok) promise(read.bytes.length === member.size, 'a member of another size than told');
    else promiseReason(read.reason);
  }
}

function runExecutable({ bytes }: Sample): void {
  const file = bytesAsFile(bytes);
  const read = readExecutable(file);
  if (!read.ok) {
    promiseReason(read.reason);
    return;
  }
  for (const image of read.images) {
    findSection(image, '.go.buildinfo');
    if (image.problem !== null) promiseReason(image.problem);
    for (const section of image.sections.slice(0, 200)) {
      promiseText(section.name, 'the name of a section');
      const content = readSection(file, section, 64 * 1024);
      if (!content.ok) promiseReason(content.reason);
      placeOfAddress(image, section.address);
    }
  }
}

function runRelease({ path, bytes }: Sample): void {
  const { distribution, unknowns } = detectDistribution(new Map([[path, decoder.decode(bytes)]]));
  for (const { reason } of unknowns) promiseReason(reason);
  if (distribution === null) return;
  for (const text of [distribution.id, distribution.versionId, distribution.name]) {
    promiseText(text, 'a word about the distribution');
    promise(text.length <= 1024, 'a word about the distribution is endless');
  }
  isUnsupported(distribution.endOfLife, new Date(0));
}

const releases = Object.values(cases).map(({ text }) => sample('etc/os-release', text));

export const documentTargets: readonly FuzzTarget[] = [
  {
    name: 'json',
    weight: 1,
    samples: fixtures('npm/package-lock.v3.json', 'composer/composer.lock'),
    tokens: ['{"a":', '[', ',', '1e999', '"\\ud800"', 'NaN', '\u2028'],
    run: runJson,
  },
  {
    name: 'json-with-comments',
    weight: 1,
    samples: fixtures('npm/bun.lock'),
    tokens: ['//', '/*', '*/', ',}', ',]', '"'],
    run: (input) => promiseParsed(parseJsonWithComments(textOf(input))),
  },
  {
    name: 'yaml',
    weight: 1,
    samples: fixtures('npm/pnpm-lock.v5.yaml', 'npm/pnpm-lock.v9.yaml', 'npm/yarn-berry.lock'),
    tokens: yamlTokens,
    run: runYaml,
  },
  {
    name: 'toml',
    weight: 1,
    samples: fixtures('pypi/poetry.lock', 'pypi/uv.lock', 'cargo/Cargo.lock'),
    tokens: ['[[', ']]', '"""', "'''", '= ', '{ a = ', '1979-05-27T07:32:00Z', '0x', 'inf', '.'],
    run: (input) => promiseParsed(parseToml(textOf(input))),
  },
  {
    name: 'xml',
    weight: 1,
    samples: [sample('a.xml', xmlText)],
    tokens: xmlTokens,
    run: runXml,
  },
  {
    name: 'zip',
    weight: 1,
    samples: javaArchives(),
    tokens: ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', 'PK\x06\x07', 'PK\x07\x08'],
    run: runZip,
  },
  {
    name: 'executable',
    weight: 1,
    samples: executables(),
    tokens: ['\x7fELF', 'MZ', 'PE\0\0', '.go.buildinfo', '.dep-v0', '\xca\xfe\xba\xbe'],
    run: runExecutable,
  },
  {
    name: 'wasm-section',
    weight: 0.5,
    samples: fixtures('cargo/auditable-wasm.gz'),
    tokens: ['\0asm', '.dep-v0'],
    run({ bytes }) {
      findWasmSection(bytesAsFile(bytes), '.dep-v0');
    },
  },
  {
    name: 'os-release',
    weight: 1,
    samples: [
      ...releases,
      sample('etc/redhat-release', 'CentOS Linux release 7.9.2009 (Core)\n'),
      sample('etc/alpine-release', '3.10.9\n'),
      sample('etc/debian_version', '12.4\n'),
      sample('etc/SuSE-release', 'openSUSE 13.1\nVERSION = 13.1\n'),
    ],
    tokens: [
      'ID=',
      'ID_LIKE=',
      'VERSION_ID="',
      'VERSION_CODENAME=',
      'PRETTY_NAME=',
      '$(id)',
      '\\"',
    ],
    run: runRelease,
  },
];
