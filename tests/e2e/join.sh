#!/bin/sh
# --join: recordings in pieces.  What was split and is joined must give the findings of the whole.
set -u
cd "$(dirname "$0")/../.." || exit 1
name="join"
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
host() { make_bundle "$work/$1" --cpus 2 --sockets 30 --ticks "$2" --seed 5 ${3:+--fault} ${3:+"$3"} ${4:+--linkerd} ${4:+"$4"}; }
piece() { python3 tests/e2e/split.py "$work/$1" "$work/$2" "$3" "$4" ${5:+"$5"} ${6:+"$6"}; }
# all that a finding says but the file it points to, and what could not be judged
judged() {
	analyze --format json "$@" | python3 -c 'import json, sys
report = json.load(sys.stdin)
for finding in report["findings"]:
    finding.pop("file")
    print(json.dumps(finding, sort_keys=True))
for key in "not_evaluated", "counts": print(json.dumps(report[key], sort_keys=True))'
}

for fault in backlog-drops,start=40,end=90 conntrack-full,start=30,end=70; do
	host whole.tar 120 "$fault" 2 || exit 1
	piece whole.tar a.tar 0 44
	piece whole.tar b.tar 45 79
	piece whole.tar c.tar 80 119
	judged "$work/whole.tar" >"$work/whole.txt"
	judged --join "$work/b.tar" "$work/c.tar" "$work/a.tar" >"$work/joined.txt"
	[ "$(wc -l <"$work/whole.txt")" -gt 2 ] && cmp "$work/whole.txt" "$work/joined.txt" >>"$work/log" 2>&1
	verdict "$fault: three pieces have the findings of the whole" $?
	piece whole.tar over.tar 30 119
	analyze --db "$work/over.db" --join "$work/a.tar" "$work/over.tar" >/dev/null
	analyze --db "$work/whole.db" "$work/whole.tar" >/dev/null
	for db in over whole; do
		sqlite3 "$work/$db.db" "SELECT source, entity, name, n, first, last, increase, intervals, peak_snap FROM series
			WHERE kind LIKE 'counter%' AND source <> 'nic' ORDER BY 1, 2, 3" >"$work/$db.series"
	done
	[ -s "$work/whole.series" ] && cmp "$work/whole.series" "$work/over.series" >>"$work/log" 2>&1
	verdict "$fault: pieces that overlap count nothing twice" $?
done

# in between nobody looked
packets="SELECT increase, span, intervals, resets FROM series WHERE source = 'netdev' AND entity = 'eth0' AND name = 'rx_packets'"
piece whole.tar late.tar 80 119
piece whole.tar boot.tar 80 119 11111111-0000-4000-8000-000000000001 3600
for end in late boot; do analyze --db "$work/$end.db" -o /dev/null --join "$work/$end.tar" "$work/a.tar"; done
store() { sqlite3 -separator ' ' "$work/$1.db" "$2"; } # late|boot QUERY
is "snapshots are numbered on" "85 0 84" "$(store late "SELECT count(*), min(snap), max(snap) FROM snapshot")"
is "the time between is no interval of the recording" 1 "$(store late "SELECT dt IS NULL AND mono - 36 = (SELECT mono FROM snapshot WHERE snap = 44) FROM snapshot WHERE snap = 45")"
all=$(sql "SELECT increase FROM series WHERE source = 'netdev' AND entity = 'eth0' AND name = 'rx_packets'" "$work/whole.tar")
is "what a counter grew meanwhile is counted, over the time it took" "$all 119.0 84 0" "$(store late "$packets")"
is "its rate there is no peak" 1 "$(store late "SELECT peak_per_s < 2.0 * increase / span FROM series WHERE source = 'netdev' AND entity = 'eth0' AND name = 'rx_packets'")"
is "of levels nothing is known there" 1 "$(store late "SELECT min(span) = 83 AND max(span) = 83 FROM series WHERE source = 'meminfo' AND kind = 'gauge'")"
is "after a boot nothing is compared" "83.0 83 0 2" "$(store boot "SELECT span, intervals, resets, (SELECT count(DISTINCT boot) FROM snapshot) FROM series WHERE source = 'netdev' AND entity = 'eth0' AND name = 'rx_packets'")"
is "and the wall clock tells how long it took" 3636 "$(store boot "SELECT CAST(round(mono - (SELECT mono FROM snapshot WHERE snap = 44)) AS INT) FROM snapshot WHERE snap = 45")"
is "the window is the time that was looked at" 83.0 "$(store late "SELECT v FROM meta WHERE k = 'window_s'")"
analyze --format json --join "$work/a.tar" "$work/late.tar" "$work/boot.tar" >"$work/report.json"
for rule in collection-quality/gaps clock/stall collection-quality/counter-reset; do
	check "$rule: joining is no fault of the host" python 'import json, sys
sys.exit(sys.argv[2] in [f["rule"] for f in json.load(open(sys.argv[1]))["findings"]])' "$work/report.json" "$rule"
done

# what is said of it
analyze --width 200 --join "$work/boot.tar" "$work/a.tar" "$work/a.tar" >"$work/text"
grep -q 'in 2 recordings' "$work/text"
verdict "the head counts the recordings" $?
grep -q '^ *a.tar .* 45 .*0 \.\. 44 ' "$work/text" && grep -q '^ *boot.tar .* 40 .*45 \.\. 84 .*after a boot' "$work/text"
verdict "EVIDENCE lists them in the order of time, with their windows" $?
grep -q 'a.tar .*adds nothing: its 45 ticks are in the one before' "$work/text"
verdict "a bundle given twice is read once, and that is said" $?
grep -Eq '^ *file *(a|boot)\.tar: snap/0000[0-4][0-9]/' "$work/text"
verdict "a finding's file is named with its bundle and as it is called there" $?
is "a window over the join" "40 50" "$(sql "SELECT min(snap) + 40, max(snap) + 40 FROM snapshot" --since +40s --until +50s --join "$work/a.tar" "$work/b.tar")"
is "a window over the gap of two" "5 5" "$(sql "SELECT sum(snap < 5), sum(snap >= 5) FROM snapshot" --since +40s --until +84.5s --join "$work/a.tar" "$work/late.tar")"

# what cannot be joined
host other.tar 5
python3 - "$work/other.tar" "$work/alien.tar" <<'PY'
import io, json, sys, tarfile
old, new = tarfile.open(sys.argv[1]), tarfile.open(sys.argv[2], "w")
for entry in old:
    body = old.extractfile(entry).read()
    if entry.name.endswith("/bundle.json"):
        record = json.loads(body)
        record.update(host="elsewhere", boot_id="22222222-0000-4000-8000-000000000001")
        body = json.dumps(record).encode()
        entry.size = len(body)
    new.addfile(entry, io.BytesIO(body))
new.close()
PY
analyze --join "$work/a.tar" "$work/alien.tar" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q 'a.tar is of synthetic, .*alien.tar of elsewhere' "$work/out"
verdict "bundles of two hosts are refused, both named" $?
with_record() { # IN OUT NAME=VALUE...: another bundle.json
	python3 - "$@" <<'PY'
import io, json, sys, tarfile
old, new = tarfile.open(sys.argv[1]), tarfile.open(sys.argv[2], "w")
for entry in old:
    body = old.extractfile(entry).read()
    if entry.name.endswith("/bundle.json"):
        body = json.dumps({**json.loads(body), **dict(text.split("=") for text in sys.argv[3:])}).encode()
        entry.size = len(body)
    new.addfile(entry, io.BytesIO(body))
new.close()
PY
}
with_record "$work/boot.tar" "$work/twin.tar" machine_hash=00000000000000ff
analyze --join "$work/a.tar" "$work/twin.tar" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q 'a.tar and .*twin.tar are of two of that name, their machine ids differ' "$work/out"
verdict "two machines of one name are two hosts" $?
with_record "$work/boot.tar" "$work/old.tar" machine_hash=
is "of an older collector the name tells" "2" "$(sql "SELECT count(DISTINCT boot) FROM snapshot" --join "$work/old.tar" "$work/a.tar")"
analyze --width 200 --compare "$work/a.tar" "$work/twin.tar" | grep -q '^NETTAPE.*synthetic, two hosts of that name side by side'
verdict "a comparison of the two says so" $?
with_record "$work/boot.tar" "$work/renamed.tar" host=other
analyze --width 200 --compare "$work/a.tar" "$work/renamed.tar" | grep -q '^NETTAPE.*synthetic and other, of one machine id: renamed, or copies of an image'
verdict "and of one with a new name" $?
analyze --width 200 "$work/a.tar" "$work/twin.tar" "$work/boot.tar" >"$work/fleet"
grep -q '^NETTAPE  2 hosts, 3 bundles' "$work/fleet" && grep -q '^ *synthetic \[000000\]' "$work/fleet"
verdict "a fleet counts two hosts and tells them apart" $?
analyze --join "$work/a.tar" /nonexistent.tar >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q '/nonexistent.tar' "$work/out"
verdict "so is one that cannot be read" $?
head -c 1200000 "$work/b.tar" >"$work/b-cut.tar"
is "one that was cut off is joined as far as it goes" "cut" "$(sql "SELECT v FROM meta WHERE k = 'end_reason'" --join "$work/a.tar" "$work/b-cut.tar")"
is "and the note says which it is" "b-cut.tar: end.json" "$(sql "SELECT member FROM note" --join "$work/a.tar" "$work/b-cut.tar")"
head -c 10000 "$work/b.tar" >"$work/b-head.tar"
is "one without a whole tick is named, too" "b-head.tar: snap" "$(sql "SELECT member FROM note" --join "$work/a.tar" "$work/b-head.tar")"
