#!/bin/sh
# bench.sh ROOT [SIZE [SEED]]: generates the workload once, computes the exact answers with the reference
# program, compares every way of asking Lotse with them, and times both side by side.
set -eu
root=$1
size=${2:-S}
seed=${3:-20240607}
shared=${LOTSE_SHARED:-$root/../shared}
if [ ! -d "$shared/bench" ]; then
    echo "the workload's generator is not here ($shared/bench); set LOTSE_SHARED" >&2
    exit 1
fi
work="$root/build/bench"
dir="$work/$size-$seed"
mkdir -p "$work"
for program in reference fused; do
    [ -x "$work/$program" ] || cc -O3 -march=native -std=gnu17 -w -o "$work/$program" "$shared/bench/$program.c" -lm -lpthread
done
if [ ! -f "$dir/single.txt" ]; then
    python3=/usr/bin/python3
    "$python3" "$shared/bench/gen.py" "$size" "$dir" "$seed"
    "$python3" "$shared/bench/to_native.py" "$dir"
    "$work/reference" "$dir" single "$dir/single.txt"
fi
echo "== answers, size $size, seed $seed"
python3 "$root/tests/bench/compare.py" "$root/build/release/bin/lotse" "$dir" ${QUICK:+--quick}
echo "== one seeker's top 10, in process, three rounds beside the fused program"
for round in 1 2 3; do
    "$work/fused" "$dir" single | grep -o 'p50.*'
    "$root/build/release/tests/match_bench" "$dir"
done
