#!/bin/sh
# batch_kill.sh LOTSE [ROUNDS [SEEKERS]]: a batch run is killed at random moments, again and again,
# until it ends by itself; the bytes must be those of a run that nobody disturbed. Then the same in
# parts, put together. Ends with N passed, N failed.
set -u
lotse=$1
rounds=${2:-4}
seekers=${3:-4000}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
kills=0
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); printf '%s\n' "$*"; }
run() { "$lotse" --data "$work/town" --as-of 2026-11-23 batch run --strategy casework --top 5 --explain all -q "$@"; }

"$lotse" --data "$work/town" init >/dev/null 2>&1
"$lotse" sample --seekers "$seekers" --offers 800 --seed 11 >"$work/town.ndjson"
"$lotse" --data "$work/town" import -q "$work/town.ndjson" >/dev/null 2>&1 || { echo "0 passed, 1 failed"; exit 1; }
run --out "$work/whole.ndjson" 2>/dev/null || bad "the undisturbed run failed"

round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    attempt=0
    while :; do
        attempt=$((attempt + 1))
        run --out "$work/killed.ndjson" 2>/dev/null &
        pid=$!
        # From attempt to attempt a little more time, so that it comes to an end.
        sleep "$(awk -v seed="$round.$attempt" -v a="$attempt" 'BEGIN { srand(seed * 7919 + 17); print 0.1 + rand() * 0.15 * a }')"
        if kill -9 "$pid" 2>/dev/null; then
            kills=$((kills + 1))
        fi
        if wait "$pid" 2>/dev/null; then
            break
        fi
        [ "$attempt" -lt 60 ] || { bad "round $round does not end"; break; }
    done
    if cmp -s "$work/whole.ndjson" "$work/killed.ndjson"; then ok; else bad "round $round: other bytes after $attempt attempts"; fi
    rm -f "$work/killed.ndjson"
done
[ "$kills" -gt 0 ] && ok || bad "nothing was ever killed"

for part in 1 2 3; do
    run --shard "$part/3" --out "$work/part$part.ndjson" 2>/dev/null || bad "part $part failed"
done
"$lotse" batch merge "$work/part3.ndjson" "$work/part1.ndjson" "$work/part2.ndjson" --out "$work/merged.ndjson" || bad "the parts were refused"
cmp -s "$work/whole.ndjson" "$work/merged.ndjson" && ok || bad "the parts are not the whole"
"$lotse" batch merge "$work/part1.ndjson" "$work/part2.ndjson" --out "$work/some.ndjson" 2>/dev/null && bad "two parts of three were taken for the whole" || ok

run --out "$work/whole.csv" --explain none 2>/dev/null
run --out "$work/1.csv" --shard 1/2 --explain none 2>/dev/null
run --out "$work/2.csv" --shard 2/2 --explain none 2>/dev/null
"$lotse" batch merge "$work/1.csv" "$work/2.csv" --out "$work/merged.csv" && cmp -s "$work/whole.csv" "$work/merged.csv" && ok || bad "the CSV's parts are not the whole"

# What one run proposed stays in the next, from either form of its file; and a page that needs nothing.
seats() { "$lotse" --data "$work/town" --as-of 2026-11-23 batch run --strategy casework --allocator lotse.deferred "$@" 2>/dev/null; }
figure() { sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p"; }
seats --json --out "$work/first.ndjson" >"$work/first.json" || bad "no seats were handed out"
seats --json --keep "$work/first.ndjson" --out "$work/second.csv" >"$work/second.json" || bad "the list of a run was refused"
seats --json --keep "$work/second.csv" --out "$work/third.csv" >"$work/third.json" || bad "the list of a run was refused, as CSV"
[ "$(figure kept <"$work/second.json")" = "$(figure assigned <"$work/first.json")" ] && ok || bad "not all that stood was kept"
cmp -s "$work/second.csv" "$work/third.csv" && ok || bad "a run without events changed something"
"$lotse" --data "$work/town" --as-of 2026-11-23 batch report --strategy casework --top 5 -q --html --out "$work/page.html" 2>/dev/null || bad "there is no report"
[ "$(grep -c '<svg' "$work/page.html")" -gt 4 ] && ! grep -q 'http:\|https:\|src=\|<script' "$work/page.html" && ok || bad "the page needs something from elsewhere"

echo "$kills times killed"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
