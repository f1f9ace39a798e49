#!/bin/sh
# run.sh BUILD: plays every talk with the toy server and with the real program, then holds every
# answer against the server's own description. Ends with N passed, N failed.
set -u
build=$1
here=$(dirname "$0")
root=$(cd "$here/../.." && pwd)
out="$build/talk"
rm -rf "$out" && mkdir -p "$out" || exit 1
passed=0
failed=0

# Plays and adds up; the arguments are talk_play's.
play() {
    "$build/tests/talk_play" "$@" >"$out/played" 2>&1
    cat "$out/played"
    line=$(tail -n 1 "$out/played")
    passed=$((passed + $(echo "$line" | sed -n 's/^\([0-9]*\) passed, .*/\1/p')))
    failed=$((failed + $(echo "$line" | sed -n 's/.* passed, \([0-9]*\) failed.*/\1/p')))
}

# The words a talk's first line asks for: "# with examples", "# with plugins", "# with a user" (its
# token stands for @TOKEN@). The talk to be played is in $out.
prepare() {
    "$build/bin/lotse" --data "$1" init >/dev/null 2>&1 || return 1
    token=
    case $(head -n 1 "$2") in
        *"with a user"*)
            token=$("$build/bin/lotse" --data "$1" user add talker --role caseworker 2>/dev/null) || return 1 ;;
    esac
    sed "s/@TOKEN@/$token/g" "$2" >"$out/$(basename "$2")"
    case $(head -n 1 "$2") in
        *"with examples"*)
            "$build/bin/lotse" --data "$1" import "$root"/schemas/examples/*.ndjson >/dev/null 2>&1 ;;
        *"with plugins"*)
            cp -r "$here/plugins" "$1/plugins" ;;
    esac
}

play --log "$out/toy.ndjson" "$build/tests/talk_server" @DIR@/lotse.sock 127.0.0.1:0 -- "$here"/toy/*.talk

for file in "$here"/lotse/*.talk; do
    [ -e "$file" ] || continue
    dir=$(mktemp -d)
    if prepare "$dir" "$file"; then
        play --log "$out/lotse.ndjson" --dir "$dir" "$build/bin/lotse" --data @DIR@ serve --tcp 127.0.0.1:0 -- "$out/$(basename "$file")"
    else
        echo "failed $file: no data folder could be made"
        failed=$((failed + 1))
    fi
    rm -rf "$dir"
done

modules="$root/build/node"
if [ ! -d "$modules/node_modules/ajv" ]; then
    mkdir -p "$modules" && cp "$root"/tests/schema/package*.json "$modules" &&
        npm ci --silent --no-audit --no-fund --prefix "$modules" >/dev/null 2>&1
fi
for log in "$out"/*.ndjson; do
    if [ ! -d "$modules/node_modules/ajv" ]; then
        echo "skipped: $log (no node, or no ajv from npm)"
        continue
    fi
    node "$here/check_replies.mjs" "$log" "$root/schemas" "$modules"
    [ $? -eq 0 ] && passed=$((passed + 1)) || failed=$((failed + 1))
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
