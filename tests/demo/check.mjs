// check.mjs LOTSE DATA EXAMPLES: what must hold for every person and every offer of the examples.
// Prints a line "ok NAME" or "not ok NAME: why" for each promise.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [lotse, data, examples] = process.argv.slice(2);
const DAY = "2026-11-23";

function ask(...args) {
  try {
    return execFileSync(lotse, ["--data", data, "--as-of", DAY, "--json", ...args], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
  } catch (e) {
    if (e.status === 3 && e.stdout !== "") {
      return e.stdout; // an answer without matches
    }
    throw e;
  }
}

const records = (name) =>
  readFileSync(`${examples}/${name}.ndjson`, "utf8").trim().split("\n").map((line) => JSON.parse(line));

function promise(name, breaches) {
  console.log(breaches.length === 0 ? `ok ${name}` : `not ok ${name}: ${breaches.slice(0, 5).join("; ")}`);
}

const sum = (list) => list.reduce((a, b) => a + b, 0);
const seekers = records("seekers");
const offers = records("offers");
const kinds = JSON.parse(readFileSync(`${examples}/../codes/kind.json`, "utf8")).codes.map((c) => c.id ?? c.code);
const kindOf = new Map(offers.map((o) => [o.id, o.kind]));
const statusOf = new Map(offers.map((o) => [o.id, o.status]));

const broken = { points: [], band: [], totals: [], order: [], twice: [], again: [], shown: [], texts: [] };
const proposedKinds = new Set();
const pairs = new Map();
let withThree = 0;

function lookAt(answer, anchor) {
  const t = answer.total;
  if (t.proposed + t.check + t.excluded !== t.rows) {
    broken.totals.push(anchor);
  }
  let before = Infinity;
  for (const m of answer.matches) {
    const name = `${anchor}-${m.offer ?? m.seeker}`;
    if (sum(m.reasons.map((r) => r.points)) !== m.score) {
      broken.points.push(name);
    }
    const unsure = new Set(m.reasons.filter((r) => r.verdict === "check").map((r) => r.criterion));
    const width = sum([...unsure].map((c) => answer.weights[c]));
    if (m.low > m.score || m.score > m.high || m.high - m.low !== width) {
      broken.band.push(name);
    }
    if (m.score > before) {
      broken.order.push(name);
    }
    if ([...m.reasons, ...m.checks, ...m.steps].some((x) => typeof x.text !== "string" || x.text === "" || x.text.includes("{"))) {
      broken.texts.push(name);
    }
    before = m.score;
  }
}

for (const s of seekers) {
  const text = ask("match", "seeker", s.id, "-n", "500", "--lang", s.id < "s-031" ? "de" : "en");
  const answer = JSON.parse(text);
  lookAt(answer, s.id);
  if (new Set(answer.matches.map((m) => m.offer)).size !== answer.matches.length) {
    broken.twice.push(s.id);
  }
  for (const m of answer.matches) {
    pairs.set(`${s.id} ${m.offer}`, `${m.intake} ${m.verdict} ${m.score} ${m.low} ${m.high}`);
    if (m.verdict === "yes") {
      proposedKinds.add(kindOf.get(m.offer));
    }
    if (!["running", "pilot"].includes(statusOf.get(m.offer))) {
      broken.shown.push(`${s.id} ${m.offer}`);
    }
  }
  withThree += answer.matches.filter((m) => m.verdict === "yes").length >= 3 ? 1 : 0;
  if (s.id.endsWith("7") && ask("match", "seeker", s.id, "-n", "500", "--lang", s.id < "s-031" ? "de" : "en") !== text) {
    broken.again.push(s.id);
  }
}

const mirrored = [];
let pairCount = 0;
for (const o of offers) {
  const answer = JSON.parse(ask("match", "offer", o.id, "-n", "500"));
  lookAt(answer, o.id);
  for (const m of answer.matches) {
    pairCount++;
    if (pairs.get(`${m.seeker} ${o.id}`) !== `${m.intake} ${m.verdict} ${m.score} ${m.low} ${m.high}`) {
      mirrored.push(`${m.seeker} ${o.id}`);
    }
  }
}
if (pairCount !== pairs.size) {
  mirrored.push(`${pairs.size} pairs from people, ${pairCount} from offers`);
}

promise("the points of the reasons add up to the score", broken.points);
promise("the band is as wide as the criteria that were not certain", broken.band);
promise("proposed + check + excluded = rows", broken.totals);
promise("matches stand by score", broken.order);
promise("every offer stands once", broken.twice);
promise("ideas and ended offers are never proposed", broken.shown);
promise("every sentence is whole", broken.texts);
promise("the same question gives the same bytes", broken.again);
promise("a pair is the same from either side", mirrored);
promise("every kind is proposed to somebody", kinds.filter((k) => !proposedKinds.has(k)));
promise("nine in ten people are proposed three offers or more", withThree >= 54 ? [] : [`only ${withThree} of 60`]);

// The story of the README.
const s017 = JSON.parse(ask("match", "seeker", "s-017", "-n", "5"));
promise("o-042 is the best offer for s-017", s017.matches[0].offer === "o-042" ? [] : [s017.matches[0].offer]);
const o042 = JSON.parse(ask("match", "offer", "o-042", "-n", "10"));
promise("o-042 fits s-017 and others", o042.matches.some((m) => m.seeker === "s-017") && o042.total.proposed >= 5 ? [] : ["it does not"]);
const closed = JSON.parse(ask("explain", "s-017", "o-052"));
const failing = closed.gates.filter((g) => g.verdict === "no");
promise("o-052 is closed to s-017", closed.matches[0].verdict === "no" && failing.length >= 2 ? [] : [closed.matches[0].verdict]);
promise("what would open it is told", failing.some((g) => g.opens.some((x) => x.to === "B2")) ? [] : ["no way is named"]);
