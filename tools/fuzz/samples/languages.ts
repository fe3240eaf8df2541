// Samples of what the package managers of languages write.
import type { Sample } from '../target.ts';
import { fixtureOf, goPrograms, javaArchives, knownPrograms, sample, zippedEgg } from './files.ts';

const metadata = `Metadata-Version: 2.1
Name: Jinja2
Version: 2.10
License: BSD
Classifier: License :: OSI Approved :: BSD License
Requires-Dist: MarkupSafe (>=0.23)
Requires-Dist: Babel (>=0.8) ; extra == 'i18n'

A template engine.
`;

const gemspec = `# -*- encoding: utf-8 -*-
# stub: rack 2.0.1 ruby lib

Gem::Specification.new do |s|
  s.name = "rack".freeze
  s.version = "2.0.1"
  s.licenses = ["MIT".freeze]
end
`;

const goMod = `module example.com/shop

go 1.21

toolchain go1.21.5

require (
	github.com/gorilla/mux v1.8.0
	golang.org/x/text v0.3.7 // indirect
)

replace golang.org/x/text v0.3.7 => golang.org/x/text v0.14.0

exclude github.com/old/thing v1.0.0
`;

const pom = `<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent><groupId>org.example</groupId><artifactId>parent</artifactId><version>1</version></parent>
  <artifactId>shop</artifactId><version>\${revision}</version>
  <properties><revision>1.2</revision><log4j>2.14.1</log4j></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>a</groupId><artifactId>b</artifactId><version>3</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>org.apache.logging.log4j</groupId><artifactId>log4j-core</artifactId><version>\${log4j}</version></dependency>
    <dependency><groupId>a</groupId><artifactId>b</artifactId><scope>test</scope></dependency>
  </dependencies>
</project>
`;

const dotnetDeps = JSON.stringify({
  runtimeTarget: { name: '.NETCoreApp,Version=v8.0' },
  targets: {
    '.NETCoreApp,Version=v8.0': {
      'Shop/1.0.0': { dependencies: { 'Newtonsoft.Json': '12.0.2' }, runtime: { 'Shop.dll': {} } },
      'Newtonsoft.Json/12.0.2': { runtime: { 'lib/Newtonsoft.Json.dll': {} } },
    },
  },
  libraries: {
    'Shop/1.0.0': { type: 'project' },
    'Newtonsoft.Json/12.0.2': { type: 'package', path: 'newtonsoft.json/12.0.2' },
  },
});

const nugetLock = JSON.stringify({
  version: 1,
  dependencies: {
    'net8.0': {
      'Newtonsoft.Json': { type: 'Direct', requested: '[12.0.2, )', resolved: '12.0.2' },
    },
  },
});

const project = `<Project Sdk="Microsoft.NET.Sdk"><ItemGroup>
  <PackageReference Include="Newtonsoft.Json" Version="12.0.2" />
  <PackageReference Include="Serilog"><Version>2.10.0</Version></PackageReference>
</ItemGroup></Project>`;

const conda = JSON.stringify({
  name: 'openssl',
  version: '1.1.1k',
  build: 'h27cfd23_0',
  channel: 'https://repo.anaconda.com/pkgs/main/linux-64',
  license: 'OpenSSL',
  files: ['lib/libssl.so.1.1'],
  depends: ['ca-certificates', 'libgcc-ng >=7.3.0'],
});

const javaRelease =
  'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.9"\nJAVA_RUNTIME_VERSION="17.0.9+9"\n';

/** By the name of the cataloger. */
export const languageSamples: Readonly<Record<string, readonly Sample[]>> = {
  'npm-installed': [sample('srv/node_modules/shop/package.json', fixtureOf('npm/package.json'))],
  'npm-package-lock': ['v1', 'v2', 'v3'].map((one) =>
    sample('srv/package-lock.json', fixtureOf(`npm/package-lock.${one}.json`)),
  ),
  'npm-yarn-lock': ['yarn-1.lock', 'yarn-berry.lock'].map((one) =>
    sample('srv/yarn.lock', fixtureOf(`npm/${one}`)),
  ),
  'npm-pnpm-lock': ['v5', 'v6', 'v9'].map((one) =>
    sample('srv/pnpm-lock.yaml', fixtureOf(`npm/pnpm-lock.${one}.yaml`)),
  ),
  'npm-bun-lock': [sample('srv/bun.lock', fixtureOf('npm/bun.lock'))],
  'npm-bun-binary-lock': [sample('srv/bun.lockb', fixtureOf('npm/bun.lockb'))],
  'pypi-installed': [
    sample('usr/lib/python3/dist-packages/Jinja2-2.10.dist-info/METADATA', metadata, {
      companions: {
        'usr/lib/python3/dist-packages/Jinja2-2.10.dist-info/direct_url.json':
          '{"url":"git+https://host/x","vcs_info":{"vcs":"git","commit_id":"abc"}}',
      },
    }),
    sample('usr/lib/python3/dist-packages/Jinja2-2.10.egg-info', metadata),
  ],
  'pypi-zipped-egg': [zippedEgg()],
  'pypi-requirements': [sample('srv/requirements.txt', fixtureOf('pypi/requirements.txt'))],
  'pypi-pipfile-lock': [sample('srv/Pipfile.lock', fixtureOf('pypi/Pipfile.lock'))],
  'pypi-poetry-lock': [sample('srv/poetry.lock', fixtureOf('pypi/poetry.lock'))],
  'pypi-uv-lock': [sample('srv/uv.lock', fixtureOf('pypi/uv.lock'))],
  'pypi-pdm-lock': [sample('srv/pdm.lock', fixtureOf('pypi/pdm.lock'))],
  'pypi-pylock': [sample('srv/pylock.toml', fixtureOf('pypi/pylock.toml'))],
  'gem-installed': [sample('usr/lib/ruby/specifications/rack-2.0.1.gemspec', gemspec)],
  'gem-lock': [sample('srv/Gemfile.lock', fixtureOf('gem/Gemfile.lock'))],
  'composer-installed': [
    sample('srv/vendor/composer/installed.json', fixtureOf('composer/installed.v2.json')),
  ],
  'composer-lock': [sample('srv/composer.lock', fixtureOf('composer/composer.lock'))],
  'conda-meta': [sample('opt/conda/conda-meta/openssl-1.1.1k-h27cfd23_0.json', conda)],
  'golang-binary': goPrograms(),
  'golang-module': [
    sample('srv/go.mod', goMod, {
      companions: { 'srv/go.sum': 'github.com/gorilla/mux v1.8.0 h1:abc=\n' },
    }),
  ],
  'golang-toolchain': [sample('usr/local/go/VERSION', 'go1.21.5\ntime 2023-11-29T21:21:46Z\n')],
  'cargo-auditable': [
    sample('usr/bin/shop', fixtureOf('cargo/auditable-elf.gz')),
    sample('srv/shop.wasm', fixtureOf('cargo/auditable-wasm.gz')),
  ],
  'cargo-lock': [sample('srv/Cargo.lock', fixtureOf('cargo/Cargo.lock'))],
  'java-archive': javaArchives(),
  'java-unpacked': [
    sample(
      'opt/META-INF/maven/org.example/shop/pom.properties',
      'groupId=org.example\nartifactId=shop\nversion=1.2\n',
    ),
  ],
  'maven-pom': [sample('srv/pom.xml', pom)],
  'gradle-lock': [
    sample(
      'srv/gradle.lockfile',
      '# generated\nlog4j:log4j:1.2.17=runtimeClasspath\nempty=annotationProcessor\n',
    ),
  ],
  'dotnet-deps': [sample('app/Shop.deps.json', dotnetDeps)],
  'nuget-lock': [sample('srv/packages.lock.json', nugetLock)],
  'nuget-config': [
    sample('srv/packages.config', '<packages><package id="jQuery" version="1.9.1" /></packages>'),
  ],
  'nuget-project': [sample('srv/Shop.csproj', project)],
  program: knownPrograms(),
  'java-release': [sample('usr/lib/jvm/java-17/release', javaRelease)],
  'wordpress-version': [
    sample(
      'var/www/wp-includes/version.php',
      "<?php\n$wp_version = '6.1.1';\n$wp_db_version = 53496;\n",
    ),
  ],
};
