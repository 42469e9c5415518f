#!/bin/sh
# The analyzer from outside: this host is recorded for three seconds, then read in every way.
# Prints TAP.
# shellcheck disable=SC2016 # what sh -c gets is expanded there
set -u
cd "$(dirname "$0")/../.." || exit 1
name=report
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
cd "$work" || exit 1
bundle=host.nettape.tar.zst

"$collect" --for 3s --every 1s --no-http --force --note "$(printf 'case \033[31m7')" -o "$bundle" >log 2>&1 || {
	verdict "this host can be recorded" 1
	sed 's/^/# /' log
	exit 0
}

# exit statuses
check "never fails when told so" status_is 0 "$analyze" --fail-on never "$bundle"
cp out full.txt
check "says nothing on standard error" test ! -s err
"$analyze" --format json "$bundle" >report.json 2>/dev/null
expected=$(python 'import json; c = json.load(open("report.json"))["counts"]; print(1 if c["crit"] + c["warn"] else 0)')
check "exits as its findings say" status_is "${expected:-9}" "$analyze" "$bundle"
check "is strict when told so: a short window leaves rules open" status_is 1 "$analyze" --strict --fail-on never "$bundle"
check "wants a bundle" status_is 2 "$analyze"
check "knows its options" status_is 2 "$analyze" --no-such-option "$bundle"
check "wants an argument where one is due" status_is 2 "$analyze" --format
check "knows its formats" status_is 2 "$analyze" --format papyrus "$bundle"
check "knows its sections" status_is 2 "$analyze" --section nonsense "$bundle"
check "knows levels" status_is 2 "$analyze" --fail-on info "$bundle"
check "knows rules and their parameters" status_is 2 "$analyze" --set no/such.thing=1 "$bundle"
check "knows what a width is" status_is 2 "$analyze" --width 7 "$bundle"
check "--help succeeds" status_is 0 "$analyze" --help
check "--help lists the formats" has "json, jsonl, "
check "--version succeeds" status_is 0 "$analyze" --version
check "--version names the program" has "nettape-analyze "

# input that is none
printf 'this is no archive, whatever it may look like\n' >garbage
: >empty
mkdir -p folder
check "refuses garbage" status_is 3 "$analyze" garbage
check "and names the file" says "garbage: not a bundle"
check "refuses an empty file" status_is 3 "$analyze" empty
check "refuses a folder that is no bundle" status_is 3 "$analyze" folder
check "refuses a file that is not there" status_is 3 "$analyze" nowhere
check "and names it" says "nowhere: No such file"
zstd -qdc "$bundle" >host.tar
head -c "$(($(wc -c <host.tar) / 2))" host.tar >half.tar
check "reads half of a bundle" status_is 0 "$analyze" --fail-on never half.tar
check "and says that it was cut" has "the bundle was cut"
check "reads a tar without compression" status_is 0 "$analyze" --fail-on never host.tar
mkdir -p unpacked && tar xf host.tar -C unpacked --strip-components=1
check "reads an unpacked folder" status_is 0 "$analyze" --fail-on never unpacked
check "reads standard input" sh -c '"$1" --fail-on never - <"$2" >out 2>err' sh "$analyze" "$bundle"
check "which says the same" cmp -s out full.txt

# the text
for s in HOST CPU MEMORY INTERRUPTS SOFTNET NETDEV ETHTOOL QDISC SOCKETS LISTENERS TCP UDP CONNTRACK SYSCTL PROCESSES \
	LINKERD ENDPOINTS TIMELINE EVIDENCE; do
	check "has the section $s" grep -q "^$s  " full.txt
done
check "no section's SQL failed" sh -c '! grep -n "^  failed: " full.txt'
check "begins with host and verdict" sh -c 'head -8 full.txt | grep -q "^VERDICT "'
check "says what was not evaluated" grep -q '^NOT EVALUATED' full.txt
check "a note cannot colour the terminal" grep -qF 'case \x1b[31m7' full.txt
check "a section alone" status_is 0 "$analyze" --fail-on never --section softnet "$bundle"
check "is alone" sh -c '[ "$(grep -c "^[A-Z]" out)" -eq 1 ] && grep -q "^SOFTNET " out'
check "sections by letter and by name" status_is 0 "$analyze" --fail-on never -rn --section tcp "$bundle"
check "add up" sh -c '[ "$(grep "^[A-Z]" out | sed "s/  .*//" | tr "\n" " ")" = "SOFTNET NETDEV QDISC TCP " ]'
check "the findings alone" status_is 0 "$analyze" --fail-on never --section findings "$bundle"
check "are without sections" sh -c 'grep -q "^VERDICT" out && ! grep -q "^SOFTNET" out'
check "--all lists what is ok" sh -c '"$1" -a --fail-on never "$2" | grep -q "^OK  "' sh "$analyze" "$bundle"
for width in 60 80 100 132; do
	check "keeps to $width columns" sh -c 'LC_ALL=C.UTF-8 "$1" --fail-on never --width "$3" "$2" | python3 -c "
import sys
sys.exit(any(len(line.rstrip(chr(10))) > $3 for line in open(0, encoding=\"utf-8\")))"' sh "$analyze" "$bundle" "$width"
done
LC_ALL=C "$analyze" --fail-on never "$bundle" >ascii.txt
check "is ASCII in a C locale" sh -c '! LC_ALL=C grep -q "[^ -~]" ascii.txt'
LC_ALL=C.UTF-8 "$analyze" --fail-on never "$bundle" >utf8.txt
check "draws with blocks in a UTF-8 locale" grep -q '▁' utf8.txt
check "has no colour in a pipe" sh -c '! grep -q "$(printf "\033")" utf8.txt'
check "--color colours a pipe, too" sh -c '"$1" --color --fail-on never "$2" | grep -q "$(printf "\033")"' sh "$analyze" "$bundle"
check "the same twice" sh -c 'LC_ALL=C.UTF-8 "$1" --fail-on never "$2" | cmp -s - utf8.txt' sh "$analyze" "$bundle"
if command -v script >/dev/null; then
	on_terminal() { # WANT(0 = colour) ENV... : the report on a terminal of its own
		want=$1
		shift
		script -qec "env $* $analyze --no-pager --fail-on never $bundle" /dev/null </dev/null >tty.txt 2>&1
		grep -q "$(printf '\033')\[" tty.txt
		[ $? -eq "$want" ]
	}
	check "has colour on a terminal" on_terminal 0 TERM=xterm
	check "NO_COLOR is honoured" on_terminal 1 NO_COLOR=1
	check "an empty NO_COLOR is none" on_terminal 0 NO_COLOR=
	script -qec "$analyze --no-color --no-pager --fail-on never $bundle" /dev/null </dev/null >tty.txt 2>&1
	check "--no-color is honoured" sh -c '! grep -q "$(printf "\033")\[" tty.txt'
	script -qec "env PAGER='wc -l' $analyze --fail-on never $bundle" /dev/null </dev/null >tty.txt 2>&1
	check "a terminal gets the pager" sh -c '[ "$(wc -l <tty.txt)" -eq 1 ] && grep -q "^ *[0-9]" tty.txt'
else
	skip "colour on a terminal" "no script(1)"
fi

# where it goes
check "-o writes a file" status_is 0 "$analyze" --fail-on never -o report.txt "$bundle"
check "the same text" sh -c '[ ! -s out ] && cmp -s report.txt full.txt'
check "a full disk is an error" sh -c '"$1" --fail-on never "$2" >/dev/full 2>err; [ $? -eq 3 ] && grep -q "No space" err' \
	sh "$analyze" "$bundle"
check "a reader that goes away is none" sh -c '{ "$1" --fail-on never "$2" 2>err; echo $? >rc; } | head -1 >out
[ "$(cat rc)" = 0 ] && [ ! -s err ] && [ -s out ]' sh "$analyze" "$bundle"
check "--timing speaks on standard error" sh -c '"$1" --timing --fail-on never "$2" 2>err >out; grep -q "load .* ms" err && cmp -s out full.txt' \
	sh "$analyze" "$bundle"

# JSON
check "JSON is as its schema says" as_promised report report.json
printf '{"format": 2}' >other.json
check "which is looked at" sh -c '! python3 "$1/tests/e2e/schema_check.py" "$1/schema/report.schema.json" other.json 2>err' sh "$home"
check "JSON holds what it promises" python '
import json, os
d = json.load(open("report.json"))
assert d["format"] == 1
assert set(d) >= {"tool", "bundle", "counts", "findings", "not_evaluated", "suppressed", "sections", "params", "rules"}
w = d["bundle"]["window"]
assert w["asked_s"] == 3 and w["ticks_taken"] >= 2 and w["interval_s"] == 1, w
assert d["bundle"]["host"] == os.uname().nodename
assert d["bundle"]["note"] == "case \x1b[31m7"
assert len(d["sections"]) == 19, list(d["sections"])
assert len(d["not_evaluated"]) == d["counts"]["not_evaluated"] > 0
cpu = d["sections"]["CPU"]["tables"][0]["rows"][0]
assert cpu["cpu"] == "all" and 0 <= cpu["idle_pct"] <= 100, cpu
for f in d["findings"]:
    assert f["level"] in ("info", "warn", "crit") and f["rule"] and f["message"], f
'
"$analyze" --format json --fail-on never --set collection-quality/too-short.min_ticks=2 "$bundle" >set.json 2>err
check "a parameter is reported" python 'import json
assert json.load(open("set.json"))["params"]["collection-quality/too-short.min_ticks"]["value"] == 2'

# rules that want a longer window
check "a window too short is said" grep -qE '^  too short: .* covers [0-9]+ s of [0-9]+ s; --short-window judges it anyway' full.txt
check "without the option the head does not speak of it" sh -c '! grep -q "^         --short-window" full.txt'
"$analyze" --short-window --fail-on never "$bundle" >short.txt 2>err
check "--short-window judges it: no rule is too short" sh -c '! grep -q "too short: " short.txt'
check "and the head says so" grep -q '^  *--short-window: [1-9][0-9]* rules judged less time than they want' short.txt
"$analyze" --short-window --format json --fail-on never "$bundle" >short.json 2>err
check "JSON tells which" python '
import json
long, short = json.load(open("report.json")), json.load(open("short.json"))
assert long["short_window"] is False and short["short_window"] is True
assert not [r for r in long["rules"] if r["short_of"]]
judged = [r for r in short["rules"] if r["short_of"]]
assert judged and all(r["short_of"].startswith("judged on ") for r in judged)
assert len(short["not_evaluated"]) < len(long["not_evaluated"])
assert all(f["confidence"] == "low" for f in short["findings"] if f["short_of"])
'
check "as its schema says" as_promised report short.json

# causes before what they explain: a chain, and a symptom that has two causes
demo_rule() { # ID LEVEL VOTES HEADER: a rule that always fires
	mkdir -p "folds/$(dirname "$1")"
	printf -- '-- rule: %s\n-- version: 1\n-- title: T\n-- requires: meta\n-- message: %s is so\n-- remedy: none\n%s' \
		"$1" "$1" "$4" >"folds/$1.sql"
	printf "SELECT '%s' AS level, '' AS entity, %s AS votes ORDER BY entity\n" "$2" "$3" >>"folds/$1.sql"
}
demo_rule demo/symptom crit 1 ''
demo_rule demo/alone warn 1 ''
demo_rule root-cause/demo-near warn 2 '-- explains: demo/symptom
'
demo_rule root-cause/demo-far info 1 '-- explains: root-cause/demo-near, demo/alone
'
demo_rule root-cause/demo-weak info 1 '-- explains: demo/symptom
'
check "a folded finding counts through its cause" status_is 1 "$analyze" --rules folds --fail-on crit "$bundle"
check "the verdict counts causes first" grep -qE '^VERDICT  CRITICAL  2 root causes.*; 3 folded under their causes' out
sed -n '/^FINDINGS/,$p' out | sed -n '/^\[C\] root-cause\/demo-far/,/^$/p' | grep -vE '^ +(do:|when) ' >folded.txt
cat >expected.txt <<'EOF'
[C] root-cause/demo-far  T (confidence low)
    root-cause/demo-far is so
    explains
    [C] root-cause/demo-near
        root-cause/demo-near is so
        because   root-cause/demo-far
        explains
        [C] demo/symptom  also due to root-cause/demo-weak
            demo/symptom is so
    [W] demo/alone
        demo/alone is so

EOF
check "a chain of causes stands one below the other" cmp -s folded.txt expected.txt
check "the other cause names what it explains as well" \
	grep -q '^    also      demo/symptom (under root-cause/demo-near)$' out
"$analyze" --rules folds --format json --fail-on never "$bundle" >folds.json 2>err
check "JSON has the folding" python '
import json
d = json.load(open("folds.json"))
f = {x["rule"]: x for x in d["findings"]}
far, near, weak, symptom = (f[k] for k in ("root-cause/demo-far", "root-cause/demo-near", "root-cause/demo-weak", "demo/symptom"))
assert d["counts"]["root_causes"] == 2 and d["counts"]["folded"] == 3 and d["counts"]["crit"] == 1, d["counts"]
assert far["level"] == "crit" and far["explained_by"] is None and far["root_cause"]
assert {x["rule"] for x in far["explains"]} == {"root-cause/demo-near", "demo/alone"}
assert near["explained_by"] == "root-cause/demo-far" and near["explained_entity"] == ""
assert symptom["explained_by"] == "root-cause/demo-near" and not symptom["root_cause"]
assert symptom["also_explained_by"] == [{"rule": "root-cause/demo-weak", "entity": ""}]
assert weak["explained_by"] is None and weak["explains"] == []
'
check "as its schema says, with folding" as_promised report folds.json

# what happened together: a host that does not exist, whose queue drops from the 20th second on, its NIC from the 30th
make_bundle queue.tar.zst --seed 5 --ticks 61 --cpus 2 --interfaces 1 --sockets 20 \
	--fault qdisc-drops,start=20,end=40 --fault ring-overflow,start=30,end=40 \
	--fault missed-ticks,start=50,end=53
LC_ALL=C.UTF-8 "$analyze" --fail-on never --section timeline --width 120 queue.tar.zst >timeline.txt
check "the timeline has a row an event and a lane a finding" python '
rows = {line.strip()[:40].split("  ")[0]: line for line in open("timeline.txt", encoding="utf-8")}
drops = next(v for k, v in rows.items() if k.startswith("qdisc drops"))
lane = next(v for k, v in rows.items() if k.startswith("[W] nic-drops/qdisc"))
first, last = drops.index("█"), drops.rindex("█")
assert lane.index("█") >= first and lane.rstrip().rindex("━") in (last - 1, last), (drops, lane)
assert "ticks missed" in rows and "softnet drops" not in rows, list(rows)
'
"$analyze" --fail-on never --format json queue.tar.zst >queue.json 2>err
check "JSON has it as numbers over the time" python '
import json
t = json.load(open("queue.json"))["sections"]["TIMELINE"]["tables"][0]
rows = {r["event"]: r for r in t["rows"]}
drops = rows["qdisc drops"]
assert t["from"].endswith("Z") and t["from"] < t["to"]
assert len(drops["time_spark"]) == 60 and drops["unit"] == "per_s" and drops["sum"] > 0, drops
busy = [i for i, v in enumerate(drops["time_spark"]) if v]
assert 18 <= busy[0] <= 20 and 38 <= busy[-1] <= 40, busy
assert drops["time_spark"][51] is None
assert [r["lane"] for r in t["rows"] if r["event"].startswith("nic-drops/qdisc")] == ["warn"]
ring = rows["NIC ring full (driver)"]
busy = [i for i, v in enumerate(ring["time_spark"]) if v]
assert 28 <= busy[0] <= 30 and 38 <= busy[-1] <= 40 and 300 < ring["sum"] < 500, (busy, ring)
'
check "with its ends, as its schema says" as_promised report queue.json
for width in 40 59 80 200; do
	check "the timeline keeps to $width columns" sh -c 'LC_ALL=C.UTF-8 "$1" --fail-on never --section timeline --width "$2" \
		queue.tar.zst | python3 -c "
import sys
sys.exit(any(len(line.rstrip(chr(10))) > $2 for line in open(0, encoding=\"utf-8\")))"' sh "$analyze" "$width"
done

# the store
check "--sql answers" status_is 0 "$analyze" --sql "SELECT count(*) AS cpus FROM softnet" "$bundle"
check "with names and values" sh -c '[ "$(head -1 out)" = cpus ] && [ "$(sed -n 2p out)" -ge 1 ]'
check "--sql sees the findings" status_is 0 "$analyze" --sql "SELECT rule FROM finding" "$bundle"
for sql in "DELETE FROM series" "ATTACH 'x.db' AS x" "VACUUM INTO 'x.db'" "PRAGMA user_version = 3" "nonsense"; do
	check "--sql refuses $sql" status_is 3 "$analyze" --sql "$sql" "$bundle"
done
check "and leaves no file" test ! -e x.db
check "--db keeps the store" status_is 0 "$analyze" --fail-on never --db case.db "$bundle"
if command -v sqlite3 >/dev/null; then
	check "which any sqlite3 reads" sh -c '[ "$(sqlite3 case.db "SELECT count(*) > 0 FROM counter WHERE source = '\''softnet'\''")" = 1 ]'
else
	check "which any sqlite3 reads" python 'import sqlite3
assert sqlite3.connect("case.db").execute("SELECT count(*) FROM counter WHERE source = \"softnet\"").fetchone()[0]'
fi
check "a raw file is dumped by its path" status_is 0 "$analyze" --dump unpacked/snap/000000/proc/net/softnet_stat
check "as the parser sees it" has '"series":"processed","entity":"cpu0"'
cp unpacked/snap/000000/proc/net/softnet_stat raw
check "or as a format" status_is 0 "$analyze" --dump raw --as softnet
check "which must be known" status_is 2 "$analyze" --dump raw --as sofnet
check "the nearest is offered" says "did you mean softnet?"
check "with all there are" says "ss_ltnm"
check "a path without a format is an error" status_is 2 "$analyze" --dump raw
check "the path that it had will do, too" status_is 0 "$analyze" --dump raw --as proc/net/softnet_stat
mkdir -p sos/sos_commands/networking
printf 'Tcp:\n    7 segments retransmitted\nTcpExt:\n    TCPTimeouts: 5\n' >sos/sos_commands/networking/netstat_-s
check "so will a sosreport's" status_is 0 "$analyze" --dump sos/sos_commands/networking/netstat_-s
check "which two parsers read" has '"series":"TcpRetransSegs","entity":"","value":7'
check "one after the other" has '"series":"TcpExtTCPTimeouts","entity":"","value":5'
check "a guess is told" says 'read as netstat_s (cmd/netstat_-s/snmp)'
check "standard input is read" sh -c '"$1" --dump - --as softnet <raw | python3 -c "import json, sys; assert [json.loads(l) for l in sys.stdin]"' sh "$analyze"
check "a file that is not there" status_is 3 "$analyze" --dump nowhere/proc/net/dev

# the rules
check "rules are listed" sh -c '"$1" --list-rules | grep -q "^softirq/backlog-drop"' sh "$analyze"
check "a rule is explained" sh -c '"$1" --explain softirq/backlog-drop | grep -qi select' sh "$analyze"
check "one that is there" status_is 2 "$analyze" --explain no/such
