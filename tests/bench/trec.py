#!/usr/bin/env python3
"""Scores a TREC run as trec_eval does: trec.py JUDGMENTS RUN [--halves].

Ties: by score, then by document id, both descending; the rank column is not looked at. A query with
judgments that is absent from the run counts as zero (trec_eval -c). Average precision divides by the
number of relevant documents, also of those that were not found. Scores are compared as 32-bit
numbers, as trec_eval keeps them. --halves also scores the odd and the even queries alone, each as
unseen data for choices made on the other.
"""
import collections
import math
import struct
import sys

CUTS = (1, 5, 10)


def single(text):
    return struct.unpack("f", struct.pack("f", float(text)))[0]


def read_judgments(path):
    relevant = collections.defaultdict(dict)
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            query, _, document, grade = line.split()
            relevant[query][document] = int(grade)
    return relevant


def read_run(path):
    run = collections.defaultdict(dict)
    with (sys.stdin if path == "-" else open(path, encoding="utf-8")) as lines:
        for number, line in enumerate(lines, 1):
            fields = line.split()
            if len(fields) != 6 or fields[1] != "Q0":
                sys.exit(f"{path}:{number}: expected `query Q0 id rank score name`")
            if fields[2] in run[fields[0]]:
                sys.exit(f"{path}:{number}: {fields[2]} stands twice for {fields[0]}")
            run[fields[0]][fields[2]] = single(fields[4])
    return run


def ndcg(grades, ideal, cut):
    def gain(list_):
        return sum(g / math.log2(i + 2) for i, g in enumerate(list_[:cut]))

    best = gain(sorted(ideal, reverse=True))
    return gain(grades) / best if best > 0 else 0.0


def score_query(judged, found):
    order = [d for d, _ in sorted(found.items(), key=lambda x: (x[1], x[0]), reverse=True)]
    grades = [max(judged.get(d, 0), 0) for d in order]
    ideal = [g for g in judged.values() if g > 0]
    hits, precision_sum, first = 0, 0.0, 0.0
    for rank, grade in enumerate(grades, 1):
        if grade > 0:
            hits += 1
            precision_sum += hits / rank
            first = first or 1.0 / rank
    scores = {"map": precision_sum / len(ideal), "recip_rank": first}
    for cut in CUTS:
        scores[f"P_{cut}"] = sum(g > 0 for g in grades[:cut]) / cut
    scores["ndcg_cut_10"] = ndcg(grades, ideal, 10)
    scores["ndcg"] = ndcg(grades, ideal, None)
    scores["recall"] = hits / len(ideal)
    return scores


def print_mean(name, queries, judgments, run):
    rows = [score_query(judgments[q], run.get(q, {})) for q in queries]
    means = {m: sum(r[m] for r in rows) / len(rows) for m in rows[0]}
    print(f"{name:5} n={len(rows):<5}", " ".join(f"{m} {v:.4f}" for m, v in means.items()))


def main():
    arguments = [a for a in sys.argv[1:] if not a.startswith("--")]
    if len(arguments) != 2:
        sys.exit(__doc__)
    judgments, run = read_judgments(arguments[0]), read_run(arguments[1])
    queries = sorted(q for q, judged in judgments.items() if any(g > 0 for g in judged.values()))
    if not queries:
        sys.exit(f"{arguments[0]} holds no judgment")
    print_mean("all", queries, judgments, run)
    if "--halves" in sys.argv:
        print_mean("odd", queries[0::2], judgments, run)
        print_mean("even", queries[1::2], judgments, run)


if __name__ == "__main__":
    main()
