#!/bin/sh
# run.sh BUILD_DIR [COUNT [SEED]]: holds ajv against the record decoder and prints "N passed, N
# failed". Node's modules are installed once, under BUILD_DIR.
set -eu
build=${1:?usage: run.sh BUILD_DIR [COUNT [SEED]]}
count=${2:-2000}
seed=${3:-1}
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$build" && pwd)
for tool in node npm; do
    command -v "$tool" >/dev/null || { echo "run.sh: $tool is not installed" >&2; exit 1; }
done
modules=$build/schema
mkdir -p "$modules"
if ! cmp -s "$here/package-lock.json" "$modules/package-lock.json" || [ ! -d "$modules/node_modules" ]; then
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    (cd "$modules" && npm ci --no-audit --no-fund --silent)
fi
program=$build/tests/schema_records
"$program" schema seeker >"$modules/seeker.schema.json"
"$program" schema offer >"$modules/offer.schema.json"
"$program" random "$count" "$seed" >"$modules/records.ndjson"
"$program" each >>"$modules/records.ndjson"
node "$here/compare.js" "$modules" "$modules/seeker.schema.json" "$modules/offer.schema.json" \
    <"$modules/records.ndjson"
