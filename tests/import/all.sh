#!/bin/sh
# all.sh LOTSE SHARED: imports every input below SHARED/data and SHARED/formats with --format auto,
# holds each report's sums, and counts advertisements coded by their occupation's name. The data
# are not part of the project: without them nothing is tried, and said so.
set -eu
lotse=$1
shared=$2
if [ ! -d "$shared/data" ] || [ ! -d "$shared/formats" ]; then
    echo "skipped: there is no \"$shared/data\" and \"$shared/formats\""
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$lotse" --data "$work/d" init >/dev/null
passed=0
failed=0

# check FILE FORMAT [OPTION...]: kept by that format, and read = the sum of what became of it.
check() {
    file=$1 format=$2
    shift 2
    if "$lotse" --data "$work/d" --json import "$@" "$shared/$file" >"$work/report" 2>"$work/why" ||
        [ $? -eq 6 ]; then
        if "$lotse" --data "$work/d" --json call server.info >/dev/null 2>&1 &&
            awk -v format="$format" -v file="$file" '
            function count(key) {
                if (match($0, "\"" key "\":[0-9]+")) {
                    return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) + 0
                }
                return -1
            }
            {
                sum = count("created") + count("changed") + count("unchanged") + count("refused") + \
                    count("duplicates") + count("merged")
                match($0, "\"format\":\"[a-z0-9-]+\"")
                found = substr($0, RSTART + 10, RLENGTH - 11)
                ok = count("read") == sum && found == format && \
                    count("refused") == count("refusals_total")
                printf "%s %s: %s, %d read, %d kept, %d refused, %d duplicates, %d merged\n", \
                    ok ? "ok  " : "FAIL", file, found, count("read"), count("kept"), \
                    count("refused"), count("duplicates"), count("merged")
                exit !ok
            }' "$work/report"; then
            passed=$((passed + 1))
            return
        fi
    else
        echo "FAIL $file: $(head -c 300 "$work/why")"
    fi
    failed=$((failed + 1))
}

# refuse FILE ERROR: the file is refused with that error.
refuse() {
    if "$lotse" --data "$work/d" --json import "$shared/$1" >"$work/report" 2>"$work/why" ||
        ! grep -q "$2" "$work/report" "$work/why"; then
        echo "FAIL $1: not refused with $2: $(head -c 300 "$work/why")"
        failed=$((failed + 1))
        return
    fi
    echo "ok   $1: refused with $2"
    passed=$((passed + 1))
}

check data/postcodes/zipcodes.de.csv geonames-postcodes
for file in esco/v1.1.1_en.zip esco/v1.1.1_relations.zip esco/v1.2.0_de/ISCOGroups_de.csv \
    esco/v1.2.0_de/occupations_de.csv esco/v1.2.0_de/skillGroups_de.csv \
    esco/v1.2.0_de/skillSkillRelations_de.csv esco/v1.2.0_de/broaderRelationsOccPillar_de.csv \
    esco/v1.2.0_de/broaderRelationsSkillPillar_de.csv esco/compact/occupations.tsv \
    esco/compact/skills.tsv esco/compact/occupation_skill.tsv \
    kldb/KldB_2010_V2020_Gliederung_mit_Erlaeuterung_DE.csv \
    kldb/Alphabetisches_Verzeichnis_Berufsbenennungen_raw_CP850.csv \
    kldb/Alphabetisches_Verzeichnis_Berufsbenennungen_utf8.csv \
    kldb/EURESmapping_skills_DE.csv kldb/kldb_isco08_pairs_from_auxco.tsv kldb/vam_beruf_kurz.csv; do
    check "data/$file" classification
done
check data/ba/jobs_bamberg_2025-09.csv ba-jobs-csv
cp "$work/report" "$work/jobs"
check data/ba/ba_v6_search_shape.json ba-jobs
check data/ba/weiterbildungssuche_page0.json ba-training
check formats/jobsuche-api/v6_search_shape.synthetic.json ba-jobs
check formats/jobsuche-api/v6_search_no_match.synthetic.json ba-jobs
check formats/jobsuche-api/v4_jobdetails_shape.synthetic.json ba-job-detail
refuse formats/jobsuche-api/example_from_openapi_JobSearchResponse.json import.outdated
refuse formats/jobsuche-api/example_from_openapi_JobDetails.json import.outdated
check formats/jobsuche-api/example_from_openapi_JobSearchResponse.json ba-jobs-v4 --allow-outdated
check formats/jobsuche-api/example_from_openapi_JobDetails.json ba-jobs-v4 --allow-outdated
check formats/berufssprachkurssuche-api/example_from_openapi_Response.json ba-language
check formats/coachingangebote-api/example_from_openapi_Response.json ba-coaching
check formats/weiterbildungssuche-api/example_from_openapi_Response.json ba-training
check formats/ausbildungssuche-api/example_from_openapi_Response.json ba-vocational
check formats/ausbildungssuche-api/example_from_openapi_Details.json ba-vocational
check formats/mein-now-api/bildungsangebot_list_shape.synthetic.json mein-now
check formats/integreat-cms-api/event.shape.json integreat
check formats/integreat-cms-api/location.shape.json integreat
check formats/integreat-cms-api/offers.shape.json integreat

# Advertisements by the name of their occupation: unique, missing, ambiguous.
awk '
function count(pattern) {
    if (match($0, "\"" pattern "\":[0-9]+")) {
        found = substr($0, RSTART, RLENGTH)
        sub(/.*:/, "", found)
        return found + 0
    }
    return 0
}
{
    unique = count("occupation .from its name.")
    missing = count("occupation: missing")
    ambiguous = count("occupation: ambiguous")
    all = unique + missing + ambiguous
    ok = (all > 0 && unique * 100 >= all * 97)
    printf "%s advertisements coded: %d unique (%.2f %%), %d missing, %d ambiguous\n", \
        (ok ? "ok  " : "FAIL"), unique, (all > 0 ? unique * 100 / all : 0), missing, ambiguous
    exit !ok
}' "$work/jobs" && passed=$((passed + 1)) || failed=$((failed + 1))

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
