#!/bin/sh
# The text that people read: its first screen, its width, the pager, the page of a rule.
# Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=text
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
cd "$work" || exit 1
export LC_ALL=C.UTF-8

# hosts of every kind of trouble, one that has little, one with a linkerd
make_bundle big.tar --seed 3 --ticks 31 --cpus 48 --interfaces 40 --physical 2 --sockets 800 --linkerd 12 --pps 40000 \
	--fault qdisc-drops,tcp=1,start=10,end=25 --fault conntrack-full,start=12 --fault udp-overflow --fault backlog-drops \
	--fault ring-overflow --fault neighbour-full --fault orphans --fault cpus-busy --fault open-files --fault veth-drops
make_bundle el6.tar --seed 4 --ticks 12 --cpus 2 --interfaces 2 --sockets 20 --kernel 2.6.32-754.el6.x86_64 --fault conntrack-full
make_bundle calm.tar --seed 5 --ticks 61 --cpus 2 --interfaces 2 --sockets 20

# what a reader looks for in the sections
"$analyze" --fail-on never --width 160 --section TCP,SOCKETS,ENDPOINTS,SYSCTL big.tar >sections.txt
check "TCP counters stand below what they count" sh -c 'sed -n "/^   sent again, segments$/{n;p;}" sections.txt | grep -q "^    TcpRetransSegs "'
check "sockets by state and listening port" sh -c 'sed -n "/states by our listening port/{n;n;p;}" sections.txt | grep -qE "^    4140 .*[0-9]+ / [0-9]+ / [0-9]+"'
check "states of endpoints" grep -qE "^    http .* ESTAB [0-9]+" sections.txt
check "settings have units" grep -qE "^    net.core.somaxconn +[0-9]+ +connections " sections.txt
check "what could not be judged says what to record" sh -c '"$1" --fail-on never big.tar | sed -n "/^NOT EVALUATED  by/,\$p" | grep -q "^    to judge: nettape-collect --for "' sh "$analyze"

# the first screen
"$analyze" --fail-on never --width 100 big.tar >big.txt
check "the verdict is on the first lines" sh -c 'head -6 big.txt | grep -q "^VERDICT  CRITICAL "'
check "the worst finding says what to do within 24 lines" sh -c 'head -24 big.txt >head.txt
	grep -q "^\[C\] " head.txt && grep -q "^    do: " head.txt && grep -q "^    verify: " head.txt'
sed '/^FINDINGS/,$d' big.txt >screen.txt
check "all of it fits on 40 lines, however much there is" test "$(wc -l <screen.txt)" -le 40
check "what is clean and what is open included" sh -c 'grep -q "^CLEAN  .*[a-z] [0-9]*/[0-9]" screen.txt && grep -q "^NOT EVALUATED  [0-9]* of [0-9]* rules: " screen.txt'
check "rules behind the first ones are counted" sh -c 'grep -qE "^    and [0-9]+ more rules below$" screen.txt'
check "a cause names what it explains" sh -c 'grep -q "^    explains  [a-z-]*/" screen.txt'
"$analyze" --fail-on never --width 100 calm.tar >calm.txt
check "a host without findings has a verdict that does not say ok" sh -c 'head -6 calm.txt | grep -qE "^VERDICT  (NOTHING FOUND|REMARKS ONLY) "'
check "every rule counts once" python3 -c '
import re
text = " ".join(open("calm.txt").read().split("FINDINGS")[0].split())
n, rest = re.search(r"of (\d+) rules (.*?)(?=\[|CLEAN)", text).groups()
assert int(n) == sum(int(x) for x in re.findall(r"(\d+) (?:found|is|are|not|failed|turned)", rest)), rest
'

# width: nothing is wider than it is told, wide characters included
wider() { # WIDTH <TEXT: true when a line is wider than that
	python3 -c '
import sys, unicodedata
def columns(s): return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in s)
bad = [l for l in open(0, encoding="utf-8") if columns(l.rstrip("\n")) > int(sys.argv[1])]
if bad: print("#", len(bad), "lines, the first:", bad[0].rstrip())
sys.exit(not bad)' "$1"
}
fits() { # WIDTH ARGUMENT...
	width=$1
	shift
	"$analyze" --fail-on never --width "$width" "$@" >wide.txt 2>err || return 1
	! wider "$width" <wide.txt
}
for width in 40 60 80 100 132; do
	check "no line of a big report is wider than $width columns" fits "$width" -a big.tar
	check "nor of an old kernel's" fits "$width" -a el6.tar
done
printf '%s\n' '-- rule: demo/wide' '-- version: 1' '-- title: 網路 介面 丟棄 封包' '-- requires: meta' '-- message: {what} に問題' \
	'-- remedy: 網路介面丟棄封包網路介面丟棄封包網路介面丟棄封包網路介面丟棄封包網路介面丟棄封包' '-- verify: x' \
	"SELECT 'crit' AS level, 'インターフェース' AS entity, 'ネットワークネットワークネットワークネットワークネットワーク' AS what ORDER BY 2" >wide.sql
mkdir -p rules/demo && mv wide.sql rules/demo/wide.sql
for width in 40 80; do
	check "wide characters count twice at $width" fits "$width" --rules rules calm.tar
done
for rule in root-cause/loss-tail-200ms softirq/backlog-drop tcp-listen/overflow linkerd-backend/connect-latency; do
	check "the page of $rule keeps to 80 columns" sh -c '"$1" --explain "$2" --width 80 >page.txt' sh "$analyze" "$rule"
	check "all but strings of its SQL" sh -c '! sed "/^SQL, /,\$d" page.txt | grep -E "^.{81}"'
done
check "its SQL still runs when it was folded" sh -c '"$1" --fail-on never --db case.db calm.tar >out 2>err
	"$1" --explain softirq/backlog-drop --width 60 | sed "1,/^SQL, /d" >folded.sql
	"$1" --sql "$(tr "\n" "\001" <folded.sql | sed "s/;\001*$//" | tr "\001" "\n" | sed "s/:warn_drops/NULL/; s/:warn_intervals/NULL/; s/:crit_drops/NULL/; s/:crit_ratio/NULL/")" calm.tar >out 2>err; head -1 out | grep -q "^level"' sh "$analyze"

# letters
check "a letter is its sections" sh -c '"$1" --fail-on never -c calm.tar >one && "$1" --fail-on never --section cpu calm.tar | cmp -s - one' sh "$analyze"
check "letters add up with names" sh -c '"$1" --fail-on never -mS --section udp,tcp calm.tar | sed -n "s/^\([A-Z][A-Z]*\)  .*/\1/p" | tr "\n" " " >out
	[ "$(cat out)" = "MEMORY SOCKETS LISTENERS TCP UDP " ]' sh "$analyze"
check "an unknown section is told with those that there are" sh -c '"$1" --section cpu,nonsense calm.tar >out 2>err; [ $? -eq 2 ] && grep -q "nonsense.*FINDINGS.*SOFTNET" err' sh "$analyze"

# the page of a rule
"$analyze" --explain softirq/backlog-drop >page.txt
for part in 'WHAT IT MEANS' 'WHAT TO DO' 'HOW TO VERIFY' 'WHEN IT IS WRONG' 'CAUSES AND SYMPTOMS' 'WHAT IT LOOKS AT' 'HOW IT JUDGES' REFERENCES; do
	check "a rule's page has: $part" grep -qx "$part" page.txt
done
check "it names the file and how often it is read" grep -q '^  softnet .*/proc/net/softnet_stat; each tick; needs 2 captures' page.txt
check "its causes" sh -c 'grep -q "^  explained by  root-cause/" page.txt'
check "what one types to judge otherwise" grep -q -- '--set softirq/backlog-drop.warn_drops=VALUE' page.txt
check "and what was set" sh -c '"$1" --set softirq/backlog-drop.warn_drops=7 --explain softirq/backlog-drop | grep -q "warn_drops = 1 packets (here 7, --set)"' sh "$analyze"
check "a name alone is enough when it is one rule's" sh -c '"$1" --explain backlog-drop | cmp -s - page.txt' sh "$analyze"
check "an area lists its rules" sh -c '"$1" --explain softirq >out && [ "$(grep -c "^softirq/" out)" -ge 5 ] && ! grep -v "^softirq/\|^  " out' sh "$analyze"
check "so does a glob" sh -c '"$1" --explain "softirq/b*" >out && [ "$(wc -l <out)" -ge 2 ] && ! grep -v "^softirq/b\|^  " out' sh "$analyze"
check "a wrong id is told the near ones" sh -c '"$1" --explain softirq/backlog-dorp >out 2>err; [ $? -eq 2 ] && grep -q "did you mean softirq/backlog-drop" err' sh "$analyze"
check "or those that have the word" sh -c '"$1" --explain overflow- >out 2>err; "$1" --explain "ring-over" >out 2>err; [ $? -eq 2 ] && grep -q "nic-drops/ring-overflow" err' sh "$analyze"

# on a terminal
command -v script >/dev/null || {
	skip "the pager" "no script(1)"
	exit 0
}
on_terminal() { # ROWS COLUMNS COMMAND: what a terminal of that size shows, in tty.txt
	script -qec "stty rows $1 cols $2; $3" /dev/null </dev/null >tty.txt 2>&1
	tr -d '\r' <tty.txt >shown.txt
}
mkdir -p bin
printf '#!/bin/sh\necho "PAGED $*"\ncat\n' >bin/pager-of-ours
printf '#!/bin/sh\necho "LESS $* ($LESS)"\ncat >/dev/null\n' >bin/less
chmod +x bin/*
PATH=$work/bin:$PATH
report="$analyze --fail-on never"
on_terminal 24 80 "env PAGER='pager-of-ours -x  y' $report calm.tar"
check "what is longer than the terminal goes through PAGER with its arguments" grep -q '^PAGED -x y$' shown.txt
check "all of it" sh -c 'sed "s/\x1b\[[0-9;]*m//g" shown.txt >plain.txt; grep -q "^NETTAPE" plain.txt && grep -q "^EVIDENCE" plain.txt'
check "as wide as the terminal" sh -c 'sed "s/\x1b\[[0-9;]*m//g" shown.txt | tail -n +2 >plain.txt; ! grep -qE "^.{81}" plain.txt'
on_terminal 24 80 "env PAGER='pager-of-ours' $report --section conntrack calm.tar"
check "what is shorter does not" sh -c '! grep -q PAGED shown.txt && grep -q "CONNTRACK" shown.txt'
on_terminal 400 80 "env PAGER='pager-of-ours' $report --section findings calm.tar"
check "nor on a terminal that is high enough" sh -c '! grep -q PAGED shown.txt && grep -q VERDICT shown.txt'
on_terminal 24 80 "$report calm.tar"
check "less is the pager without PAGER, lets colours pass, and quits at the end" grep -q '^LESS -R (FRX)$' shown.txt
on_terminal 24 80 "env LESS=-i PAGER='less -S' $report calm.tar"
check "colours pass whatever LESS says" grep -q '^LESS -R -S (-i)$' shown.txt
for pager in cat '' nosuchpager; do
	on_terminal 24 80 "env PAGER='$pager' $report calm.tar"
	check "PAGER='$pager' gives the text as it is" sh -c '! grep -qE "PAGED|LESS|nosuch" shown.txt && grep -q "^.*NETTAPE" shown.txt && grep -q EVIDENCE shown.txt'
done
on_terminal 24 80 "env PAGER='pager-of-ours' $report --no-pager calm.tar"
check "--no-pager does, too" sh -c '! grep -q PAGED shown.txt'
on_terminal 24 80 "env PAGER='head -1' $report calm.tar; echo status \$?"
check "a pager that reads one line is no error" grep -qx 'status 0' shown.txt
on_terminal 24 80 "env PAGER=pager-of-ours $analyze --explain softirq/backlog-drop"
check "a rule's page is paged as well" grep -q '^PAGED' shown.txt
on_terminal 24 30 "$report --no-pager --section findings calm.tar"
check "a terminal of 30 columns gets 40" sh -c 'sed "s/\x1b\[[0-9;]*m//g" shown.txt >plain.txt; ! grep -qE "^.{41}" plain.txt && grep -q VERDICT plain.txt'
on_terminal 24 80 "env TERM=dumb $report calm.tar"
check "a dumb terminal has neither colour nor pager" sh -c '! grep -q "$(printf "\033")" shown.txt && ! grep -q LESS shown.txt'
on_terminal 24 80 "env TERM=xterm LC_ALL=C $report --no-pager --no-color calm.tar"
check "a C locale has ASCII alone" sh -c '! LC_ALL=C grep -q "[^ -~]" shown.txt'
