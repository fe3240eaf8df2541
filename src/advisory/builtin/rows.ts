// The registry of the tables: a theme and its rows. To add a theme, add its file and one line.
import { databasesWebRows } from './databases-web.ts';
import { goRows } from './go.ts';
import { javaFrameworksRows } from './java-frameworks.ts';
import { javaLibrariesRows } from './java-libraries.ts';
import { javaServersRows } from './java-servers.ts';
import { kubernetesRows } from './kubernetes.ts';
import { linuxBaseRows } from './linux-base.ts';
import { linuxLibrariesRows } from './linux-libraries.ts';
import { linuxToolsRows } from './linux-tools.ts';
import { npmFrameworksRows } from './npm-frameworks.ts';
import { npmHijacksRows } from './npm-hijacks.ts';
import { npmLibrariesRows } from './npm-libraries.ts';
import { phpRows } from './php.ts';
import { pypiRows } from './pypi.ts';
import { pypiHijacksRows } from './pypi-hijacks.ts';
import type { BuiltinRow } from './row.ts';
import { rubyRows } from './ruby.ts';
import { runtimeRows } from './runtime.ts';
import { rustDotnetRows } from './rust-dotnet.ts';

export interface BuiltinTheme {
  readonly title: string;
  readonly rows: readonly BuiltinRow[];
}

export const builtinThemes: readonly BuiltinTheme[] = [
  { title: 'Container engines, runtimes and builders', rows: runtimeRows },
  { title: 'Kubernetes', rows: kubernetesRows },
  { title: 'Base system', rows: linuxBaseRows },
  { title: 'Tools of the distributions', rows: linuxToolsRows },
  { title: 'Shared libraries', rows: linuxLibrariesRows },
  { title: 'Databases and web servers', rows: databasesWebRows },
  { title: 'Java frameworks', rows: javaFrameworksRows },
  { title: 'Java libraries', rows: javaLibrariesRows },
  { title: 'Java servers', rows: javaServersRows },
  { title: 'npm frameworks', rows: npmFrameworksRows },
  { title: 'npm libraries', rows: npmLibrariesRows },
  { title: 'npm packages taken over', rows: npmHijacksRows },
  { title: 'Python', rows: pypiRows },
  { title: 'PyPI projects taken over', rows: pypiHijacksRows },
  { title: 'Go', rows: goRows },
  { title: 'PHP', rows: phpRows },
  { title: 'Ruby', rows: rubyRows },
  { title: 'Rust and .NET', rows: rustDotnetRows },
];

/** Every row, theme by theme. */
export function builtinRows(): readonly BuiltinRow[] {
  return builtinThemes.flatMap((theme) => theme.rows);
}
