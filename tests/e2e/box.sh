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

# the probe: free, and in each box
echo secret >inherited
probe() { "$build/tests/box_probe" "$1" "$work/out" "$work/a.tar.zst" 9>>inherited >"$1.txt" 2>&1; }
for mode in free boxed sealed calculating; do probe $mode; done
held=$(sed -n 's/^box: //p' boxed.txt)
of() { sed -n "s|^$2:||p" "$1.txt"; }      # MODE WHAT: what came of it
fails() { [ -n "$(of "$1" "$2")" ] && [ "$(of "$1" "$2")" != " works" ]; }
works() { [ "$(of "$1" "$2")" = " works" ]; }
while IFS=: read -r what free; do
	case $what in box) continue ;; esac
	if [ "$free" != " works" ]; then
		echo "ok - box: ${what#+} # SKIP without the box it fails as well:$free"
		continue
	fi
	case $what,$held in
	*,none:*) echo "ok - box: cannot $what # SKIP $held" ;;
	+read* ) ok "${what#+} works in it" works boxed "$what" && ok "${what#+} works without output" works sealed "$what" ;;
	+make*) ok "${what#+} works in it" works boxed "$what" && ok "none without" fails sealed "$what" ;;
	make\ a\ process,*) ok "$what works for rules of strangers" works boxed "$what" && ok "$what else not" fails sealed "$what" ;;
	*"openat2"*) ok "cannot $what" fails boxed "$what" ;;
	*passwd,*"without Landlock"* | *environ,*"without Landlock"* | list*,*"without Landlock"* | *tmp,*"without Landlock"* | write\ the\ input,*"without Landlock"* | write\ /proc*,*"without Landlock"*)
		echo "ok - box: cannot $what # SKIP the kernel lacks Landlock" ;;
	*)
		ok "cannot $what" fails boxed "$what"
		ok "without output neither: $what" fails sealed "$what"
		;;
	esac
	case $held in none:*) ;; *) ok "a rule of strangers cannot ${what#+}" fails calculating "$what" ;; esac
done <free.txt
left="what the caller left open was written to by the free one alone"
case $held in
none:*) echo "ok - box: $left # SKIP $held" ;;
*) ok "$left" [ "$(cat inherited)" = "secret
x" ] ;;
esac
# what the table names is there on the other architecture as well: asm-generic numbers are arm64's
names() { sed -n '/^#if/,/^#endif/d; s/^[A-Z_]*(\([a-z0-9_]*\).*/\1/p' "$OLDPWD/analyze/box_calls.def" | sort -u; }
if [ -e /usr/include/asm-generic/unistd.h ]; then
	names | while read -r name; do grep -Eq "__NR(3264)?_$name\b" /usr/include/asm-generic/unistd.h || echo "$name"; done >lacking
	ok "arm64 has every call of the table" [ ! -s lacking ]
else
	echo "ok - box: arm64 has every call of the table # SKIP no asm-generic/unistd.h"
fi

# kernels that lack a part: the rest holds, and the report says what does not
case $held in
none:* | *without*) echo "ok - box: without Landlock, seccomp # SKIP $held" ;;
*)
	without() { timeout 60 "$build/tests/box_without" "$1" "$build/nettape-analyze" --fail-on never --section EVIDENCE a.tar.zst </dev/null; }
	without landlock >w1 2>>log && without seccomp >w2 2>>log && without both >w3 2>>log
	ok "without Landlock the report says so" has w1 "no_new_privs, limits, seccomp, without Landlock"
	ok "without seccomp" has w2 "limits, without seccomp, Landlock"
	ok "without both" has w3 "limits, without seccomp, without Landlock"
	"$build/tests/box_without" landlock "$build/tests/box_probe" sealed "$work/out" "$work/a.tar.zst" >half.txt 2>&1
	ok "without Landlock nothing is written all the same" sh -c 'grep -q "^write the input: Operation not permitted" half.txt && grep -q "^write in /tmp: Operation not permitted" half.txt'
	;;
esac

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

# what is killed leaves nothing half-written
started() { for _ in $(seq 200); do [ -e "$1" ] && return 0; sleep 0.05; done; return 1; }
mkfifo pipe
killed() { # SIGNAL WHOM: of one that waits for the end of its bundle
	rm -rf k && mkdir k && echo old >k/report.txt
	env --default-signal=INT,TERM,HUP "$build/nettape-analyze" --db k/x.db -o k/report.txt --fail-on never - <pipe >k.log 2>&1 &
	local parent=$! child
	exec 8>pipe
	head -c 20000 a.tar.zst >&8
	started k/x.db.tmp || return 1
	child=$(cat "/proc/$parent/task/$parent/children")
	[ "$2" = child ] && kill "-$1" "${child:?}"
	[ "$2" = parent ] && kill "-$1" $parent
	wait $parent
	status=$?
	exec 8>&-
	! kill -0 "${child:?}" 2>/dev/null && [ "$(ls k)" = report.txt ] && [ "$(cat k/report.txt)" = old ]
}
ok "its reading process is killed: no DB.tmp, the old report" killed KILL child
ok "and that is told" sh -c '[ "$1" = 3 ] && grep -q "signal 9" k.log' - "$status"
for s in INT TERM HUP; do
	ok "SIG$s: no DB.tmp, the old report" killed $s parent
	ok "and it ends by that signal" [ "$status" -gt 128 ]
done
ln -s report.txt link.txt && : >report.txt && chmod 640 report.txt
analyze -o link.txt a.tar.zst 2>>log
ok "a link as output stays one, its file keeps its mode" sh -c '[ -L link.txt ] && grep -q VERDICT report.txt && [ "$(stat -c %a report.txt)" = 640 ]'
ok "no other name is left" sh -c '! ls | grep -q "[.]tmp"'
analyze -o /dev/null a.tar.zst 2>>log
ok "a device is written as it is" [ -c /dev/null ]
"$build/nettape-analyze" -o /dev/full --fail-on never a.tar.zst >full.log 2>&1
ok "a full disk is told, and which file" sh -c '[ "$1" = 3 ] && grep -q "write /dev/full: No space left" full.log' - $?
ok "what a command gives is read by its descriptor" sh -c 'bash -c '\''"$1" --fail-on never <(cat a.tar.zst)'\'' - "$1" | grep -q VERDICT' - "$build/nettape-analyze"

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
ok "one that never ends is stopped" grep -q "forever.sql:9: .*stopped after 2000 ms" rules.json
ok "one that wants too much memory is refused" grep -q "large.sql:9: string or blob too big" rules.json
