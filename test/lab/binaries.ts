// Programs that carry their own list of parts: Go with its module table, Rust built by cargo-auditable.
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LayerRecipe, run } from './recipe.ts';

/** Old releases of modules with known flaws, and what they need. */
const goModules = [
  'github.com/gin-gonic/gin@v1.6.0',
  'golang.org/x/crypto@v0.14.0',
  'github.com/golang-jwt/jwt/v4@v4.4.1',
  'gopkg.in/yaml.v2@v2.2.2',
];

const goMain = `package main

import (
	"fmt"

	"github.com/gin-gonic/gin"
	"github.com/golang-jwt/jwt/v4"
	"golang.org/x/crypto/ssh"
	"gopkg.in/yaml.v2"
)

func main() {
	fmt.Println(gin.Version, jwt.SigningMethodHS256, ssh.CertAlgoRSAv01, yaml.Marshal)
	_ = gin.New()
}
`;

/** A static binary for Linux, a stripped one, and programs for Windows and macOS, without a system. */
export const goApp: LayerRecipe = {
  name: 'go-app',
  needs: ['go', 'tar'],
  createdBy: 'COPY shop /app/shop',
  fill(root, work) {
    const app = join(root, 'app');
    mkdirSync(app, { recursive: true });
    const go = (words: readonly string[], environment: Record<string, string> = {}): string =>
      run('go', words, {
        cwd: work,
        environment: { CGO_ENABLED: '0', GOFLAGS: '', ...environment },
      });
    go(['mod', 'init', 'example.com/shop']);
    for (const one of goModules) go(['get', one]);
    writeFileSync(join(work, 'main.go'), goMain);
    go(['mod', 'tidy']);
    go(['build', '-o', join(app, 'shop'), '.']);
    go(['build', '-ldflags=-s -w', '-trimpath', '-o', join(app, 'shop-stripped'), '.']);
    go(['build', '-o', join(app, 'shop.exe'), '.'], { GOOS: 'windows' });
    go(['build', '-o', join(app, 'shop-mac'), '.'], { GOOS: 'darwin', GOARCH: 'arm64' });
    for (const name of ['go.mod', 'go.sum']) copyFileSync(join(work, name), join(app, name));
  },
};

/** A small program with a few crates, built so that it names them. */
export const rustApp: LayerRecipe = {
  name: 'rust-app',
  needs: ['cargo', 'cargo-auditable', 'tar'],
  createdBy: 'COPY shop /usr/local/bin/shop',
  fill(root, work) {
    const bin = join(root, 'usr/local/bin');
    mkdirSync(bin, { recursive: true });
    mkdirSync(join(work, 'src'));
    writeFileSync(join(work, 'src/main.rs'), rustMain);
    writeFileSync(join(work, 'Cargo.toml'), cargoManifest);
    run('cargo', ['auditable', 'build', '--quiet', '--release'], { cwd: work });
    copyFileSync(join(work, 'target/release/shop'), join(bin, 'shop'));
    if (!existsSync(join(bin, 'shop'))) throw new Error('cargo built nothing');
  },
};

const rustMain =
  'fn main() { println!("{:?} {}", time::Duration::days(1), smallvec::SmallVec::<[u8; 4]>::new().len()); }\n';

const cargoManifest = `[package]
name = "shop"
version = "0.3.0"
edition = "2021"

[dependencies]
time = "=0.2.7"
smallvec = "=1.6.0"
`;
