#!/bin/sh
# assign_bench.sh LOTSE EDGES.csv SEATS.csv [RUNS]: every allocator on the same files, RUNS times
# each, and LEMON's network simplex beside them where its headers are installed (LEMON_FLAGS may
# name another place). The objective of lotse.welfare must lie between what LEMON proves and its own
# bound. One JSON object a line.
set -eu
lotse=$1
edges=$2
seats=$3
runs=${4:-3}
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

number_of() { sed -n "s/.*\"$1\":\\(-\\{0,1\\}[0-9.]*\\).*/\\1/p"; }

for allocator in welfare deferred cardinality ${ASSIGN_MORE:-}; do
    run=0
    while [ "$run" -lt "$runs" ]; do
        "$lotse" assign --json --edges "$edges" --seats "$seats" --allocator "lotse.$allocator" \
            --out "$work/out.csv" | tee -a "$work/$allocator"
        run=$((run + 1))
    done
done

if printf '#include <lemon/smart_graph.h>\n' | g++ ${LEMON_FLAGS:-} -x c++ -fsyntax-only - 2>/dev/null; then
    # shellcheck disable=SC2086
    g++ -O3 -march=native -std=c++17 ${LEMON_FLAGS:-} -o "$work/lemon" "$here/assign_lemon.cpp" ${LEMON_LIBS:--llemon}
    "$work/lemon" "$edges" "$seats" | tee "$work/peer"
    peer=$(number_of objective <"$work/peer")
    own=$(head -n 1 "$work/welfare" | number_of objective)
    bound=$(head -n 1 "$work/welfare" | number_of upper_bound)
    if [ "$own" -le "$peer" ] && [ "$peer" -le "$bound" ]; then
        echo "lotse.welfare $own, LEMON $peer, bound $bound: as it must be" >&2
    else
        echo "lotse.welfare $own, LEMON $peer, bound $bound: one of them is wrong" >&2
        exit 1
    fi
else
    echo "LEMON is not installed (liblemon-dev): no peer" >&2
fi
