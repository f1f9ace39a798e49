#!/bin/sh
# po.sh BUILD [--update]: holds every catalogue of core/say/po against the program's own texts with
# msgcmp: nothing missing, nothing that the program does not say any more. --update brings them into
# line instead (msgmerge); what is new stays empty for a translator.
set -eu
build=${1:?usage: po.sh BUILD [--update]}
po=$(cd "$(dirname "$0")/../../core/say/po" && pwd)
passed=0
failed=0
for domain in sentences labels; do
    template="$build/generated/$domain.pot"
    mkdir -p "$build/generated"
    "$build/tests/say_template" "$domain" >"$template"
    for file in "$po/$domain"/*.po; do
        if [ "${2:-}" = --update ]; then
            msgmerge --quiet --update --backup=none --no-fuzzy-matching --no-wrap "$file" "$template"
            msgattrib --no-obsolete --no-wrap -o "$file" "$file"
        fi
        entries=$(grep -c '^msgctxt' "$file")
        wanted=$(grep -c '^msgctxt' "$template")
        if msgcmp "$file" "$template" >"$build/generated/msgcmp.log" 2>&1 && [ "$entries" -eq "$wanted" ] && msgfmt --check-format --check-domain -o /dev/null "$file"; then
            passed=$((passed + 1))
        else
            head -n 6 "$build/generated/msgcmp.log"
            echo "$file has $entries texts, the program $wanted"
            failed=$((failed + 1))
        fi
    done
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
