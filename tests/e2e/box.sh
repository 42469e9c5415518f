#!/bin/bash
# The box of the analyzer: what fails in it and works without, what the report says of it, and
# that a rule of strangers runs in a process of its own.  Prints TAP.
# shellcheck disable=SC2016,SC2153 # what sh -c gets is expanded there; BUILD is the caller's
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$PWD/$BUILD
work=$TESTLOG/box
rm -rf "$work"
mkdir -p "$work/out" "$work/rules/stranger"
export PYTHONDONTWRITEBYTECODE=1
python3 tests/gen/bundle.py --ticks 6 --cpus 2 --sockets 10 -o "$work/a.tar.zst" >/dev/null || exit 1
cd "$work" || exit 1

ok() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@" >>log 2>&1; then echo "ok - box: $what"; else echo "not ok - box: $what"; fi
}
analyze() { timeout 60 "$build/nettape-analyze" --fail-on never "$@" </dev/null; }
has() { grep -qF -- "$2" "$1"; }

# the probe
"$build/tests/box_probe" boxed "$work/out" "$work/a.tar.zst" >boxed.txt 2>&1
"$build/tests/box_probe" free "$work/out" "$work/a.tar.zst" >free.txt 2>&1
held=$(sed -n 's/^box: //p' boxed.txt)
while IFS=: read -r what free; do
	case $what in box) continue ;; esac
	boxed=$(sed -n "s|^$what:||p" boxed.txt)
	if [ "$free" != " works" ]; then
		echo "ok - box: $what # SKIP without the box it fails as well:$free"
		continue
	fi
	case $what,$held in
	+*) ok "${what#+} works in it" [ "$boxed" = " works" ] ;;
	*,none:*) echo "ok - box: cannot $what # SKIP $held" ;;
	*passwd* | *environ* | *list* | *tmp* | *input*)
		case $held in
		*"without Landlock"*) echo "ok - box: cannot $what # SKIP the kernel lacks Landlock" ;;
		*) ok "cannot $what" [ "$boxed" != " works" ] ;;
		esac
		;;
	*) ok "cannot $what" [ "$boxed" != " works" ] ;;
	esac
done <free.txt

# the report says what held, in every form
for form in text md html json; do
	analyze -a --format $form -o report.$form a.tar.zst 2>>log
	ok "--format $form says what held" has report.$form "$held"
done
analyze --no-sandbox --section EVIDENCE a.tar.zst >free.report
ok "--no-sandbox is told" has free.report "none: --no-sandbox"
analyze --out-dir reports --fleet-db f.db a.tar.zst >/dev/null
ok "each of a fleet's bundles is read in one" sh -c "grep -qF '$held' reports/*.txt"

# what works in it
ok "a store is made" sh -c 'rm -f made.db; "$1" --fail-on never --db made.db -o /dev/null a.tar.zst && sqlite3 made.db "SELECT count(*) FROM series" | grep -q "[1-9]"' - "$build/nettape-analyze"
ok "standard input is read" sh -c '"$1" --fail-on never - <a.tar.zst | grep -q VERDICT' - "$build/nettape-analyze"
mkdir -p x && zstd -dc a.tar.zst | tar xf - -C x
ok "a folder is read" sh -c '"$1" --fail-on never x | grep -q VERDICT' - "$build/nettape-analyze"
ok "an absent rules folder's error is as without it" sh -c '"$1" --rules nowhere a.tar.zst 2>&1 | grep -q "No such file"' - "$build/nettape-analyze"
echo old >kept.txt
analyze -o kept.txt /etc/passwd 2>>log
ok "a report of earlier stays when there is none" grep -qx old kept.txt
analyze -o new.txt /etc/passwd 2>>log
ok "and no empty one is left" [ ! -e new.txt ]

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
ok "a stranger's rule finds, and its evidence comes over" fine
ok "one that never ends is stopped" has rules.json "forever.sql: stopped after 2000 ms"
ok "one that wants too much memory is refused" has rules.json "large.sql: string or blob too big"
