#!/bin/sh
# titles.sh ROOT: ranks the public test of Austrian titles against ESCO labels (MELO) and scores it as
# trec_eval does, once with the labels of a concept standing up for each other and once with each label
# alone, as the published lines were measured (character TF-IDF .329/.509, best embedding .428/.563).
set -eu
root=$1
shared=${LOTSE_SHARED:-$root/../shared}
lotse=${LOTSE:-$root/build/release/bin/lotse}
titles="$shared/data/titles/aut_q_de_c_de"
if [ ! -d "$titles" ]; then
    echo "skipped: the titles are not here ($titles); set LOTSE_SHARED" >&2
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "== labels of one concept together"
"$lotse" concept rank "$titles/corpus_elements.tsv" "$titles/queries.tsv" -n 100 >"$work/run"
python3 "$root/tests/bench/trec.py" "$titles/annotations.tsv" "$work/run" --halves
echo "== every label alone (ids that tell nothing)"
awk -F '\t' '{ print "x" NR "x\t" $2; print $1 "\tx" NR "x" >names }' names="$work/names" \
    "$titles/corpus_elements.tsv" >"$work/labels"
"$lotse" concept rank "$work/labels" "$titles/queries.tsv" -n 100 >"$work/anonymous"
awk 'NR == FNR { id[$2] = $1; next } { $3 = id[$3]; print }' "$work/names" "$work/anonymous" >"$work/run"
python3 "$root/tests/bench/trec.py" "$titles/annotations.tsv" "$work/run" --halves
