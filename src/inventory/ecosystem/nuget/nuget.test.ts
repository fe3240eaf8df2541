import { describe, expect, test } from 'vitest';
import { catalog, catalogerOf, found, identities } from '../../../../test/catalog.ts';
import { damagedCopies } from '../../../../test/damage.ts';
import { nuget } from './index.ts';

const application = catalogerOf(nuget, 'dotnet-deps');
const lock = catalogerOf(nuget, 'nuget-lock');
const config = catalogerOf(nuget, 'nuget-config');
const project = catalogerOf(nuget, 'nuget-project');

/** The shape that `dotnet publish --self-contained` writes. */
const published = {
  runtimeTarget: { name: '.NETCoreApp,Version=v8.0/linux-x64', signature: '' },
  compilationOptions: {},
  targets: {
    '.NETCoreApp,Version=v8.0': {},
    '.NETCoreApp,Version=v8.0/linux-x64': {
      'Shop/1.0.0': {
        dependencies: {
          'Newtonsoft.Json': '12.0.2',
          'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64': '8.0.1',
        },
        runtime: { 'Shop.dll': {} },
      },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1': {
        runtime: { 'System.Text.Json.dll': { assemblyVersion: '8.0.0.0', fileVersion: '8.0.123' } },
        native: { 'libcoreclr.so': {} },
      },
      'Newtonsoft.Json/12.0.2': { runtime: { 'lib/netstandard2.0/Newtonsoft.Json.dll': {} } },
      'Microsoft.NETCore.Platforms/3.1.0': {},
      'Only.Native/2.0.0': { runtimeTargets: { 'runtimes/linux/native/x.so': {} } },
      'Only.Texts/2.1.0': { resources: { 'de/x.dll': {} } },
      'Empty.Assets/1.0.0': { runtime: {} },
      'Some.Reference/1.0.0.0': { runtime: { 'x.dll': {} } },
    },
  },
  libraries: {
    'Shop/1.0.0': { type: 'project', serviceable: false, sha512: '' },
    'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1': { type: 'runtimepack' },
    'Newtonsoft.Json/12.0.2': { type: 'package', path: 'newtonsoft.json/12.0.2' },
    'Microsoft.NETCore.Platforms/3.1.0': { type: 'package' },
    'Only.Native/2.0.0': { type: 'package' },
    'Only.Texts/2.1.0': { type: 'package' },
    'Empty.Assets/1.0.0': { type: 'package' },
    'Some.Reference/1.0.0.0': { type: 'reference' },
    'Not.In.Target/1.0.0': { type: 'package' },
  },
};

function deps(document: unknown) {
  return catalog(application, { path: 'app/Shop.deps.json', content: JSON.stringify(document) });
}

describe('deps.json', () => {
  test('a self-contained application: what has files', () => {
    const result = deps(published);
    expect(result.unknowns).toEqual([]);
    expect(identities(result)).toEqual([
      'Microsoft.NETCore.App.Runtime.linux-x64@8.0.1',
      'Newtonsoft.Json@12.0.2',
      'Only.Native@2.0.0',
      'Only.Texts@2.1.0',
      'Shop@1.0.0',
    ]);
    expect(found(result, 'Shop@1.0.0')).toMatchObject({
      origin: 'local',
      dependsOn: ['Newtonsoft.Json', 'Microsoft.NETCore.App.Runtime.linux-x64'],
    });
    expect(nuget.advisoryName(found(result, 'Newtonsoft.Json@12.0.2'))).toBe('newtonsoft.json');
  });

  test('an old file whose target is a plain name', () => {
    const name = '.NETCoreApp,Version=v1.1';
    const result = deps({
      runtimeTarget: name,
      targets: { [name]: { 'A/1.0.0': { runtime: { 'a.dll': {} } }, 'B/1.0.0': {} } },
      libraries: { 'A/1.0.0': { type: 'package' }, 'B/1.0.0': { type: 'package' } },
    });
    expect(identities(result)).toEqual(['A@1.0.0']);
  });

  test('without a target every library counts', () => {
    expect(identities(deps({ libraries: { 'A/1.0.0': { type: 'package' } } }))).toEqual([
      'A@1.0.0',
    ]);
  });

  test('keys that every object has are plain names', () => {
    const text =
      '{"libraries":{"__proto__/1.0.0":{"type":"package"},"/1":{"type":"package"},"x":{}}}';
    const result = catalog(application, { path: 'a.deps.json', content: text });
    expect(identities(result)).toEqual(['__proto__@1.0.0']);
    expect(result.unknowns).toEqual([{ reason: '2 entries without a usable name or version' }]);
  });

  test.each(['', '[]', 'null', '{"libraries":3}', '{"targets":[],"runtimeTarget":[]}'])(
    '%j is no crash',
    (content) => {
      expect(catalog(application, { path: 'a.deps.json', content }).packages).toEqual([]);
    },
  );

  test('any damage gives packages or a reason', () => {
    const whole = Buffer.from(JSON.stringify(published));
    for (const content of damagedCopies(whole, { seed: 41, copies: 500 })) {
      const result = catalog(application, { path: 'a.deps.json', content });
      expect(result.packages.length).toBeLessThan(10);
    }
  });
});

test('packages.lock.json: each resolved version once, projects left out', () => {
  const content = JSON.stringify({
    version: 1,
    dependencies: {
      'net6.0': {
        'Newtonsoft.Json': { type: 'Direct', requested: '[12.0.2, )', resolved: '12.0.2' },
        'System.Memory': {
          type: 'Transitive',
          resolved: '4.5.1',
          dependencies: { 'System.Buffers': '4.4.0' },
        },
        'Shop.Core': { type: 'Project' },
        'Odd.One': { type: 'Direct' },
      },
      'net6.0/linux-x64': { 'System.Memory': { type: 'Transitive', resolved: '4.5.1' } },
      'net8.0': { 'Newtonsoft.Json': { type: 'Direct', resolved: '13.0.1' } },
    },
  });
  const result = catalog(lock, { path: 'packages.lock.json', content });
  expect(identities(result)).toEqual([
    'Newtonsoft.Json@12.0.2',
    'Newtonsoft.Json@13.0.1',
    'System.Memory@4.5.1',
  ]);
  expect(result.unknowns).toEqual([{ reason: '1 entry without a usable name or version' }]);
});

test('packages.config', () => {
  const content = `\ufeff<?xml version="1.0" encoding="utf-8"?>
<packages>
  <package id="jQuery" version="3.1.1" targetFramework="net46" />
  <package id="StyleCop" version="1.0.0" developmentDependency="true" />
  <package id="broken" />
</packages>`;
  const result = catalog(config, { path: 'web/packages.config', content });
  expect(result.packages).toMatchObject([
    { name: 'jQuery', version: '3.1.1', scope: 'runtime', line: 3 },
    { name: 'StyleCop', version: '1.0.0', scope: 'development', line: 4 },
  ]);
  expect(result.unknowns).toEqual([{ reason: '1 entry without a usable name or version' }]);
});

test('projects and central versions', () => {
  const content = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><JsonVersion>13.0.1</JsonVersion></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Newtonsoft.Json" Version="$(JsonVersion)" />
    <PackageReference Include="Central.One" />
    <PackageReference Include="Exact.One" Version="[2.0.0]" />
    <PackageReference Include="Floating.One" Version="3.*" />
    <PackageReference Include="Ranged.One" Version="[1.0,2.0)" />
    <PackageReference Include="Analyzer" PrivateAssets="all"><Version>1.1.0</Version></PackageReference>
    <PackageVersion Include="Serilog" Version="2.10.0" />
    <Compile Include="x.cs" Version="1" />
  </ItemGroup>
</Project>`;
  const result = catalog(project, { path: 'Shop.csproj', content });
  expect(result.packages).toMatchObject([
    { name: 'Newtonsoft.Json', version: '13.0.1', scope: 'runtime', line: 4 },
    { name: 'Exact.One', version: '2.0.0' },
    { name: 'Analyzer', version: '1.1.0', scope: 'build' },
    { name: 'Serilog', version: '2.10.0' },
  ]);
  expect(result.unknowns).toEqual([
    { reason: '2 references whose version is not exact here: Floating.One, Ranged.One' },
  ]);
});

test('a reason stays a line, whatever the names', () => {
  const name = 'N'.repeat(50_000);
  const content = `<Project><ItemGroup><PackageReference Include="${name}" Version="1.*" /></ItemGroup></Project>`;
  const [unknown] = catalog(project, { path: 'a.csproj', content }).unknowns;
  expect(unknown?.reason.length).toBeLessThan(300);
});

test('properties that would grow without end are left as they are', () => {
  const long = 'x'.repeat(100_000);
  const many = '$(A)'.repeat(100_000);
  const content = `<P><PropertyGroup><A>${long}</A></PropertyGroup><ItemGroup>
    <PackageReference Include="a" Version="${many}"/></ItemGroup></P>`;
  const result = catalog(project, { path: 'a.csproj', content });
  expect(result).toMatchObject({ packages: [], unknowns: [{}] });
});

test.each([[config], [project]])('XML that is none is a reason: $name', (cataloger) => {
  const result = catalog(cataloger, { path: 'x', content: '<packages><package' });
  expect(result).toMatchObject({
    packages: [],
    unknowns: [{ reason: 'XML tag that does not end' }],
  });
});
