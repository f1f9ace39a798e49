#!/bin/sh
# import_kill.sh LOTSE ROUNDS: kill -9 in the middle of an import, again and again. What was stored
# stays, the folder opens, and the same import brought again completes it: every record is there
# once, as in an import that nobody disturbed.
set -eu
lotse=$1
rounds=$2
people=40000
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$lotse" sample --seekers $people --offers 20000 --seed 7 >"$work/file"
total=$(wc -l <"$work/file")

# The number behind a key of the report.
number() {
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" "$work/report"
}

"$lotse" --data "$work/whole" init >/dev/null
start=$(date +%s%N)
"$lotse" --data "$work/whole" --json import "$work/file" >"$work/report"
took=$((($(date +%s%N) - start) / 1000000))
[ "$(number created)" -eq "$total" ] || { echo "FAIL: the whole import made $(number created)"; exit 1; }

cut=0
round=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    rm -rf "$work/d"
    "$lotse" --data "$work/d" init >/dev/null
    "$lotse" --data "$work/d" --json import "$work/file" >"$work/killed" 2>/dev/null &
    pid=$!
    # Somewhere between the beginning and the end, another place every round.
    ms=$((took * (round * 37 % 100) / 100))
    sleep "$((ms / 1000)).$(printf %03d $((ms % 1000)))"
    kill -9 "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
    "$lotse" --data "$work/d" --json import "$work/file" >"$work/report" || {
        echo "FAIL round $round: the folder does not take the import: $(cat "$work/report")"
        exit 1
    }
    there=$(number unchanged)
    if [ $((there + $(number created))) -ne "$total" ] || [ "$(number changed)" -ne 0 ]; then
        echo "FAIL round $round: $there there, $(number created) created, $(number changed) changed"
        exit 1
    fi
    shown=$("$lotse" --data "$work/d" --json seeker list -n 1 | sed 's/.*"total":\([0-9]*\).*/\1/')
    if [ "$shown" -ne $people ]; then
        echo "FAIL round $round: $shown of $people people are shown"
        exit 1
    fi
    [ "$there" -gt 0 ] && [ "$there" -lt "$total" ] && cut=$((cut + 1))
done
echo "import_kill: $rounds rounds of $total records, $cut cut off between the first and the last commit, none lost, none twice"
