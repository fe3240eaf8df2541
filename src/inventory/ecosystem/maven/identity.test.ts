import { describe, expect, test } from 'vitest';
import { coordinatesOfPath, isArchiveName, parseFileName } from './file-name.ts';
import { type Identity, identify } from './identity.ts';
import { licencesOfManifest, parseManifest, versionOfManifest } from './manifest.ts';
import { parsePomProperties } from './properties.ts';

function manifest(text: string) {
  return parseManifest(Buffer.from(text));
}

function self(
  path: string,
  from: { poms?: readonly string[]; manifest?: string },
): Identity | null {
  return of(path, from).self;
}

function of(path: string, from: { poms?: readonly string[]; manifest?: string }) {
  const poms = (from.poms ?? []).map((text) => {
    const [group = '', artifact = '', version = ''] = text.split(':');
    return { group, artifact, version };
  });
  return identify({ path, poms, manifest: parseManifest(Buffer.from(from.manifest ?? '')) });
}

describe('file names', () => {
  test.each([
    ['spring-core-5.3.4.jar', 'spring-core', '5.3.4'],
    ['lib/guava-31.1-jre.jar', 'guava', '31.1-jre'],
    ['log4j-1.2-api-2.17.1.jar', 'log4j-1.2-api', '2.17.1'],
    ['bcprov-jdk15on-1.70.jar', 'bcprov-jdk15on', '1.70'],
    ['bcprov-jdk18on-171.jar', 'bcprov-jdk18on', '171'],
    ['kafka_2.13-3.4.0.jar', 'kafka_2.13', '3.4.0'],
    ['demo-0.0.1-SNAPSHOT.jar', 'demo', '0.0.1-SNAPSHOT'],
    ['a-1.0.0-beta-2.jar', 'a', '1.0.0-beta-2'],
    ['a-1.0-redhat-00001.war', 'a', '1.0-redhat-00001'],
    [
      'netty-transport-native-epoll-4.1.94.Final-linux-x86_64.jar',
      'netty-transport-native-epoll',
      '4.1.94.Final',
    ],
    ['app-2.0-jar-with-dependencies.jar', 'app', '2.0'],
    ['postgresql-42.2.5.jre8.jar', 'postgresql', '42.2.5.jre8'],
    ['commons-text.jar', 'commons-text', null],
    ['app.jar', 'app', null],
    ['spring3-core-3.x.jar', 'spring3-core-3.x', null],
    ['log4j-1.2-api.jar', 'log4j-1.2-api', null],
    ['UPPER-1.0.JAR', 'UPPER', '1.0'],
  ])('%s', (path, artifact, version) => {
    expect(parseFileName(path)).toEqual({ artifact, version });
  });

  test('hostile names end', () => {
    expect(parseFileName(`${'-1'.repeat(100_000)}.jar`).artifact.length).toBeLessThan(600);
    expect(parseFileName('').version).toBeNull();
    expect(isArchiveName('.jar')).toBe(false);
  });

  test.each([
    [
      'root/.m2/repository/org/apache/commons/commons-text/1.10.0/commons-text-1.10.0.jar',
      'org.apache.commons',
      'commons-text',
      '1.10.0',
    ],
    ['usr/share/maven-repo/log4j/log4j/1.2.17/log4j-1.2.17.jar', 'log4j', 'log4j', '1.2.17'],
    ['home/a/.gradle/caches/modules-2/files-2.1/com.x/y/1.0/0a1b2c/y-1.0.jar', 'com.x', 'y', '1.0'],
  ])('repository path %s', (path, group, artifact, version) => {
    expect(coordinatesOfPath(path)).toEqual({ group, artifact, version });
  });

  test.each([
    'repository/a-1.jar',
    'repository/x/y/z/other.jar',
    'a/b/c.jar',
    'files-2.1/a/b/1/c.jar',
  ])('%s is no repository path', (path) => {
    expect(coordinatesOfPath(path)).toBeNull();
  });
});

describe('manifest', () => {
  test('lines are joined, sections end, the first name wins, case does not matter', () => {
    const parsed = manifest(
      'Manifest-Version: 1.0\r\nBundle-SymbolicName: com.example.very\r\n .long.name;singleton:=true\r\nimplementation-VERSION: 1.2\r\nImplementation-Version: 9\r\n\r\nName: x\r\nImplementation-Title: no\r\n',
    );
    expect(parsed.get('bundle-symbolicname')).toBe('com.example.very.long.name;singleton:=true');
    expect(parsed.get('implementation-version')).toBe('1.2');
    expect(parsed.has('implementation-title')).toBe(false);
  });

  test.each([
    ['Implementation-Version: 1.2.3\nBundle-Version: 9', '1.2.3'],
    ['Implementation-Version: ${project.version}\nBundle-Version: 2.0.0', '2.0.0'],
    [
      'Implementation-Version: 0123456789012345678901234567890123456789\nSpecification-Version: 1',
      '1',
    ],
    ['Bundle-Version: 3.26.0.v20210609-0549', '3.26.0'],
    ['Plugin-Version: 2.176 (private-abc)', '2.176'],
    ['Implementation-Version: v4.1', '4.1'],
    ['Implementation-Version: unknown', null],
    ['', null],
  ])('version of %j', (text, version) => {
    expect(versionOfManifest(manifest(text))).toBe(version);
  });

  test('licences', () => {
    const text = 'Bundle-License: "Apache-2.0";link="https://x",https://y/z';
    expect(licencesOfManifest(manifest(text))).toEqual(['Apache-2.0', 'https://y/z']);
    expect(licencesOfManifest(manifest('Bundle-License: <<EXTERNAL>>'))).toEqual([]);
  });
});

test.each([
  ['groupId=a\nartifactId=b\nversion=1', { group: 'a', artifact: 'b', version: '1' }],
  [
    '#c\r\n groupId : a \r\nartifactId = b\r\nversion\t1\r\n',
    { group: 'a', artifact: 'b', version: '1' },
  ],
  ['groupId=a\nartifactId=b', null],
  ['=x\n\u0000', null],
])('pom.properties %j', (text, expected) => {
  expect(parsePomProperties(text)).toEqual(expected);
});

describe('who an archive is', () => {
  const none = { poms: [], manifest: '' };
  test.each([
    ['a-1.0.jar', ['g:a:1.0']],
    ['a.jar', ['g:a:1.0']],
    ['a-1.0-linux.jar', ['g:a:1.0']],
    ['renamed.jar', ['g:a:1.0']],
    ['other-1.0.jar', ['g:a:1.0']],
    ['a-1.0-20240101.120000-1.jar', ['g:a:1.0']],
    ['a-1.0.jar', ['x:y:2', 'g:a:1.0', 'x:z:3']],
  ])('%s with %j', (path, poms) => {
    const { self: found, embedded } = of(path, { poms });
    expect(found).toEqual({ group: 'g', artifact: 'a', version: '1.0', guessed: false });
    expect(embedded).toHaveLength(poms.length - 1);
  });

  test('a descriptor that does not fit is a shaded package', () => {
    const { self: found, embedded } = of('tool-3.1.jar', { poms: ['g:a:1.0'] });
    expect(found).toMatchObject({ artifact: 'tool', version: '3.1', group: null, guessed: true });
    expect(embedded).toEqual([{ group: 'g', artifact: 'a', version: '1.0' }]);
  });

  test.each([
    [
      'jackson-databind-2.14.0.jar',
      'Bundle-SymbolicName: com.fasterxml.jackson.core.jackson-databind',
      'com.fasterxml.jackson.core',
      false,
    ],
    ['thing-1.0.jar', 'Implementation-Vendor-Id: org.example.things', 'org.example.things', false],
    [
      'log4j-core-2.14.1.jar',
      'Implementation-Vendor-Id: org.apache',
      'org.apache.logging.log4j',
      true,
    ],
    ['thing-1.0.jar', 'Implementation-Vendor-Id: Acme Inc.', null, true],
    ['spring-core-5.3.4.jar', 'Implementation-Title: spring-core', 'org.springframework', true],
    ['hibernate-core-6.2.0.jar', '', 'org.hibernate.orm', true],
    ['hibernate-core-5.6.0.jar', '', 'org.hibernate', true],
  ])('group of %s with %j', (path, manifest, group, guessed) => {
    expect(self(path, { manifest })).toMatchObject({ group, guessed });
  });

  test.each([
    [
      'git.hpi',
      'Group-Id: org.jenkins-ci.plugins\nShort-Name: git\nPlugin-Version: 4.11.3',
      'org.jenkins-ci.plugins',
      'git',
      '4.11.3',
    ],
    [
      'catalina.jar',
      'Implementation-Title: Apache Tomcat\nImplementation-Version: 9.0.80',
      'org.apache.tomcat',
      'tomcat-catalina',
      '9.0.80',
    ],
    [
      'tomcat-coyote.jar',
      'Implementation-Title: Apache Tomcat\nImplementation-Version: 9.0.80',
      'org.apache.tomcat',
      'tomcat-coyote',
      '9.0.80',
    ],
    [
      'app.jar',
      'Implementation-Title: billing-service\nImplementation-Version: 2.0',
      null,
      'billing-service',
      '2.0',
    ],
    [
      'app.jar',
      'Implementation-Title: Billing Service\nImplementation-Version: 2.0',
      null,
      'app',
      '2.0',
    ],
  ])('%s with %j', (path, manifest, group, artifact, version) => {
    expect(self(path, { manifest })).toMatchObject({ group, artifact, version });
  });

  test('nothing told, nothing claimed', () => {
    expect(of('app.jar', none)).toEqual({ self: null, embedded: [] });
    expect(self('-1.0.jar', none)).toBeNull();
  });
});
