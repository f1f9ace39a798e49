"""The public matching instances, against `lotse assign`: matching.py LOTSE [DATA_FOLDER]
The folder is data/matching in LOTSE_SHARED, or in `shared` beside the project. Stable matchings row for row, assignment optima to the unit, generalised assignment optima."""
import csv, json, os, subprocess, sys, tempfile

lotse = sys.argv[1]
shared = os.environ.get("LOTSE_SHARED") or os.path.join(os.environ.get("LOTSE_SOURCE", "."), "..", "shared")
data = sys.argv[2] if len(sys.argv) > 2 else os.path.join(shared, "data", "matching")
if not os.path.isdir(data):
    print(f"skipped: there is no {data}")
    sys.exit(77)
passed = failed = 0


def judge(name, is_right, detail):
    global passed, failed
    passed += is_right
    failed += not is_right
    if not is_right:
        print(f"FAILED {name}: {detail}")


def assign(allocator, edges, seats, needs=None):
    """edges and seats with their headers; the report, and who got what."""
    with tempfile.TemporaryDirectory() as folder:
        def put(name, rows):
            path = os.path.join(folder, name)
            with open(path, "w", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
            return path
        command = [lotse, "assign", "--json", "--allocator", allocator,
                   "--edges", put("edges.csv", edges), "--seats", put("seats.csv", seats),
                   "--out", os.path.join(folder, "out.csv")]
        if needs:
            command += ["--needs", put("needs.csv", needs)]
        report = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        with open(os.path.join(folder, "out.csv"), newline="") as file:
            rows = list(csv.DictReader(file))
        return report, {row["seeker"]: row["intake"] for row in rows}


def read_csv(name):
    with open(os.path.join(data, name), newline="") as file:
        return list(csv.DictReader(file))


def names_of(text):
    return text.strip("[]").split(",") if text.strip("[]") else []


def stable(size):
    residents = {row["id"]: names_of(row["rol"]) for row in read_csv(f"residents_{size}.csv")}
    programs = {row["id"]: (int(row["posts"]), names_of(row["rol"])) for row in read_csv(f"programs_{size}.csv")}
    ranks = {(r, p): i + 1 for p, (_, wanted) in programs.items() for i, r in enumerate(wanted)}
    edges = [["seeker", "intake", "score", "seeker_rank", "intake_rank"]]
    edges += [[r, p, 1, i + 1, ranks[r, p]] for r, wished in residents.items()
              for i, p in enumerate(wished) if (r, p) in ranks]
    seats = [["intake", "seats"]] + [[p, posts] for p, (posts, _) in programs.items()]
    report, placed = assign("lotse.deferred", edges, seats)
    with open(os.path.join(data, f"expected_resident_optimal_{size}.tsv"), newline="") as file:
        expected = list(csv.DictReader(file, delimiter="\t"))
    wrong = [row for row in expected if placed.get(row["resident"], "") != row["program"]]
    judge(f"stable {size}", not wrong and report["blocking_pairs"] == 0,
          f"{len(wrong)} of {len(expected)} rows differ, {report['blocking_pairs']} blocking pairs")


def optima():
    with open(os.path.join(data, "assign_expected.tsv")) as file:
        expected = [line.split() for line in file if line.strip()]
    for name, size, least, most in expected:
        with open(os.path.join(data, name)) as file:
            numbers = list(map(int, file.read().split()))
        n = numbers[0]
        cost = [numbers[1 + i * n:1 + (i + 1) * n] for i in range(n)]
        judge(name, n == int(size), f"{n} rows")
        seats = [["intake", "seats"]] + [[f"j{j}", 1] for j in range(n)]

        def edges(score):
            return [["seeker", "intake", "score"]] + [[f"s{i}", f"j{j}", score(cost[i][j])]
                                                      for i in range(n) for j in range(n)]
        report, _ = assign("lotse.welfare", edges(lambda c: c), seats)
        judge(f"{name} max", report["objective"] == report["upper_bound"] == int(most), report)
        report, _ = assign("lotse.cardinality", edges(lambda c: -c), seats)
        judge(f"{name} min", report["assigned"] == n and -report["objective"] == int(least), report)
        high = max(map(max, cost)) + 1
        report, _ = assign("lotse.welfare", edges(lambda c: n * high - c), seats)
        judge(f"{name} min", n * n * high - report["objective"] == int(least) and report["proven"], report)


def generalised():
    """Jobs are people who need another number of seats at each intake: edges name them."""
    with open(os.path.join(data, "gap1.txt")) as file:
        numbers = iter(map(int, file.read().split()))
    count = next(numbers)
    for index, expected in zip(range(count), (336, 327, 339, 341, 326)):
        agents, jobs = next(numbers), next(numbers)
        gain = [[next(numbers) for _ in range(jobs)] for _ in range(agents)]
        need = [[next(numbers) for _ in range(jobs)] for _ in range(agents)]
        seats = [["intake", "seats"]] + [[f"a{a}", next(numbers)] for a in range(agents)]
        pairs = [(j, a) for j in range(jobs) for a in range(agents)]
        edges = [["seeker", "intake", "score", "seats_needed"]]
        edges += [[f"j{j}", f"a{a}", gain[a][j], need[a][j]] for j, a in pairs]
        needs = [["seeker", "intake", "seats_needed"]] + [[f"j{j}", f"a{a}", need[a][j]] for j, a in pairs]
        for way, report in (("edges", assign("lotse.welfare", edges, seats)[0]),
                            ("needs", assign("lotse.welfare", [row[:3] for row in edges], seats, needs)[0])):
            judge(f"gap1 {index + 1} by {way}", report["objective"] == report["upper_bound"] == expected, report)


stable("small")
stable("4000")
optima()
generalised()
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
