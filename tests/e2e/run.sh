#!/bin/sh
# run.sh BUILD_DIR ROOT: drives the console in Chromium and prints "N passed, N failed, N skipped".
# Node's modules are installed once, under BUILD_DIR; pictures go to build/test-output/e2e.
set -eu
build=$(cd "${1:?usage: run.sh BUILD_DIR ROOT}" && pwd)
root=$(cd "${2:?usage: run.sh BUILD_DIR ROOT}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
chromium=${LOTSE_CHROMIUM:-/usr/bin/chromium}
[ -x "$chromium" ] || { echo "run.sh: $chromium is not installed" >&2; exit 1; }
modules=$build/e2e
mkdir -p "$modules"
if ! cmp -s "$here/package-lock.json" "$modules/package-lock.json" || [ ! -d "$modules/node_modules" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    (cd "$modules" && npm ci --no-audit --no-fund --silent)
fi
out=$root/build/test-output/e2e
rm -rf "$out"
mkdir -p "$out"
LOTSE_CHROMIUM=$chromium exec node "$here/console.mjs" "$build/bin/lotse" "$root" "$modules" "$out"
