#!/usr/bin/env python3
"""compare.py LOTSE DIR [--quick]: the workload's answers, from Lotse and from the reference, pair by pair.

DIR holds offers.ndjson, seekers.ndjson, sample.txt and single.txt (lines "seeker offer score" that the
reference program wrote). For every sampled seeker Lotse must give the same offers in the same order with
the same scores: from the command line without a server, through the socket with 1 and with 4 workers,
and after half of the offers were written one by one into a running server. Ends with N passed, N failed."""
import json, os, shutil, signal, socket, statistics, subprocess, sys, tempfile, threading, time

AS_OF = "2026-05-27"
LIMIT = 10


def read_expected(path):
    expected = {}
    for line in open(path):
        seeker, offer, score = line.split()
        expected.setdefault(seeker, []).append((offer, int(score)))
    return expected


class Connection:
    """One connection that sends a frame and waits for its answer."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.id = 0

    def send(self, method, params):
        self.id += 1
        frame = {"jsonrpc": "2.0", "id": self.id, "method": method, "params": params}
        self.socket.sendall(json.dumps(frame, separators=(",", ":")).encode() + b"\n")

    def receive(self):
        while True:
            reply = json.loads(self.file.readline())
            if "id" in reply:
                return reply

    def call(self, method, **params):
        self.send(method, params)
        reply = self.receive()
        if "error" in reply:
            raise SystemExit("%s: %s" % (method, reply["error"]))
        return reply["result"]


def query(connection, seeker, **more):
    return connection.call("match.query", seeker=seeker, limit=LIMIT, as_of=AS_OF, strategy="default", **more)


class Comparison:
    def __init__(self, lotse, folder, quick):
        self.lotse, self.folder, self.quick = lotse, folder, quick
        self.expected = read_expected(os.path.join(folder, "single.txt"))
        ids = [int(line) for line in open(os.path.join(folder, "sample.txt"))]
        self.seekers = ["s-%07d" % i for i in ids]
        self.passed = self.failed = 0

    def check(self, seeker, result):
        """The same offers, order and scores; the reasons add up; the totals add up."""
        got = [(m["offer"], m["score"]) for m in result["matches"]]
        wrong = got != self.expected.get(seeker, [])
        for m in result["matches"]:
            wrong |= sum(r["points"] for r in m["reasons"]) != m["score"]
        if "total" in result:
            t = result["total"]
            wrong |= t["proposed"] + t["check"] + t["excluded"] != t["rows"]
        if wrong:
            self.failed += 1
            if self.failed <= 3:
                print("differs for", seeker, "\n  expected", self.expected.get(seeker, []), "\n  got     ", got)
        else:
            self.passed += 1

    def run(self, *args):
        return subprocess.run([self.lotse, "--data", self.data, *args], check=True, stdout=subprocess.PIPE).stdout

    def make(self, *files):
        self.data = tempfile.mkdtemp(prefix="lotse-bench-")
        self.run("init")
        started = time.time()
        self.run("import", "--quiet", *files)
        return time.time() - started

    def serve(self, workers):
        server = subprocess.Popen([self.lotse, "--data", self.data, "serve", "--workers", str(workers)],
                                  stderr=subprocess.PIPE)
        path = os.path.join(self.data, "lotse.sock")
        deadline = time.time() + 60
        while time.time() < deadline:
            try:
                return server, Connection(path), path
            except OSError:
                time.sleep(0.01)
        raise SystemExit("the server does not answer")

    def stop(self, server):
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=120)

    def through_socket(self, name, connection, totals):
        times = []
        for seeker in self.seekers:
            started = time.perf_counter()
            result = query(connection, seeker, totals=totals)
            times.append((time.perf_counter() - started) * 1e6)
            self.check(seeker, result)
        times.sort()
        print("%-44s p50 %7.0f us  p99 %7.0f us" % (name, statistics.median(times), times[len(times) * 99 // 100]))

    def command_line(self, name, count):
        for seeker in self.seekers[:count]:
            out = self.run("match", "seeker", seeker, "-n", str(LIMIT), "--as-of", AS_OF, "--strategy", "default", "--json")
            self.check(seeker, json.loads(out))
        print("%-44s %d seekers" % (name, count))

    def four_at_once(self, path):
        def work(part):
            connection = Connection(path)
            for seeker in self.seekers[part::4]:
                results.append((seeker, query(connection, seeker)))
        results = []
        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        for seeker, result in results:
            self.check(seeker, result)
        print("%-44s %d seekers" % ("socket, 4 workers, 4 connections", len(results)))

    def same_bytes_twice(self, connection):
        for seeker in self.seekers[:50]:
            frame = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "match.query", "params": {
                "seeker": seeker, "limit": LIMIT, "as_of": AS_OF}}).encode() + b"\n"
            answers = []
            for _ in range(2):
                connection.socket.sendall(frame)
                answers.append(connection.file.readline())
            if answers[0] == answers[1]:
                self.passed += 1
            else:
                self.failed += 1
                print("two answers for", seeker)

    def everything_loaded(self):
        offers, seekers = (os.path.join(self.folder, f) for f in ("offers.ndjson", "seekers.ndjson"))
        records = sum(1 for f in (offers, seekers) for _ in open(f, "rb"))
        took = self.make(offers, seekers)
        print("%-44s %d records in %.1f s, %.0f a second" % ("import from the command line", records, took, records / took))
        self.command_line("command line, no server", 3 if self.quick else 10)
        started = time.time()
        server, connection, path = self.serve(1)
        query(connection, self.seekers[0])
        print("%-44s %.2f s" % ("start of the server to its first answer", time.time() - started))
        self.through_socket("socket, 1 worker, totals off", connection, False)
        self.through_socket("socket, 1 worker, exact totals", connection, True)
        self.same_bytes_twice(connection)
        self.command_line("command line, through the server", 10 if self.quick else 100)
        self.stop(server)
        server, connection, path = self.serve(4)
        self.four_at_once(path)
        self.stop(server)
        shutil.rmtree(self.data)

    def half_written_one_by_one(self):
        lines = open(os.path.join(self.folder, "offers.ndjson")).readlines()
        with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as half:
            half.writelines(lines[::2])
            half.flush()
            self.make(half.name, os.path.join(self.folder, "seekers.ndjson"))
        server, connection, path = self.serve(2)
        later = lines[1::2]
        started = time.time()
        window = 16
        for i, line in enumerate(later):
            connection.send("offer.put", {"offer": json.loads(line)})
            if i >= window:
                connection.receive()
        for _ in range(min(window, len(later))):
            connection.receive()
        took = time.time() - started
        print("%-44s %d in %.1f s, %.0f a second" % ("offers written one by one while serving", len(later), took, len(later) / took))
        self.through_socket("socket, after the writes", connection, True)
        self.stop(server)
        shutil.rmtree(self.data)


if __name__ == "__main__":
    comparison = Comparison(os.path.abspath(sys.argv[1]), sys.argv[2], "--quick" in sys.argv)
    comparison.everything_loaded()
    comparison.half_written_one_by_one()
    print("%d passed, %d failed" % (comparison.passed, comparison.failed))
    sys.exit(comparison.failed != 0)
