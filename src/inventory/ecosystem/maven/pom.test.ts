import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { maven } from './index.ts';
import { coordinatesOfPom } from './pom.ts';

const project = catalogerOf(maven, 'maven-pom');
const gradle = catalogerOf(maven, 'gradle-lock');

function dependency(fields: Readonly<Record<string, string>>): string {
  const inner = Object.entries(fields).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<dependency>${inner.join('')}</dependency>`;
}

const child = `<project>
  <parent>
    <groupId>g</groupId><artifactId>parent</artifactId><version>1.0</version>
  </parent>
  <artifactId>child</artifactId>
  <properties>
    <json.version>\${base.version}.1</json.version>
    <base.version>2.14</base.version>
    <a>\${b}</a><b>\${a}</b>
  </properties>
  <licenses><license><name>Apache-2.0</name></license></licenses>
  <dependencyManagement><dependencies>
    ${dependency({ groupId: 'm', artifactId: 'managed', version: '5.0' })}
  </dependencies></dependencyManagement>
  <dependencies>
    ${dependency({ groupId: 'com.x', artifactId: 'json', version: '${json.version}' })}
    ${dependency({ groupId: 'm', artifactId: 'managed' })}
    ${dependency({ groupId: '${project.groupId}', artifactId: 'sibling', version: '${project.version}' })}
    ${dependency({ groupId: 't', artifactId: 'junit', version: '4.12', scope: 'test' })}
    ${dependency({ groupId: 't', artifactId: 'servlet', version: '3.1', scope: 'provided' })}
    ${dependency({ groupId: 't', artifactId: 'maybe', version: '[1.5]', optional: 'true' })}
    ${dependency({ groupId: 't', artifactId: 'tools', version: '1', scope: 'system' })}
    ${dependency({ groupId: 'u', artifactId: 'parented' })}
    ${dependency({ groupId: 'u', artifactId: 'circle', version: '${a}' })}
    ${dependency({ groupId: 'u', artifactId: 'range', version: '[1,2)' })}
  </dependencies>
</project>`;

const parent = `<project>
  <groupId>g</groupId><artifactId>parent</artifactId><version>1.0</version>
  <properties><p.version>7.7</p.version></properties>
  <dependencyManagement><dependencies>
    ${dependency({ groupId: 'u', artifactId: 'parented', version: '${p.version}' })}
    ${dependency({ groupId: 'm', artifactId: 'managed', version: '0.1' })}
  </dependencies></dependencyManagement>
  <dependencies>${dependency({ groupId: 'all', artifactId: 'children', version: '1.1' })}</dependencies>
</project>`;

const alone = [
  'com.x/json@2.14.1',
  'g/child@1.0',
  'g/sibling@1.0',
  'm/managed@5.0',
  't/junit@4.12',
  't/maybe@1.5',
  't/servlet@3.1',
];

describe('pom.xml', () => {
  test('by itself: what it cannot tell is one unknown', () => {
    const result = catalog(project, { path: 'src/child/pom.xml', content: child });
    expect(identities(result)).toEqual(alone);
    expect(result.unknowns).toEqual([
      {
        reason:
          '3 dependencies whose version stands in a parent or BOM that is not here: u:parented, u:circle, u:range',
      },
    ]);
    expect(found(result, 'g/child@1.0')).toMatchObject({
      origin: 'local',
      licences: ['Apache-2.0'],
    });
    expect(found(result, 't/junit@4.12').scope).toBe('development');
    expect(found(result, 't/servlet@3.1').scope).toBe('build');
    expect(found(result, 't/maybe@1.5').scope).toBe('optional');
    expect(found(result, 'com.x/json@2.14.1')).toMatchObject({ scope: 'runtime', line: 16 });
  });

  test('with its parent in the folder above', () => {
    const result = catalog(project, {
      path: 'src/child/pom.xml',
      content: child,
      companions: { 'src/pom.xml': parent },
    });
    expect(identities(result)).toEqual([...alone, 'all/children@1.1', 'u/parented@7.7'].toSorted());
    expect(result.unknowns[0]?.reason).toContain('2 dependencies');
  });

  test('another project that lies where the parent is looked for is not believed', () => {
    const content = parent.replace('<artifactId>parent<', '<artifactId>stranger<');
    const result = catalog(project, {
      path: 'src/child/pom.xml',
      content: child,
      companions: { 'src/pom.xml': content },
    });
    expect(identities(result)).toEqual(alone);
  });

  test('parents in a circle and above the root end', () => {
    const loop = child.replace('<artifactId>child<', '<artifactId>parent<');
    const companions = { 'a/pom.xml': loop, 'pom.xml': loop };
    for (const path of ['a/b/pom.xml', 'a/pom.xml', 'pom.xml']) {
      const result = catalog(project, { path, content: loop, companions });
      expect(result.packages.length).toBeGreaterThan(5);
    }
    const self = loop.replace('</parent>', '<relativePath>./pom.xml</relativePath></parent>');
    expect(
      catalog(project, { path: 'a/pom.xml', content: self, companions }).packages.length,
    ).toBeGreaterThan(5);
  });

  test('properties that double at every step stay small', () => {
    const doubling = Array.from(
      { length: 60 },
      (_, index) => `<p${index}>\${p${index + 1}}\${p${index + 1}}</p${index}>`,
    );
    const content = `<project><properties>${doubling.join('')}<p60>x</p60></properties>
      <dependencies>${dependency({ groupId: 'g', artifactId: 'a', version: '${p0}' })}</dependencies></project>`;
    const result = catalog(project, { path: 'pom.xml', content });
    expect(result).toMatchObject({ packages: [], unknowns: [{}] });
  });

  test.each([
    ['<project', 'XML tag that does not end'],
    ['<settings/>', 'not a Maven project'],
    ['', 'XML without an element'],
  ])('%j', (content, reason) => {
    expect(catalog(project, { path: 'pom.xml', content })).toEqual({
      packages: [],
      unknowns: [{ reason }],
    });
  });

  test('coordinates', () => {
    expect(coordinatesOfPom(child)).toEqual({ group: 'g', artifact: 'child', version: '1.0' });
    expect(coordinatesOfPom('<project><artifactId>a</artifactId></project>')).toBeNull();
    expect(coordinatesOfPom('<a/>')).toBeNull();
  });

  test('any damage gives packages or a reason', () => {
    for (const content of damagedCopies(Buffer.from(child), { seed: 61, copies: 500 })) {
      const result = catalog(project, { path: 'pom.xml', content });
      expect(result.packages.length + result.unknowns.length).toBeLessThan(40);
    }
  });
});

describe('gradle.lockfile', () => {
  const content = `# This is a Gradle generated file
com.google.guava:guava:31.1-jre=compileClasspath,runtimeClasspath
org.junit.jupiter:junit-jupiter:5.9.0=testCompileClasspath,testRuntimeClasspath
org.projectlombok:lombok:1.18.24=annotationProcessor
broken line
a:b:1:2=x
empty=
`;

  test('scopes, lines, odd lines', () => {
    const result = catalog(gradle, { path: 'app/gradle.lockfile', content });
    expect(result.packages).toMatchObject([
      {
        namespace: 'com.google.guava',
        name: 'guava',
        version: '31.1-jre',
        scope: 'runtime',
        line: 2,
      },
      { name: 'junit-jupiter', scope: 'development', line: 3 },
      { name: 'lombok', scope: 'build', line: 4 },
    ]);
    expect(result.unknowns).toEqual([{ reason: '2 entries without a usable name or version' }]);
  });

  test('the build script has its own', () => {
    const result = catalog(gradle, { path: 'buildscript-gradle.lockfile', content });
    expect(result.packages.map((one) => one.scope)).toEqual(['build', 'build', 'build']);
  });

  test('one file for each configuration, as older Gradle wrote', () => {
    const result = catalog(gradle, {
      path: 'app/gradle/dependency-locks/compileClasspath.lockfile',
      content: 'com.google.guava:guava:31.1-jre\n',
    });
    expect(identities(result)).toEqual(['com.google.guava/guava@31.1-jre']);
  });
});

test('advisories are listed by group:artifact', () => {
  expect(maven.advisoryName({ namespace: 'org.x', name: 'a' })).toBe('org.x:a');
  expect(maven.advisoryName({ namespace: null, name: 'a' })).toBe('a');
});
