#!/bin/sh
# What somebody meets who does not know the programs yet: no argument, a typing error, what went
# wrong, how long it takes, the tab key.  Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=usage
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh
cd "$work" || exit 1

has() { grep -qF -e "$1" out; }
run() { # PROGRAM ARGUMENT...: its words go to out and err, its status to status
	program=$1
	shift
	timeout 60 "$build/nettape-$program" "$@" >out 2>err </dev/null
	echo $? >status
}
says() { # STATUS TEXT PROGRAM ARGUMENT...: that text in the first line
	want=$1 text=$2
	shift 2
	run "$@"
	cat err
	[ "$(cat status)" -eq "$want" ] && head -1 err | grep -qF -- "$text"
}

# no argument
no_argument() { # PROGRAM TEXT...: at most ten lines of at most 110 columns, on standard error
	run "$1"
	[ "$(cat status)" -eq 2 ] && [ ! -s out ] && [ "$(wc -l <err)" -le 10 ] || return 1
	[ "$(sed "s,$build/,./," err | wc -L)" -le 105 ] || return 1
	shift
	for text; do grep -qF -- "$text" err || return 1; done
}
check "the analyzer without an argument says what to do" no_argument analyze \
	'nettape-analyze FILE' '--format html' '--explain RULE' 'nettape-collect --for 5m' '--help' 'man nettape-analyze'
check "the collector, too, as it was called" no_argument collect \
	"$build/nettape-collect --for 5m" '--metrics URL' '--list-sources' '.nettape.tar.zst' 'root' '--help' 'man nettape-collect'
check "and records nothing" sh -c '! ls ./*.zst 2>/dev/null | grep .'

# a recording, and things that are none
run collect --for 1s --every 500ms --no-http -o x.tar.zst
echo hello >plain
mkdir -p empty rules/a
head -c 3000 x.tar.zst >cut.tar.zst
echo 'softirq/backlog-drop.warn_drops = few' >site
echo '{' >before
printf -- '-- rule: a/b\n-- versoin: 1\nSELECT 1;\n' >rules/a/b.sql

# what is wrong, where, and what next: STATUS|WHAT IS SAID|PROGRAM ARGUMENTS
while IFS='|' read -r status text command; do
	# shellcheck disable=SC2086 # words
	check "$command: $text" says "$status" "$text" $command
done <<'CASES'
2|--fromat: there is no such option (did you mean --format?)|analyze --fromat html x.tar.zst
2|(did you mean --format?)|analyze -format html x.tar.zst
2|--format htlm: there is no such format (did you mean html?)|analyze --format htlm x.tar.zst
2|--section lnkerd: there is no such section (did you mean LINKERD?)|analyze --section cpu,lnkerd x.tar.zst
2|(did you mean SOFTNET?)|analyze --section softent x.tar.zst
2|did you mean softirq/backlog-drop?|analyze --explain softirq/backlog-dorp
2|--explain needs an argument: RULE|analyze --explain
2|(did you mean 'softirq/backlog-drop'?)|analyze --set softirq/backlog-drp.warn_drops=1 x.tar.zst
2|(did you mean 'warn_drops'?)|analyze --set softirq/backlog-drop.wran_drops=1 x.tar.zst
2|is no AREA/NAME.param=value|analyze --set warn_drops x.tar.zst
2|site:1: warn_drops of softirq/backlog-drop is a number|analyze --site site x.tar.zst
2|baseline before: line 2:|analyze --baseline before x.tar.zst
2|(--format json -o FILE writes one)|analyze --baseline before x.tar.zst
3|folder of rules nowhere: No such file|analyze --rules nowhere x.tar.zst
3|folder of rules empty: no AREA/NAME.sql in it|analyze --rules empty x.tar.zst
2|--dump plain: no format has such a name, say which with --as FORMAT|analyze --dump plain
2|--as sofnet: there is no such format (did you mean softnet?)|analyze --dump plain --as sofnet
2|expected two bundles: OLD NEW, got 1|analyze --compare x.tar.zst
2|expected one bundle: a file, a folder, or - for standard input|analyze -a
3|open nowhere: No such file|analyze nowhere
3|plain: not a bundle: |analyze plain
3|cut.tar.zst: not a bundle: Truncated zstd input; its FILE.sha256 tells whether it arrived whole (sha256sum -c)|analyze cut.tar.zst
3|empty: not a bundle: no bundle.json|analyze empty
3|open nowhere/x: No such file|analyze -o nowhere/x --fail-on never x.tar.zst
2|unknown option: --ever (did you mean --every?)|collect --ever 1s
2|(did you mean --output?)|collect -output x.tar.zst
2|--for: not a duration (500ms, 10s, 5m, 1h30m): five|collect --for five
2|--max-size: not a size (64k, 512M, 1G): 1X|collect --max-size 1X
2|no such source: sofnet (did you mean softnet?) (see --list-sources)|collect --include sofnet
2|(did you mean metrics?)|collect --pace metrisc=30s
2|--pace: not SOURCE=DURATION, as in tcp=10s: tcp|collect --pace tcp
2|--netns: nowhere (ip netns, lsns -t net list them): No such file|collect --netns nowhere
3|x.tar.zst (--force overwrites it): File exists|collect --for 1s -o x.tar.zst
3|cannot create nowhere/x.tar.zst.part (-o FILE puts it elsewhere): No such file|collect --for 1s -o nowhere/x.tar.zst
2|only .tar.zst, .tar.gz and .tar are written|collect --for 1s -o x.zip
2|https is not spoken: give a port without TLS|collect --metrics https://127.0.0.1
CASES
check "a broken rule is named with file and line" sh -c '"$1" --lint-rules rules | grep -F "rules/a/b.sql:2: "' sh "$build/nettape-analyze"

# how long it takes
terminal() { python3 "$home/tests/e2e/on_terminal.py" "$@" >seen; }
slow='WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT max(i) FROM n'
check "what takes over a second is told on a terminal" sh -c 'UNTIL="asking, " timeout 60 python3 "$1" "$2" --sql "$3" x.tar.zst >seen; grep -q "^asking, [1-9][0-9]* s" seen' \
	sh "$home/tests/e2e/on_terminal.py" "$build/nettape-analyze" "$slow"
check "but not where a line cannot be drawn again" sh -c 'TERM_THERE=dumb python3 "$1" timeout 2 "$2" --sql "$3" x.tar.zst >seen; ! grep -q asking seen' \
	sh "$home/tests/e2e/on_terminal.py" "$build/nettape-analyze" "$slow"
check "nor where nobody looks" sh -c '! timeout 2 "$1" --sql "$2" x.tar.zst 2>err; [ ! -s err ]' sh "$build/nettape-analyze" "$slow"
check "a short run says nothing" sh -c 'begin=$(date +%s%3N); python3 "$1" "$2" --sql "SELECT 1" x.tar.zst >seen && { [ ! -s seen ] || [ $(($(date +%s%3N) - begin)) -ge 1000 ]; }' \
	sh "$home/tests/e2e/on_terminal.py" "$build/nettape-analyze"
check "of many bundles it tells how many are done, from the beginning" sh -c 'cp x.tar.zst y.tar.zst && python3 "$1" "$2" --fail-on never x.tar.zst y.tar.zst >seen && grep -qx "0 of 2 bundles" seen && grep -q "^2 of 2 bundles" seen' \
	sh "$home/tests/e2e/on_terminal.py" "$build/nettape-analyze"
check "a recording tells its ticks and what is left" terminal "$build/nettape-collect" --for 3s --every 3s --no-http -o t.tar.zst
check "from its beginning" grep -q 'looking around' seen
check "also between two ticks" sh -c '[ "$(grep -c "^1/2 ticks .* left" seen)" -ge 2 ]'
check "and with -q nothing" sh -c 'python3 "$1" "$2" -q --for 1s --no-http -o q.tar.zst >seen && [ ! -s seen ]' \
	sh "$home/tests/e2e/on_terminal.py" "$build/nettape-collect"

# the tab key
completes() { # WORDS, the last one to be completed | WHAT MUST BE OFFERED, in any order, and maybe others
	bash "$home/tests/e2e/lib/complete.sh" "$home/.packaging/complete.bash" "$build" "$1" >offered
	cat offered
	for word in $2; do
		if [ "$word" = - ]; then [ ! -s offered ] || return 1; else grep -qxF -- "$word" offered || return 1; fi
	done
}
while IFS='|' read -r line words; do
	check "tab behind '$line' offers $words" completes "$line" "$words"
done <<'CASES'
nettape-analyze --fo|--format
nettape-analyze --s|--section --since --site --sql --strict
nettape-analyze -|-a -c --format
nettape-analyze --format |text html md json jsonl csv
nettape-analyze --format=ht|html
nettape-analyze --format=|json
nettape-analyze --section cpu,net|cpu,netdev
nettape-analyze --explain softirq/b|softirq/backlog-drop softirq/backlog-depth
nettape-analyze --set softirq/backlog-drop.w|softirq/backlog-drop.warn_drops=
nettape-analyze --set softirq/backlog-drop.warn_drops=|-
nettape-analyze --fail-on |warn crit never
nettape-analyze --as sof|softnet softirqs
nettape-analyze x.|x.tar.zst
nettape-analyze -a x.|x.tar.zst
nettape-analyze --rules ru|rules
nettape-analyze --baseline bef|before
nettape-analyze --width |-
nettape-collect --m|--max-size --metrics
nettape-collect --include ethtool-|ethtool-S ethtool-i
nettape-collect --exclude=ethtool-|ethtool-S
nettape-collect --pace soft|softnet= softirqs=
nettape-collect -o x.|x.tar.zst
nettape-collect --root em|empty
nettape-collect |-
CASES
every_option() { # PROGRAM: what --help has is offered, and nothing else
	"$build/nettape-$1" --complete | cut -f1 | grep '^--' | sort >offered
	"$build/nettape-$1" --help | sed -n 's/^  \(-[a-zA-Z], \)\{0,1\}\(--[a-z-]*\).*/\2/p' | sort | diff - offered
}
check "every option of the analyzer is completed" every_option analyze
check "and of the collector" every_option collect

# the manual
if command -v mandoc >/dev/null; then
	check "no line of a manual page is wider than a terminal" "$home/tests/pages.sh" "$home"/*/*.[158]
	printf '.Dd January 1, 2026\n.Dt X 1\n.Os\n.Sh NAME\n.Nm x\n.Nd y\n.Sh Z\n.Bd -literal\n%s\n.Ed\n' "$(printf '%080d' 0)" >wide.1
	check "one that is would be found" status_is 1 "$home/tests/pages.sh" wide.1
	check "and named" has 'wide.1: wider than 80 columns: '
else
	skip "no line of a manual page is wider than a terminal" "no mandoc"
fi
