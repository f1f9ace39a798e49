#!/bin/sh
# demo.sh LOTSE ROOT: the main job on the shipped examples, in a folder that is gone afterwards.
set -eu
lotse=$1
root=$2
folder=$(mktemp -d -t lotse-demo.XXXXXX)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
unset LOTSE_DATA

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
    bold=$(printf '\033[1m') plain=$(printf '\033[0m')
else
    bold='' plain=''
fi
tell() { printf '\n%s# %s%s\n\n' "$bold" "$*" "$plain"; }

ask() { "$lotse" --data "$folder/town" --as-of 2026-11-23 --lang de "$@"; }

tell "An invented town quarter: 154 offers and 60 people (schemas/examples)."
"$lotse" --data "$folder/town" init
ask import "$root/schemas/examples/offers.ndjson" "$root/schemas/examples/seekers.ndjson"

tell "The best offers for s-017, a nurse from abroad with German A2 and a child: lotse match seeker s-017"
ask match seeker s-017 -n 5

tell "People for the free seats of a care assistant course: lotse match offer o-042"
ask match offer o-042 -n 10

tell "Why a nurse's job is closed to her today, and what would open it: lotse explain s-017 o-052"
ask explain s-017 o-052
