#!/bin/sh
# check.sh LOTSE ROOT: the demo, and the promises of the command line, from outside with the built
# program. Ends with N passed, N failed, N skipped.
set -u
lotse=$1
root=$2
examples="$root/schemas/examples"
shared=${LOTSE_SHARED:-"$root/../shared"}
folder=$(mktemp -d -t lotse-check.XXXXXX)
server=''
finish() {
    [ -n "$server" ] && kill "$server" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
unset LOTSE_DATA
passed=0 failed=0 skipped=0

ok() { passed=$((passed + 1)); }
bad() {
    failed=$((failed + 1))
    printf 'failed: %s\n' "$*"
}
skip() {
    skipped=$((skipped + 1))
    printf 'skipped: %s\n' "$*"
}
# check NAME COMMAND...: passes when the command ends with 0.
check() {
    name=$1
    shift
    if "$@" >"$folder/out" 2>"$folder/err"; then ok; else bad "$name"; head -n 5 "$folder/err"; fi
}
# ends NAME CODE COMMAND...: passes when the command ends with that code.
ends() {
    name=$1 code=$2
    shift 2
    "$@" >"$folder/out" 2>"$folder/err"
    rc=$?
    if [ $rc -eq "$code" ]; then ok; else bad "$name: ended with $rc, not $code"; head -n 5 "$folder/err"; fi
}
# says NAME FILE TEXT: passes when the file holds the text.
says() { if grep -qF -- "$3" "$2"; then ok; else bad "$1: \"$3\" is not said"; fi; }
# picks EXPRESSION: evaluates it on the JSON document `r` from stdin.
picks() { node -e 'const r=JSON.parse(require("fs").readFileSync(0,"utf8")); console.log(eval(process.argv[1]))' "$1"; }
# is NAME WANT GOT
is() { if [ "$2" = "$3" ]; then ok; else bad "$1: expected $2, got $3"; fi; }

town="$folder/town"
in_town() { "$lotse" --data "$town" --as-of 2026-11-23 "$@"; }

# ---- the demo
check "the demo ends well" sh "$root/tests/demo/demo.sh" "$lotse" "$root"
cp "$folder/out" "$folder/demo"
says "the demo shows the best offer" "$folder/demo" "(Qualifizierung, o-042)"
says "the demo shows people in groups" "$folder/demo" "Passt mit einem Schritt"
says "the demo shows what opens an offer" "$folder/demo" "Mit Deutsch B2"
if grep -q "$(printf '\033')" "$folder/demo"; then bad "the demo is coloured where nobody sees it"; else ok; fi
if sh "$root/tests/demo/demo.sh" "$folder/no-such-program" "$root" >/dev/null 2>&1; then
    bad "the demo ends well without a program"
else
    ok
fi

# ---- codes, help, slips
ends "version" 0 "$lotse" version
ends "no command is usage" 2 "$lotse"
ends "an unknown command is usage" 2 "$lotse" macth
says "an unknown command" "$folder/err" 'did you mean "match"?'
ends "an unknown option is usage" 2 in_town match seeker s-017 --limt 3
says "an unknown option" "$folder/err" 'Did you mean "--limit"?'
ends "an unknown kind is usage" 2 in_town match seeker s-017 --kinds jobs
says "an unknown kind" "$folder/err" 'did you mean "job"?'
ends "a day that does not exist is usage" 2 in_town match seeker s-017 --as-of 2026-02-30
ends "a folder that was not made fails" 1 "$lotse" --data "$folder/nowhere" match seeker s-017
if [ -e "$folder/nowhere" ]; then bad "a question makes a folder"; else ok; fi
ends "no server" 4 "$lotse" --socket "$folder/no.sock" seeker list
for command in $("$lotse" --help | sed -n 's/^  \([a-z]*\)  *[a-z].*/\1/p'); do
    ends "$command --help" 0 "$lotse" "$command" --help
    says "$command --help has an example" "$folder/out" "  lotse "
done

# ---- the examples
ends "init" 0 "$lotse" --data "$town" init
ends "init accepts what is there" 0 "$lotse" --data "$town" init
ends "import" 0 in_town --json import "$examples/offers.ndjson" "$examples/seekers.ndjson"
is "the report counts offers and people" "154 60" "$(picks '`${r[0].created} ${r[1].created}`' <"$folder/out")"
ends "import again" 0 in_town --json import "$examples/offers.ndjson" "$examples/seekers.ndjson"
is "nothing changed" "154 60" "$(picks '`${r[0].unchanged} ${r[1].unchanged}`' <"$folder/out")"
ends "an unknown person" 3 in_town match seeker s-999
ends "an unknown offer" 3 in_town explain s-017 o-999
ends "a file that is not there" 1 in_town import "$folder/no-such-file"
ends "weights over one" 2 in_town match seeker s-017 --weights skills=700000,commute=400000
node "$root/tests/demo/check.mjs" "$lotse" "$town" "$examples" >"$folder/promises" 2>"$folder/err" ||
    { bad "check.mjs broke off"; head -n 5 "$folder/err"; }
passed=$((passed + $(grep -c '^ok ' "$folder/promises")))
failed=$((failed + $(grep -c '^not ok ' "$folder/promises")))
grep '^not ok ' "$folder/promises"

in_town match seeker s-017 --json --weights skills=400000 >"$folder/out" 2>"$folder/err"
is "named weights are taken as given, all sum to one" "400000 1000000" \
    "$(picks '`${r.weights["lotse.skills"]} ${Object.values(r.weights).reduce((a,b)=>a+b,0)}`' <"$folder/out")"
is "data on stdout, nothing else on stderr" 0 "$(wc -c <"$folder/err" | tr -d ' ')"
in_town match seeker s-017 --json --kinds job >"$folder/out" 2>/dev/null
is "kinds bound the rows" "23 job" "$(picks '`${r.total.rows} ${r.kinds}`' <"$folder/out")"

# ---- the stock is never lost
: >"$folder/empty.ndjson"
ends "an empty file" 0 in_town import "$folder/empty.ndjson"
in_town --json offer list -n 1 >"$folder/out" 2>/dev/null
is "an empty file keeps the stock" 154 "$(picks r.total <"$folder/out")"
{
    printf '%s\n' '{"id":"o-901","kind":"job","title":{"de":"Gut"}}'
    printf '%s\n' '{"id":"o-902","kind":"jobb","title":{"de":"Schlecht"}}'
    printf '%s\n' 'no json'
    printf '%s\n' '{"id":"o-903","kind":"job","title":{"de":"Auch gut"}}'
} >"$folder/mixed.ndjson"
ends "bad records among good ones" 6 in_town --json import "$folder/mixed.ndjson"
is "the good ones are kept, the bad ones named by line" "2 2 2,3" \
    "$(picks '`${r.created} ${r.refused} ${r.refusals.map(x=>x.line)}`' <"$folder/out")"
ends "a good one is there" 0 in_town offer get o-903
ends "a dry run" 0 in_town import --dry-run "$folder/empty.ndjson"
ends "delete" 0 in_town offer delete o-901
ends "what was deleted is gone" 3 in_town offer get o-901
ends "delete again" 3 in_town offer delete o-901
in_town offer delete o-903 >/dev/null 2>&1

# ---- out and in again
in_town export >"$folder/export.ndjson" 2>/dev/null
ends "a second folder" 0 "$lotse" --data "$folder/copy" init
ends "an export can be imported" 0 "$lotse" --data "$folder/copy" import "$folder/export.ndjson"
in_town match seeker s-017 --json >"$folder/a" 2>/dev/null
"$lotse" --data "$folder/copy" --as-of 2026-11-23 match seeker s-017 --json >"$folder/b" 2>/dev/null
is "the copy answers the same" "$(picks 'JSON.stringify(r.matches)' <"$folder/a" | cksum)" \
    "$(picks 'JSON.stringify(r.matches)' <"$folder/b" | cksum)"

# ---- a server answers what the program by itself answers
"$lotse" --data "$town" serve >"$folder/server.log" 2>&1 &
server=$!
tries=0
while [ ! -S "$town/lotse.sock" ] && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
in_town match seeker s-017 --json >"$folder/b" 2>/dev/null
if cmp -s "$folder/a" "$folder/b"; then ok; else bad "a server answers differently"; fi
ends "an unknown person at the server" 3 in_town match seeker s-999
kill "$server"
wait "$server"
is "the server ends well when told to" 0 $?
server=''
if [ -e "$town/lotse.sock" ]; then bad "the socket is left behind"; else ok; fi

# ---- invented records
"$lotse" sample --seekers 50 --offers 100 --seed 7 >"$folder/a"
"$lotse" sample --seekers 50 --offers 100 --seed 7 --out "$folder/b"
"$lotse" sample --seekers 50 --offers 100 --seed 8 >"$folder/c"
if cmp -s "$folder/a" "$folder/b"; then ok; else bad "a sample of the same seed differs"; fi
if cmp -s "$folder/a" "$folder/c"; then bad "another seed invents the same"; else ok; fi
is "a sample has a record a line" 150 "$(wc -l <"$folder/a" | tr -d ' ')"
"$lotse" sample --seekers 0 --offers 20 --seed 7 >"$folder/b"
head -n 20 "$folder/a" >"$folder/c"
if cmp -s "$folder/c" "$folder/b"; then ok; else bad "a record depends on how many are invented"; fi
ends "a sample of nothing named is usage" 2 "$lotse" sample
ends "a sample of no number is usage" 2 "$lotse" sample --seekers many
"$lotse" --data "$folder/invented" init >/dev/null 2>&1
"$lotse" sample --seekers 500 --offers 1500 --seed 11 >"$folder/a"
ends "a sample can be imported" 0 "$lotse" --data "$folder/invented" --json import "$folder/a"
is "every invented record is taken" "2000 0" "$(picks '`${r.created} ${r.refused}`' <"$folder/out")"
"$lotse" --data "$folder/invented" --as-of 2026-11-23 --json match seeker s-000001 >"$folder/out" 2>/dev/null
is "invented people get explained offers" "10 true" \
    "$(picks '`${r.matches.length} ${r.matches.every(m=>m.reasons.length>=5)}`' <"$folder/out")"

# ---- real advertisements, where they are at hand
jobs="$shared/data/ba/jobs_bamberg_2025-09.csv"
postcodes="$shared/data/postcodes/zipcodes.de.csv"
if [ -r "$jobs" ] && [ -r "$postcodes" ]; then
    "$lotse" --data "$folder/bamberg" init >/dev/null 2>&1
    bamberg() { "$lotse" --data "$folder/bamberg" --as-of 2025-09-15 --json "$@"; }
    ends "postcodes" 0 bamberg import "$postcodes"
    bamberg import "$jobs" >"$folder/out" 2>"$folder/err"
    rc=$?
    is "advertisements: 5,007 read, 5 duplicates named by id" "5007 5 5" \
        "$(picks '`${r.read} ${r.duplicates} ${r.duplicate_ids.length}`' <"$folder/out")"
    is "every advertisement is accounted for" true \
        "$(picks 'r.created+r.changed+r.unchanged+r.refused+r.duplicates===r.read && r.created>=4990' <"$folder/out")"
    is "the code says whether any was refused" "$rc" "$(picks 'r.refused>0?6:0' <"$folder/out")"
    cat >"$folder/person.ndjson" <<'TEXT'
{"id":"s-1","location":{"postcode":"96047"},"mobility":{"max_km":20},"languages":[{"code":"de","level":"B1"}],"skills":[],"wishes":{"occupations":["isco:4321"]},"availability":{"from":"2025-09-15","hours_min":20,"hours_max":40},"needs":[],"work_permission":{"status":"free"}}
TEXT
    ends "a person with a postcode only" 0 bamberg import "$folder/person.ndjson"
    bamberg match seeker s-1 -n 5 >"$folder/out" 2>/dev/null
    is "a person in Bamberg gets five explained offers, all near" "5 true true" \
        "$(picks '`${r.matches.length} ${r.matches.every(m=>m.reasons.reduce((a,x)=>a+x.points,0)===m.score)} ${r.excluded_by["lotse.commute"]>0}`' <"$folder/out")"
else
    skip "no advertisements and postcodes under $shared (set LOTSE_SHARED)"
fi

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
