#!/bin/bash
# The box of the analyzer: what fails in it and works without, what the report says of it, and
# that a rule of strangers runs in a process of its own.  Prints TAP.
# shellcheck disable=SC2016,SC2153 # what sh -c gets is expanded there; BUILD is the caller's
set -u
cd "$(dirname "$0")/../.." || exit 1
name=box
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
mkdir -p "$work/out" "$work/rules/stranger"
make_bundle "$work/a.tar.zst" --ticks 6 --cpus 2 --sockets 10 || exit 1
cd "$work" || exit 1

holds() { grep -qF -- "$2" "$1"; } # FILE TEXT

# the probe
"$build/tests/box_probe" boxed "$work/out" "$work/a.tar.zst" >boxed.txt 2>&1
"$build/tests/box_probe" free "$work/out" "$work/a.tar.zst" >free.txt 2>&1
held=$(sed -n 's/^box: //p' boxed.txt)
while IFS=: read -r what free; do
	case $what in box) continue ;; esac
	boxed=$(sed -n "s|^$what:||p" boxed.txt)
	if [ "$free" != " works" ]; then
		skip "$what" "without the box it fails as well:$free"
		continue
	fi
	case $what,$held in
	+*) check "${what#+} works in it" [ "$boxed" = " works" ] ;;
	*,none:*) skip "cannot $what" "$held" ;;
	*passwd* | *environ* | *list* | *tmp* | *input*)
		case $held in
		*"without Landlock"*) skip "cannot $what" "the kernel lacks Landlock" ;;
		*) check "cannot $what" [ "$boxed" != " works" ] ;;
		esac
		;;
	*) check "cannot $what" [ "$boxed" != " works" ] ;;
	esac
done <free.txt

# the report says what held, in every form
for form in text md html json; do
	analyze -a --format $form -o report.$form a.tar.zst 2>>log
	check "--format $form says what held" holds report.$form "$held"
done
analyze --no-sandbox --section EVIDENCE a.tar.zst >free.report
check "--no-sandbox is told" holds free.report "none: --no-sandbox"
analyze --out-dir reports --fleet-db f.db a.tar.zst >/dev/null
check "each of a fleet's bundles is read in one" sh -c "grep -qF '$held' reports/*.txt"

# what works in it
check "a store is made" sh -c 'rm -f made.db; "$1" --fail-on never --db made.db -o /dev/null a.tar.zst && sqlite3 made.db "SELECT count(*) FROM series" | grep -q "[1-9]"' - "$build/nettape-analyze"
check "standard input is read" sh -c '"$1" --fail-on never - <a.tar.zst | grep -q VERDICT' - "$build/nettape-analyze"
mkdir -p x && zstd -dc a.tar.zst | tar xf - -C x
check "a folder is read" sh -c '"$1" --fail-on never x | grep -q VERDICT' - "$build/nettape-analyze"
check "an absent rules folder's error is as without it" sh -c '"$1" --rules nowhere a.tar.zst 2>&1 | grep -q "No such file"' - "$build/nettape-analyze"
echo old >kept.txt
analyze -o kept.txt /etc/passwd 2>>log
check "a report of earlier stays when there is none" grep -qx old kept.txt
analyze -o new.txt /etc/passwd 2>>log
check "and no empty one is left" [ ! -e new.txt ]

# the rules of strangers
rule() { # NAME SQL
	printf -- '-- rule: stranger/%s\n-- version: 1\n-- schema: 1\n-- title: %s\n-- requires: stat >= 1\n-- meaning: x\n-- message: {entity}\n-- remedy: none\n%s\n' "$1" "$1" "$2" >"rules/stranger/$1.sql"
}
rule fine "SELECT 'info' AS level, 'e' AS entity, 7 AS n, 1.5 AS part, 'text' AS word, NULL AS none;"
rule forever "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT 'info' AS level, count(*) AS entity FROM r;"
rule large "SELECT 'info' AS level, replace(hex(replace(hex(replace(hex('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'), '6', '66666666666666666666666666666666666666666666')), '3', '33333333333333333333333333333333333333333333333333333333333333333333333333')), '3', '3333333333333333333333333333333333333') AS entity;"
analyze -a --format json --rules rules -o rules.json a.tar.zst 2>>log
fine() { python3 -c '
import json
f = [x for x in json.load(open("rules.json"))["findings"] if x["rule"] == "stranger/fine"][0]
e = f["evidence"]
assert (f["level"], f["entity"], e["n"], e["part"], e["word"], e["none"]) == ("info", "e", 7, 1.5, "text", None), f'; }
check "a stranger's rule finds, and its evidence comes over" fine
check "one that never ends is stopped" holds rules.json "forever.sql: stopped after 2000 ms"
check "one that wants too much memory is refused" holds rules.json "large.sql: string or blob too big"
