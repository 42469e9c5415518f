#!/bin/sh
# --compare OLD NEW: a listener with a short queue that nobody empties, then its remedy; and what
# must not be called gone.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=compare
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
analyze() { timeout 60 "$analyze" --no-pager "$@"; }
compare() { # NAME OLD NEW ARGUMENT...: NAME.json; its status in $status
	into=$work/$1 old=$work/$2 new=$work/$3
	shift 3
	analyze --format json -o "$into.json" "$@" --compare "$old" "$new" 2>"$into.err"
	status=$?
}
# says NAME EXPRESSION: over r (the report), verdict, facts, rows(section[, caption]), rules(fate)
says() {
	python3 - "$work/$1.json" "$2" <<'PY'
import json, sys
r = json.load(open(sys.argv[1]))
about = r["bundle"] or r["about"]
facts, verdict = about["facts"], about.get("verdict")
def rows(section, caption=None):
    return [row for t in r["sections"][section]["tables"] if caption is None or t["caption"] == caption for row in t["rows"]]
def rules(fate):
    return [row["rule"] + " " + row["entity"] for t in r["sections"]["FINDINGS"]["tables"] if (t["caption"] or "").startswith(fate) for row in t["rows"]]
ok = eval(sys.argv[2])
if not ok: print("# false:", sys.argv[2], rules("new"), rules("gone"), rules("still"), rules("cannot"), facts, file=sys.stderr)
sys.exit(not ok)
PY
}

# ---- made-up hosts: all kinds of differences, of a known size
host() { # FILE ARGUMENT...
	file=$1
	shift
	make_bundle "$work/$file" --ticks 130 --cpus 2 --sockets 30 --linkerd 2 "$@"
}
host sick.tar --seed 5 --fault conntrack-full,start=30,end=100 --fault backlog-drops,start=20,per_s=60 || exit 1
host well.tar --seed 6 --kernel 6.6.9-1-amd64 --fault backlog-drops,start=20,per_s=60 || exit 1
compare remedy sick.tar well.tar
says remedy '"root-cause/conntrack-full " in rules("gone") and not rules("new")'
verdict "a finding that NEW has not any more is gone" $?
says remedy 'any(x.startswith("softirq/backlog-drop") for x in rules("still"))'
verdict "one that both have is still there" $?
says remedy 'facts["gone"] >= 1 and facts["new"] == 0 and facts["unsure"] == 0'
verdict "the verdict counts them" $?
[ "$status" -eq 0 ]
verdict "what was there before does not fail" $?
analyze --width 160 --compare "$work/sick.tar" "$work/well.tar" | grep -q '^VERDICT.* [1-9] findings* gone, 0 new, [1-9][0-9]* same'
verdict "the text says so in one sentence" $?
says remedy '[(row["old"], row["new"]) for row in rows("VERSIONS") if row["of"] == "kernel"] == [("6.1.0-18-amd64", "6.6.9-1-amd64")]'
verdict "another kernel is told" $?
says remedy '[row["relative"] for row in rows("RATES", "what should be zero") if row["metric"] == "conntrack/drops"] == ["none now"]'
verdict "drops that ended are told with their rate" $?
says remedy '{"old_p99_ms", "new_p99_ms"} <= set(rows("LATENCY")[0]) and len(rows("LATENCY")) >= 3'
verdict "latency stands side by side" $?
says remedy '[0.8 < row["new_value"] / row["old_value"] < 1.25 for row in rows("LOAD") if row["measure"] == "TCP segments received"] == [True] and not facts.get("note")'
verdict "the load was the same, and nothing is said against it" $?

compare relapse well.tar sick.tar
says relapse '"root-cause/conntrack-full " in rules("new") and not rules("gone") and facts["new"] >= 1'
verdict "the other way round it is new" $?
[ "$status" -eq 1 ]
verdict "which is a finding for the exit status" $?
analyze --fail-on never -o "$work/out" --compare "$work/well.tar" "$work/sick.tar"
verdict "unless it is not to be" $?

# the same rules, but what they need is not in NEW: nothing is gone
host blind.tar --seed 6 --fault missing,source=conntrack-stat --fault missing,source=conntrack-count --fault missing,source=softnet
compare blind sick.tar blind.tar
says blind 'not any(x.startswith(("conntrack/", "root-cause/conntrack", "softirq/backlog")) for x in rules("gone"))'
verdict "what NEW could not judge is not gone" $?
says blind 'any(x.startswith("root-cause/conntrack-full") for x in rules("cannot")) and facts["unsure"] >= 2'
verdict "but cannot be told" $?
says blind 'all(row["why"].startswith("NEW: ") and len(row["why"]) > 10 for row in rows("FINDINGS", "cannot be told: found in one, not judged in the other"))'
verdict "and why not" $?
[ "$status" -eq 0 ]
verdict "that alone does not fail" $?
analyze --strict -o "$work/out" --compare "$work/sick.tar" "$work/blind.tar"
[ $? -eq 1 ]
verdict "with --strict it does" $?
compare dawn blind.tar sick.tar
says dawn 'any(x.startswith("root-cause/conntrack-full") for x in rules("cannot")) and not any("conntrack" in x for x in rules("new"))'
verdict "what OLD could not judge is not new either" $?
[ "$status" -eq 1 ]
verdict "but counts for the exit status: it is there" $?

# "0 new" of what was not judged
blind='"%s rules judged in both, " % facts["judged_in_both"] in verdict and facts["blind"] > 0 and ": %s of these may hide a finding of NEW" % facts["blind"] in verdict'
says blind "$blind"' and facts["judged_in_one"] >= 8 and ", %s in only one" % facts["judged_in_one"] in verdict'
verdict "the verdict counts rules that one alone judged" $?
says blind 'facts["new"] == 0 and any(row["judged in"] == "OLD" and row["may hide a finding"] == "yes" and row["rule"] == "softirq/backlog-drop" for row in rows("RECORDINGS", "rules that only one of them could judge"))'
verdict "and they are listed" $?
host calm.tar --seed 7 --linkerd 0 || exit 1
host faint.tar --seed 8 --linkerd 0 --fault rx-errors,per_s=.02 || exit 1
compare brief calm.tar faint.tar --until +14s
says brief "$blind"' and facts["judged_in_one"] == 0 and facts["judged_in_neither"] >= facts["blind"] and facts["new"] == 0'
verdict "rules that neither had the time to judge may hide one" $?
says brief 'any(row["in NEW"].startswith("too short: ") for row in rows("RECORDINGS", "rules that neither could judge, and that may hide a finding"))'
verdict "which is said of each" $?
[ "$status" -eq 0 ]
verdict "and is no finding for the exit status" $?
analyze --strict --until +14s -o "$work/out" --compare "$work/calm.tar" "$work/faint.tar"
[ $? -eq 1 ]
verdict "but with --strict" $?
analyze --until +14s --compare "$work/calm.tar" "$work/faint.tar" | grep -q '^VERDICT  \[--\] 0 findings gone, 0 new, '
verdict "the verdict is not that all is well" $?
compare shorter calm.tar faint.tar --until +14s --short-window
few=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["about"]["facts"]["blind"])' "$work/brief.json")
says shorter "0 < facts['blind'] < $few - 5 and about['worst'] == 'skip'"
verdict "--short-window judges the most of them" $?
compare faint calm.tar faint.tar --strict
says faint 'facts["blind"] == 0 and facts["risen"] == 1 and verdict.endswith("; what should be zero rose: nic/rx_errors eth0 from 0/s to 0.016/s")'
verdict "a rate that rose from none is told, though no rule warns of it" $?
[ "$status" -eq 0 ]
verdict "and does not fail" $?
analyze --compare "$work/calm.tar" "$work/faint.tar" | grep -q '^VERDICT  \[i\] 0 findings gone, 0 new, '
verdict "but is a remark" $?
analyze --compare "$work/faint.tar" "$work/calm.tar" | grep -q '^VERDICT  \[ok\] 0 findings gone, 0 new, 0 same; [0-9]* rules judged in both, [0-9]* in neither$'
verdict "one that fell is none" $?

# a part of each, rates per second whatever the length
compare parts sick.tar well.tar --until +60s
says parts 'facts["gone"] >= 1 and all(row["window_s"] == 60 for row in rows("RECORDINGS") if "window_s" in row)'
verdict "--since and --until cut both" $?
host short.tar --seed 6 --ticks 70 --kernel 6.6.9-1-amd64 --fault backlog-drops,start=1,per_s=60
compare length well.tar short.tar
says length 'all(abs(row["change_pct"]) < 40 for row in rows("RATES", "what should be zero") if row["metric"] == "softnet/drops")'
verdict "a shorter window has the same rates" $?
analyze -a --fail-on never --format json -o "$work/all.json" --compare "$work/well.tar" "$work/short.tar"
says all 'len(rows("RATES")) > 20'
verdict "--all has rates that hardly changed, too" $?

# several recordings of one host on a side: one window each
python3 tests/e2e/split.py "$work/sick.tar" "$work/sick-a.tar" 0 59
python3 tests/e2e/split.py "$work/sick.tar" "$work/sick-b.tar" 60 129
analyze --join --format json -o "$work/pieces.json" --compare "$work/sick-a.tar" "$work/sick-b.tar" vs "$work/well.tar"
says pieces '"root-cause/conntrack-full " in rules("gone") and not rules("new")'
verdict "two recordings against one, with --join" $?
says pieces 'len([row for row in rows("RECORDINGS") if round(row.get("window_s", 0)) == 129 and row["snapshots"] == 130]) == 2'
verdict "are one window" $?
says pieces 'facts["old_path"].endswith("sick-a.tar, " + facts["old_path"].split(", ")[1]) and facts["old_path"].endswith("sick-b.tar")'
verdict "and both are named" $?
analyze --compare "$work/sick-a.tar" "$work/sick-b.tar" vs "$work/well.tar" >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q 'one window with --join' "$work/out"
verdict "without --join they are not" $?
analyze --join --compare "$work/sick-a.tar" "$work/sick-b.tar" "$work/well.tar" >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q 'OLD... vs NEW...' "$work/out"
verdict "where NEW begins has to be said" $?

# what makes no sense
analyze --compare "$work/well.tar" >"$work/out" 2>&1
[ $? -eq 2 ]
verdict "one bundle is no comparison" $?
analyze --compare "$work/well.tar" "$work/well.tar" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q 'the same recording' "$work/out"
verdict "nor is the same one twice" $?
analyze --compare "$work/well.tar" /nonexistent.tar >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q '/nonexistent.tar' "$work/out"
verdict "a bundle that cannot be read is named" $?
analyze --compare --section nonsense "$work/well.tar" "$work/sick.tar" >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q LATENCY "$work/out"
verdict "a section of its own is asked for by name" $?
analyze --fail-on never --sql "SELECT fate, count(*) FROM pair GROUP BY fate" --compare "$work/sick.tar" "$work/well.tar" | grep -q '^gone	'
verdict "its tables can be queried" $?

# ---- a real kernel: a short accept queue, and the remedy
ns=ntcm$$
if ! ip netns add "$ns" 2>/dev/null; then
	skip "a real fault and its remedy" "no right to make a network namespace"
	exit 0
fi
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null; ip netns del "$ns"' EXIT
nsenter --net=/run/netns/"$ns" ip link set lo up
cat >"$work/service.py" <<'PY'
# a listener of that backlog, which accepts or not; connections to it, and a steady load beside it
import select, socket, sys, time
ready, backlog, accepts, busy = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "accepts", sys.argv[4] == "busy"
server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", 4711))
server.listen(backlog)
server.setblocking(False)
other = socket.create_server(("127.0.0.1", 4712))
a = socket.create_connection(("127.0.0.1", 4712))
b = other.accept()[0]
open(ready, "w").close()
held, end = [], time.time() + 40
while time.time() < end:
    if busy:
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", 4711))
        held = held[-64:] + [client]
        for _ in range(10):
            a.send(b"question")
            b.recv(100)
            b.send(b"answer")
            a.recv(100)
    while accepts and select.select([server], [], [], 0)[0]:
        server.accept()[0].close()
    time.sleep(0.05)
PY
record() { # NAME BACKLOG accepts|sleeps busy|idle SOMAXCONN
	nsenter --net=/run/netns/"$ns" sysctl -qw net.core.somaxconn="$5"
	nsenter --net=/run/netns/"$ns" timeout 60 python3 "$work/service.py" "$work/$1.ready" "$2" "$3" "$4" &
	echo $! >"$work/service.pid"
	for _ in $(seq 100); do [ -e "$work/$1.ready" ] && break; sleep 0.1; done
	nsenter --net=/run/netns/"$ns" "$collect" -q --for 5s --every 500ms --no-http --force -o "$work/$1.tar.zst" ||
		verdict "$1 is recorded" 1
	kill "$(cat "$work/service.pid")"
	wait 2>/dev/null
}
record before 1 sleeps busy 1000
record after 128 accepts busy 1024
record idle 128 accepts idle 1024

compare real before.tar.zst after.tar.zst --fail-on crit
says real '"tcp-listen/overflow 127.0.0.1:4711" in rules("gone") and not any(x.startswith("tcp-listen/") for x in rules("new"))'
verdict "a real overflow is gone after its remedy" $?
says real '[(row["old"], row["new"]) for row in rows("SETTINGS", "sysctl") if row["name"] == "net.core.somaxconn"] == [("1000", "1024")]'
verdict "the sysctl that was set is told" $?
says real '[(row["old"], row["new"]) for row in rows("SETTINGS") if row.get("setting") == "127.0.0.1:4711 backlog"] == [("1", "128")]'
verdict "and the queue's length" $?
says real 'not facts.get("note") and rows("LOAD")'
verdict "the load was comparable" $?
says real 'any(row["metric"] == "tcp/listen_overflows" and row["new_value"] == 0 for row in rows("RATES"))'
verdict "overflows are zero now" $?
analyze --width 160 --compare "$work/before.tar.zst" "$work/after.tar.zst" | grep -q '^NETTAPE.*before and after'
verdict "the head says that it is one host" $?
compare back after.tar.zst before.tar.zst
says back '"tcp-listen/overflow 127.0.0.1:4711" in rules("new")'
verdict "taken back it is new" $?
[ "$status" -eq 1 ]
verdict "and fails" $?
compare idle before.tar.zst idle.tar.zst --fail-on never
says idle '"fewer findings may be due to less load" in facts["note"]'
verdict "without load the report warns of its own good news" $?
