#!/bin/sh
# run.sh ROOT PART: runs the suites and ends with one line: N passed, N failed[, N skipped].
# A suite is a command that prints such a line itself, or is counted as one by its exit code.
set -u
root=$1
part=$2
cd "$root" || exit 1
out="$root/build/test-output"
mkdir -p "$out"
passed=0
failed=0
skipped=0

# Programs in which several threads meet. Batch runs by themselves take minutes with every access
# watched: engine_sweep has their threads, smaller.
threaded='^(engine|api_[^b]|rpc|io|app|base_arena|base_log|model_concept|store_thread|match_snapshot)'

wants() { [ "$part" = all ] || [ "$part" = "$1" ]; }

# suite NAME COMMAND...: runs it, keeps its output, adds up its counts.
suite() {
    name=$1
    shift
    started=$(date +%s)
    "$@" >"$out/$name.log" 2>&1
    rc=$?
    line=$(grep -Eo '^([A-Za-z]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?' "$out/$name.log" | tail -n 1 | sed 's/^[A-Za-z]*: //')
    # ctest counts its programs in words of its own.
    counted=$(sed -n 's/^[0-9]*% tests passed, \([0-9]*\) tests failed out of \([0-9]*\).*/\1 \2/p' "$out/$name.log" | tail -n 1)
    [ -n "$counted" ] && line="$((${counted#* } - ${counted% *})) passed, ${counted% *} failed"
    p=0 f=0 k=0
    if [ -n "$line" ]; then
        p=$(echo "$line" | cut -d' ' -f1)
        f=$(echo "$line" | cut -d' ' -f3)
        case "$line" in *skipped*) k=$(echo "$line" | cut -d' ' -f5) ;; esac
        [ $rc -ne 0 ] && [ "$f" -eq 0 ] && f=1
    elif [ $rc -eq 0 ]; then
        p=1
    else
        f=1
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + k))
    printf '%-22s %5d passed %3d failed %3d skipped  %4ds\n' "$name" "$p" "$f" "$k" $(($(date +%s) - started))
    if [ "$f" -ne 0 ]; then
        grep -E 'error:|FAILED:|undefined reference' "$out/$name.log" | head -n 20
        tail -n 40 "$out/$name.log"
    fi
    [ "$f" -eq 0 ]
}

# give_up: a build that failed says enough; what needs it would only repeat it.
give_up() {
    echo "$passed passed, $failed failed, $skipped skipped"
    exit 1
}

# run_one BUILD OUT PROGRAM: one test program; its words and its exit code are kept.
run_one() {
    name=$(basename "$3")
    (cd "$1" && "$3" >"$2/$name.out" 2>&1)
    echo $? >"$2/$name.rc"
}

# The counts of Check's own summary lines ("100%: Checks: 12, Failures: 0, Errors: 0"), as many programs
# at a time as there are processors. With a second argument only programs whose name it matches:
# threads are looked at where there are some.
count_checks() {
    build=$1
    only=${2:-.}
    kept=$(mktemp -d)
    total=0 bad=0 left_out=0
    for program in "$build"/tests/*_test; do
        [ -x "$program" ] && basename "$program" | grep -Eq "$only" && printf '%s\n' "$program"
    done | xargs -P "$(nproc)" -n 1 sh "$root/tests/run.sh" "$root" one "$build" "$kept"
    for rc_file in "$kept"/*.rc; do
        [ -e "$rc_file" ] || continue
        text=$(cat "${rc_file%.rc}.out")
        rc=$(cat "$rc_file")
        printf '%s\n' "$text"
        n=$(printf '%s\n' "$text" | sed -n 's/^[0-9]*%: Checks: \([0-9]*\), Failures: \([0-9]*\), Errors: \([0-9]*\).*/\1 \2 \3/p' | awk '{c+=$1; b+=$2+$3} END {print c+0, b+0}')
        c=${n% *} b=${n#* }
        left_out=$((left_out + $(printf '%s\n' "$text" | grep -c '^skipped:')))
        if [ "$rc" -ne 0 ] && [ "$b" -eq 0 ]; then b=1; c=$((c + 1)); printf '%s ended with %d\n' "$(basename "$rc_file" .rc)" "$rc"; fi
        total=$((total + c)) bad=$((bad + b))
    done
    rm -rf "$kept"
    [ $total -eq 0 ] && { echo "no unit test was built"; bad=1; }
    echo "$((total - bad)) passed, $bad failed, $left_out skipped"
    [ $bad -eq 0 ]
}

build() {
    preset=$1
    shift
    cmake --preset "$preset" "$@" && cmake --build --preset "$preset"
}

# The form in which count_checks calls this script for each program.
if [ "$part" = one ]; then
    run_one "$3" "$4" "$5"
    exit 0
fi

wants tidy && suite tidy sh tests/tidy/tidy.sh "$root"
if wants unit || wants talk || wants demo || wants schema || wants plugin || wants e2e; then
    suite build-release build release || give_up
fi
if wants unit; then
    suite unit-release count_checks "$root/build/release"
    suite programs-release ctest --test-dir build/release -j2 -E '_test$' --output-on-failure
fi
if wants asan; then
    suite build-asan build asan || give_up
    suite unit-asan count_checks "$root/build/asan"
    suite programs-asan ctest --test-dir build/asan -j2 -E '_test$' -LE 'no_asan' --output-on-failure
fi
if wants tsan; then
    suite build-tsan build tsan || give_up
    suite unit-tsan count_checks "$root/build/tsan" "$threaded"
    suite programs-tsan ctest --test-dir build/tsan -j2 -E '_test$' -LE 'no_tsan' --output-on-failure
fi
if wants clang; then
    suite build-clang build clang || give_up
fi
wants schema && [ -x tests/schema/run.sh ] && suite schema sh tests/schema/run.sh "$root/build/release"
wants schema && suite schema-manifests sh tests/schema/manifests.sh "$root/build/release"
wants talk && [ -x tests/talk/run.sh ] && suite talk sh tests/talk/run.sh "$root/build/release"
# A browser of its own: asked for by name only.
[ "$part" = e2e ] && suite e2e sh tests/e2e/run.sh "$root/build/release" "$root"
wants demo && suite demo sh tests/demo/check.sh "$root/build/release/bin/lotse" "$root"

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
