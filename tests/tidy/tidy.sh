#!/bin/sh
# Enforces four things: the include graph and the library fences of core/layers.txt, formatting, and
# (by the build's -Werror) no warnings. Prints every breach, then N passed, N failed.
set -u
cd "$1" || exit 1
passed=0
failed=0
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); printf '%s\n' "$*"; }

# 1. The include graph: "folder/file.h" may be included from folders above it only.
awk '
    FILENAME == ARGV[1] && $1 == "layer" { level++; for (i = 2; i <= NF; i++) { rank[$i] = level } next }
    FILENAME == ARGV[1] && $1 == "only" { for (i = 3; i <= NF; i++) { only[$2, $i] = 1 } narrowed[$2] = 1; next }
    FILENAME == ARGV[1] { next }
    /^#[ \t]*include[ \t]*"/ {
        n = split(FILENAME, path, "/"); from = path[1] == "core" ? path[2] : path[1]
        split($0, quoted, "\""); split(quoted[2], target, "/"); to = target[1]
        if (index(quoted[2], "/") == 0) {
            if (quoted[2] != "lotse_plugin.h" && !(path[1] == "cli")) { print FILENAME ": include \"" quoted[2] "\" names no folder"; breaches++ }
            next
        }
        if (to == from) { next }
        if (!(to in rank)) { print FILENAME ": \"" quoted[2] "\" is in no layer of core/layers.txt"; breaches++; next }
        if (narrowed[from] && !((from, to) in only)) { print FILENAME ": " from " may not include " quoted[2]; breaches++; next }
        if (rank[to] >= rank[from]) { print FILENAME ": " from " may not include " quoted[2] ", which does not stand below it"; breaches++ }
    }
    END { exit breaches > 0 }
' core/layers.txt $(find core cli -name '*.c' -o -name '*.h' | sort) && ok || bad "the include graph is broken"

# 2. The fences: a library's header is included from one folder only.
while read -r word header folder; do
    [ "$word" = fence ] || continue
    found=$(grep -rlE "#[ ]*include[ ]*[<\"]([a-z0-9]+/)?$header[>\"]" core cli plugins --include='*.c' --include='*.h' | grep -v "^$folder/" || true)
    if [ -n "$found" ]; then bad "$header is met outside $folder: $found"; else ok; fi
done <core/layers.txt

# 3. The plugins link to the contract alone; a program that makes a table at build time is no plugin.
found=$(grep -nE '#[ ]*include[ ]*"' plugins -r --include='*.c' --include='*.h' | grep -v '/make_[a-z]*\.c:' | grep -v '"lotse_plugin.h"' | grep -vE '"[a-z_]+\.(h|inc)"' || true)
if [ -n "$found" ]; then bad "a plugin includes more than the contract: $found"; else ok; fi

# 4. Headers are guarded by their path.
for header in $(find core -name '*.h'); do
    guard=$(echo "$header" | tr 'a-z/.' 'A-Z__')
    grep -q "^#ifndef $guard\$" "$header" || bad "$header is not guarded by $guard"
done
ok

# 5. Formatting.
if command -v clang-format >/dev/null 2>&1; then
    for file in $(find core cli plugins tests \( -name '*.c' -o -name '*.h' \)); do
        clang-format --dry-run -Werror "$file" >/dev/null 2>&1 || bad "$file is not formatted (./dev format)"
    done
    ok
else
    echo "skipped: clang-format is not installed"
fi

# 6. The project speaks of itself alone: no path of a machine in it.
found=$(grep -rnE '/(home|root|work)/[a-z]' --include='*' core cli plugins schemas tests dev README.md CHANGELOG.md CMakeLists.txt 2>/dev/null | grep -v '^tests/tidy/' | grep -v node_modules || true)
if [ -n "$found" ]; then bad "a machine's path: $found"; else ok; fi

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
