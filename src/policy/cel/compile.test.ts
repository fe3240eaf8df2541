import { describe, expect, test } from 'vitest';
import { compilerFor, fromCel, meterOf, policyCost, toCel } from './index.ts';
import { compileRegex } from './regex.ts';

const object = {
  apiVersion: 'apps/v1',
  metadata: {
    name: 'web',
    labels: { 'app-name': 'shop', tier: 'front', constructor: 'x', __proto__2: 'y' },
    annotations: null,
    creationTimestamp: '2026-01-02T03:04:05Z',
  },
  spec: {
    namespace: 'n',
    replicas: 3,
    ratio: 0.5,
    containers: [
      { name: 'a', image: 'registry.example/a:1.2.3', args: ['x'] },
      {
        image: 'registry.example/b@sha256:00',
        name: 'b',
        resources: { limits: { memory: '1Gi' } },
      },
    ],
    init: [{ args: ['y'], name: 'i', image: 'docker.io/i' }],
  },
};
const compiler = compilerFor(new Map([['object', null]]));

function evaluated(source: string): unknown {
  const compiled = compiler(source);
  if (!compiled.ok) return `refused: ${compiled.reason}`;
  const variables = new Map([['object', toCel(object)]]);
  const result = compiled.expression.evaluate(variables, meterOf(policyCost));
  return result.ok ? fromCel(result.value) : `error: ${result.reason}`;
}

// Expected values follow the CEL specification and the pages of the libraries of Kubernetes
// (https://kubernetes.io/docs/reference/using-api/cel/).
const table: readonly (readonly [string, unknown])[] = [
  ['object.spec.replicas >= 3', true],
  ['object.spec.replicas + 1', 4],
  ['object.spec.replicas == 3.0', true],
  ['object.spec.ratio < 1', true],
  ['object.metadata.name + "-x"', 'web-x'],
  ['has(object.metadata.annotations)', false],
  ['has(object.metadata.labels.tier)', true],
  ['has(object.metadata.labels.none)', false],
  ['object.metadata.labels.constructor', 'x'],
  ['object.metadata.labels.app__dash__name', 'shop'],
  ['object.metadata.labels["app-name"] == "shop"', true],
  ['"tier" in object.metadata.labels', true],
  ['"none" in object.metadata.labels', false],
  ['object.spec.__namespace__', 'n'],
  ['object.spec.missing', 'error: No such key: missing'],
  ['object.spec.missing || true', true],
  ['object.?spec.?missing.orValue("d")', 'd'],
  ['object.?spec.?replicas.orValue(0)', 3],
  ['object.?spec.?missing.hasValue()', false],
  ['object.spec[?"replicas"].optMap(r, r * 2).orValue(0)', 6],
  ['object.?spec.?missing.optFlatMap(x, optional.of(x)).orValue(7)', 7],
  ['optional.ofNonZeroValue("").hasValue()', false],
  ['object.spec.containers.orValue([]).size()', 2],
  ['object.spec.containers.all(c, c.image.startsWith("registry.example/"))', true],
  ['object.spec.containers.exists(c, has(c.resources))', true],
  ['object.spec.containers.exists_one(c, c.name == "a")', true],
  ['object.spec.containers.filter(c, c.name != "a").map(c, c.name)', ['b']],
  ['object.spec.containers.map(c, has(c.args), c.name)', ['a']],
  ['(object.spec.containers + object.spec.init).map(c, c.name).join(",")', 'a,b,i'],
  ['object.spec.containers.all(i, c, i < 2 && c.name != "")', true],
  ['object.metadata.labels.exists(k, v, k == "tier" && v == "front")', true],
  ['object.metadata.labels.all(k, k.size() > 0)', true],
  ['[10, 20].transformList(i, v, v + i)', [10, 21]],
  ['[10, 20].transformList(i, v, i > 0, v)', [20]],
  ['{"a": 1}.transformMap(k, v, v + 1)', { a: 2 }],
  ['{"a": "b"}.transformMapEntry(k, v, {v: k})', { b: 'a' }],
  ['cel.bind(x, object.spec.replicas, x * x)', 9],
  ['quantity("1Gi").isGreaterThan(quantity("500Mi"))', true],
  ['quantity("1000m") == quantity("1")', true],
  ['quantity("50k").add(20).asInteger()', 50_020],
  ['quantity("50k").sub(quantity("20")).compareTo(quantity("49980"))', 0],
  // Kubernetes keeps these as decimals (k8s.io/apiserver 0.37).
  ['quantity("1.5Gi").isInteger()', false],
  ['quantity("1000m").isInteger()', false],
  ['quantity("7Ei").isInteger()', false],
  ['quantity("1.5k").asInteger()', 1500],
  ['ip.isCanonical("0:0::1")', false],
  ['ip.isCanonical("::1")', true],
  ['format.date().validate("2026-02-30").hasValue()', true],
  ['quantity("100m").asApproximateFloat()', 0.1],
  ['isQuantity("1.3Gi")', true],
  ['isQuantity("10,000")', false],
  ['quantity("x")', 'error: x is no quantity'],
  ['url("https://example.com:80/path?k=a&k=b").getHost()', 'example.com:80'],
  ['url("https://example.com:80/").getHostname()', 'example.com'],
  ['url("https://example.com:80/").getPort()', '80'],
  ['url("https://[::1]:80/").getHostname()', '::1'],
  ['url("https://example.com/with space/").getEscapedPath()', '/with%20space/'],
  ['isURL("https://a b/c")', false],
  ['isURL("https://a/%zz")', false],
  ['url("https://e.com/path%20x?k=a&k=b").getEscapedPath()', '/path%20x'],
  ['url("https://e.com/?k=a&k=b").getQuery()', { k: ['a', 'b'] }],
  ['isURL("../relative")', false],
  ['isURL("/absolute")', true],
  ['ip("10.0.0.1").family()', 4],
  ['isIP("10.0.0.256")', false],
  ['isIP("::ffff:1.2.3.4")', false],
  ['ip("::1").isLoopback()', true],
  ['ip("8.8.8.8").isGlobalUnicast()', true],
  ['ip("169.254.169.254").isLinkLocalUnicast()', true],
  ['string(ip("2001:0db8:0:0:0:0:0:1"))', '2001:db8::1'],
  ['ip("0:0:0:0:0:0:0:1") == ip("::1")', true],
  ['cidr("10.0.0.0/8").containsIP("10.1.2.3")', true],
  ['cidr("10.0.0.0/8").containsCIDR(cidr("10.1.0.0/16"))', true],
  ['cidr("10.1.2.3/8").masked() == cidr("10.0.0.0/8")', true],
  ['cidr("10.0.0.0/8").prefixLength()', 8],
  ['isCIDR("10.0.0.0/33")', false],
  ['semver("1.2.3").isLessThan(semver("1.10.0"))', true],
  ['semver("1.0.0-alpha.1").compareTo(semver("1.0.0"))', -1],
  ['semver("v1.2", true).minor()', 2],
  ['isSemver("v1.2.3")', false],
  ['"abc 123".matches("[0-9]+$")', true],
  ['"abc 123".find("[0-9]+")', '123'],
  ['"a1 b22 c333".findAll("[0-9]+", 2)', ['1', '22']],
  ['"abc".matches("(a")', 'error: a group without an end in the pattern (a'],
  ['"tacocat".replace("c", "-")', 'ta-o-at'],
  ['"aaa".replace("a", "b", 2)', 'bba'],
  ['"a,b,c".split(",", 2)', ['a', 'b,c']],
  ['"hello".charAt(1)', 'e'],
  ['"hello".reverse()', 'olleh'],
  ['"İA".lowerAscii()', 'İa'],
  ['"%s is %d of %.2f, %x, %b".format(["a", 3, 1.234, 255, true])', 'a is 3 of 1.23, ff, 1'],
  ['"%s".format([[1, "a", {"k": null}]])', '[1, "a", {"k":null}]'],
  ['"%d".format(["a"])', 'error: %d takes a whole number'],
  ['"%f".format([1234567.891])', '1,234,567.891000'],
  ['"%e".format([1e-7])', '1.000000×10⁻⁰⁷'],
  ['strings.quote("a\\"b")', '"a\\"b"'],
  ['base64.encode(b"hi")', 'aGk='],
  ['[1, 2, 3].isSorted()', true],
  ['["b", "a"].isSorted()', false],
  ['[1.5, 2.5].sum()', 4],
  ['[3, 1, 2].min()', 1],
  ['["a", "b"].max()', 'b'],
  ['[].max()', 'error: an empty list has no least and no greatest'],
  ['["a", "b", "a"].indexOf("a")', 0],
  ['["a", "b", "a"].lastIndexOf("a")', 2],
  ['[3, 1, 2].sort()', [1, 2, 3]],
  ['[[1, 2], [3]].flatten()', [1, 2, 3]],
  ['[1, 1, 2].distinct()', [1, 2]],
  ['[1, 2, 3].slice(1, 3)', [2, 3]],
  ['object.spec.containers.sortBy(c, c.image).map(c, c.name)', ['a', 'b']],
  ['sets.contains(["a", "b"], ["a"])', true],
  ['sets.intersects([1], [2])', false],
  ['sets.equivalent([1, 2, 2], [2, 1])', true],
  ['math.greatest(1, 5, 3)', 5],
  ['math.least([4, 2])', 2],
  ['format.dns1123Label().validate("my_label").hasValue()', true],
  ['format.named("labelValue").value().validate("ok").hasValue()', false],
  ['duration("1h30m") > duration("89m")', true],
  ['timestamp(object.metadata.creationTimestamp).getFullYear()', 2026],
  [
    'timestamp("2026-01-02T00:00:00Z") - timestamp("2026-01-01T00:00:00Z") == duration("24h")',
    true,
  ],
  ['string({"a": [1, true]})', '{"a":[1,true]}'],
  ['[1, "a", true].size()', 3],
  ['dyn([{"a": 1}]) == [{"a": 1.0}]', true],
  ['[1, 2] in [[1, 2]]', true],
  ['type(object.spec.replicas) == int', true],
  ['1 / 0', 'error: division by zero'],
  ['9223372036854775807 + 1', 'error: integer overflow: 9223372036854775808'],
  ['object.spec.containers[5].name', 'error: No such key: index out of bounds, index 5 >= size 2'],
  ['nobody.x', 'refused: Unknown variable: nobody'],
  ['1 +', 'refused: Unexpected token: EOF'],
  ['"a" + 1', 'refused: no such overload: string + int'],
];

describe('expressions', () => {
  test.each(table)('%s', (source, expected) => {
    expect(evaluated(source)).toEqual(expected);
  });

  test('the authorizer gives no answer, which is an error', () => {
    const source = 'authorizer.group("apps").resource("deployments").check("create").allowed()';
    expect(evaluated(source)).toContain('only the API server knows');
  });
});

describe('what never ends', () => {
  const costly = 'it costs more than an expression may (loops over long lists)';
  const loops = (depth: number, body: string): string =>
    depth === 0 ? body : `lists.range(1000).all(x${depth}, ${loops(depth - 1, body)})`;

  test.each([
    ['nested loops', loops(4, 'true')],
    ['behind an error that another side hides', `${loops(4, 'true')} || true`],
    ['a list without end', 'lists.range(9000000000000000000)'],
    ['lists that double', `cel.bind(a, lists.range(1000), ${doubled(40)})`],
    ['lists in lists', `cel.bind(a, [1,1,1,1,1,1,1,1,1,1], ${nested(12)})`],
    ['membership', 'lists.range(10000).all(x, x in lists.range(10000))'],
    [
      'a pattern that backtracks',
      'lists.range(10000).all(x, !("a".replace("", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa") + "!").matches("^((a?){50}a{50})*$"))',
    ],
  ])('%s', (_, source) => {
    expect(evaluated(source)).toBe(`error: ${costly}`);
  });

  test('text that doubles is refused by its length or its cost', () => {
    const source = `cel.bind(a, "0123456789", ${doubled(20)}).size()`;
    expect(evaluated(source)).toMatch(/^error: (the text is too long|it costs more)/);
  });

  test.each([
    ['length', `"${'a'.repeat(20_000)}"`],
    ['parentheses', `${'('.repeat(5000)}1${')'.repeat(5000)}`],
    ['negations', `${'!'.repeat(15_000)}true`],
    ['sums', `1${'+1'.repeat(8000)}`],
    ['macros', 'x.map(1, 2)'],
    ['half a loop', '[1].transformList(1, 2, 3)'],
  ])('%s beyond the bound is refused or an error, never thrown', (_, source) => {
    expect(evaluated(source)).toMatch(/^(?:refused|error): /);
  });
});

function doubled(times: number): string {
  return times === 0 ? 'a' : `cel.bind(a, a + a, ${doubled(times - 1)})`;
}

function nested(times: number): string {
  if (times === 0) return 'string(a) == ""';
  return `cel.bind(a, [a,a,a,a,a,a,a,a,a,a], ${nested(times - 1)})`;
}

describe('regular expressions of RE2', () => {
  test.each([
    ['a|b', 'xbx', 'b'],
    ['a*?b', 'aab', 'aab'],
    ['(?i)HELLO', 'say hello', 'hello'],
    ['^a{2,3}', 'aaaa', 'aaa'],
    ['a{2,3}?', 'aaaa', 'aa'],
    ['[^a-c]+', 'abcdef', 'def'],
    ['[[:digit:]]+', 'a42', '42'],
    ['\\bfoo\\b', 'a foo b', 'foo'],
    ['\\p{Lu}+', 'aÄB', 'ÄB'],
    ['(?m)^b$', 'a\nb', 'b'],
    ['(?s)a.b', 'a\nb', 'a\nb'],
    ['(?:ab)+', 'xababy', 'abab'],
    ['\\Qa.b\\E', 'a.b', 'a.b'],
    ['x*', 'aaa', ''],
    ['[]a]+', 'b]a', ']a'],
    ['.', '😀', '😀'],
    ['\\x41\\.', 'A.', 'A.'],
    ['a{,2}', 'a{,2}', 'a{,2}'],
  ])('%s in %j', (pattern, text, expected) => {
    const [span] = compileRegex(pattern).spans(text, 1);
    expect(span && text.slice(span.start, span.end)).toBe(expected);
    expect(compileRegex(pattern).test(text)).toBe(true);
  });

  test.each([
    '(',
    'a)',
    '[a',
    'a**',
    '*a',
    'a{1001}',
    '(?=a)',
    '\\',
    '(a{1000}){1000}',
    '[b-a]',
    '(?<n',
  ])('%s is no pattern', (pattern) => {
    expect(() => compileRegex(pattern)).toThrow(/ in the pattern /);
  });
});
