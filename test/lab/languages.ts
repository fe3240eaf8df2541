// Applications in several languages, installed by their own tools from their own registries, with old
// versions whose flaws are known. No install script is ever run.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildZip } from '../build-zip.ts';
import { debianLayer } from './debian.ts';
import { type LayerRecipe, run } from './recipe.ts';

/** Old releases, scoped names, nested duplicates, a package with many dependencies. */
const npmPackages = [
  'express@4.16.0',
  'lodash@4.17.4',
  'minimist@0.0.8',
  'axios@0.21.0',
  'ejs@2.7.4',
  'jsonwebtoken@8.5.0',
  '@hapi/hapi@18.4.0',
  '@babel/core@7.9.0',
  'socket.io@2.3.0',
  'request@2.88.0',
  'mongoose@5.9.0',
  'esbuild@0.17.0',
];

/** `npm install` into srv/shop, and global tools beside it. */
export const nodeApp: LayerRecipe = {
  name: 'node-app',
  needs: ['npm', 'tar'],
  createdBy: 'RUN npm install && npm install --global',
  fill(root) {
    const app = join(root, 'srv/shop');
    mkdirSync(app, { recursive: true });
    const manifest = { name: 'shop', version: '1.2.0', private: true };
    writeFileSync(join(app, 'package.json'), JSON.stringify(manifest));
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel', 'error'];
    run('npm', ['install', ...quiet, ...npmPackages], { cwd: app });
    run('npm', ['install', ...quiet, '--save-dev', 'mocha@7.1.0'], { cwd: app });
    const prefix = join(root, 'usr/local');
    mkdirSync(prefix, { recursive: true });
    run('npm', ['install', ...quiet, '--global', '--prefix', prefix, 'npm@6.14.0', 'yarn@1.22.0']);
  },
};

/** Wheels without compiled parts: they install alike whatever interpreter runs pip. */
const pythonPackages = [
  'Django==2.2.0',
  'requests==2.19.1',
  'Flask==0.12.2',
  'Jinja2==2.10',
  'urllib3==1.23',
  'itsdangerous==1.1.0',
  'Werkzeug==0.14.1',
  'click==6.7',
  'sqlparse==0.2.4',
  'certifi==2018.4.16',
  'zope.deprecation==4.4.0',
];

/** Packages of Debian's own Python, a flat `pip install`, and lock files that nobody installed. */
export const pythonApp: LayerRecipe = {
  name: 'python-app',
  needs: ['python3', 'tar'],
  createdBy: 'RUN pip install',
  fill(root) {
    const site = join(root, 'usr/local/lib/python3.11/dist-packages');
    const install = [
      '-m',
      'pip',
      'install',
      '--quiet',
      '--no-deps',
      '--no-compile',
      '--only-binary=:all:',
    ];
    run('python3', [...install, '--target', site, ...pythonPackages]);
    const isolated = join(root, 'opt/worker/lib/python3.11/site-packages');
    run('python3', [
      ...install,
      '--target',
      isolated,
      'requests==2.31.0',
      'urllib3==2.0.4',
      'pip==21.0',
    ]);
    const app = join(root, 'srv/app');
    mkdirSync(app, { recursive: true });
    writeFileSync(
      join(app, 'requirements.txt'),
      'requests==2.19.1\nPyYAML==5.1 ; python_version > "3"\n',
    );
    writeFileSync(
      join(app, 'Pipfile.lock'),
      JSON.stringify({ default: { jinja2: { version: '==2.10' } }, develop: {} }),
    );
  },
};

/** Debian's own Python modules: owned by dpkg, so that they must not be told twice. */
export const debianPython = debianLayer({
  name: 'debian-12-python',
  suite: 'bookworm',
  packages: [
    'python3-django',
    'python3-requests',
    'python3-cffi-backend',
    'python3-cryptography',
    'python3-setuptools',
  ],
});

/** Debian's own Java libraries. */
export const debianJava = debianLayer({
  name: 'debian-12-java',
  suite: 'bookworm',
  packages: [
    'liblog4j2-java',
    'libspring-web-java',
    'libjackson2-databind-java',
    'libcommons-fileupload-java',
    'libguava-java',
    'libxstream-java',
  ],
});

/** Plain, shaded and Spring Boot archives from Maven's central repository. */
const javaArchives = [
  'org.apache.logging.log4j:log4j-core:2.14.1:jar',
  'org.eclipse.jetty:jetty-runner:9.4.31.v20200723:jar',
  'io.zipkin:zipkin-server:2.23.2:jar:exec',
  'commons-collections:commons-collections:3.2.1:jar',
  'org.apache.struts:struts2-core:2.3.31:jar',
  'com.fasterxml.jackson.core:jackson-databind:2.9.8:jar',
];

export const javaApp: LayerRecipe = {
  name: 'java-app',
  needs: ['mvn', 'java', 'tar'],
  createdBy: 'COPY target/ /opt/app/',
  fill(root, work) {
    const app = join(root, 'opt/app');
    mkdirSync(app, { recursive: true });
    for (const coordinates of javaArchives) {
      run(
        'mvn',
        [
          '--batch-mode',
          '--quiet',
          'org.apache.maven.plugins:maven-dependency-plugin:3.6.0:copy',
          `-Dartifact=${coordinates}`,
          `-DoutputDirectory=${app}`,
        ],
        { cwd: work },
      );
    }
    // Three levels down to the libraries, on stored and on deflated ways.
    const libraries = ['struts2-core-2.3.31.jar', 'commons-collections-3.2.1.jar'];
    const war = buildZip([
      { name: 'WEB-INF/web.xml', content: '<web-app/>' },
      ...libraries.map((name, index) => ({
        name: `WEB-INF/lib/${name}`,
        content: readFileSync(join(app, name)),
        stored: index === 0,
      })),
    ]);
    const ear = buildZip([
      { name: 'META-INF/application.xml', content: '<application/>' },
      { name: 'web/shop.war', content: war, stored: true },
      { name: 'web/again.war', content: war },
    ]);
    writeFileSync(join(app, 'shop.war'), war);
    writeFileSync(join(app, 'shop.ear'), ear);
    renameSync(join(app, 'commons-collections-3.2.1.jar'), join(app, 'collections.jar'));
  },
};
