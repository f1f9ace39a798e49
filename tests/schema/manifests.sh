#!/bin/sh
# manifests.sh BUILD_DIR: holds ajv against the manifest decoder and prints "N passed, N failed".
# Node's modules are those that run.sh installed under BUILD_DIR.
set -eu
build=${1:?usage: manifests.sh BUILD_DIR}
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$build" && pwd)
if [ ! -d "$build/schema/node_modules" ]; then
    mkdir -p "$build/schema"
    cp "$here/package.json" "$here/package-lock.json" "$build/schema/"
    (cd "$build/schema" && npm ci --no-audit --no-fund --silent)
fi
exec node "$here/manifests.js" "$build/schema" "$here/../.." "$build/tests/manifest_verdicts"
