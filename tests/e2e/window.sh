#!/bin/sh
# --since and --until: a recording judged in part, against what the generator put where.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=window
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh

# 14:13:20 to 14:15:19 UTC; the table is full from its 30th to its 70th second
make_bundle "$work/a.tar" --ticks 120 --cpus 2 --sockets 30 --seed 5 --linkerd 2 \
	--fault conntrack-full,start=30,end=70 || exit 1
whole=$(sql "SELECT count(*), min(snap), max(snap) FROM snapshot" "$work/a.tar")
is "the generator made what the test is about" "120 0 119" "$whole"

drops="SELECT sum(increase) FROM series WHERE source = 'conntrack' AND name = 'drop'"
all=$(sql "$drops" "$work/a.tar")
in=$(sql "$drops" --since +25s --until +75s "$work/a.tar")
[ "$all" -gt 0 ] && [ "$all" = "$in" ]
verdict "a window around the fault has all of its drops" $?
is "one before it has none" 0 "$(sql "SELECT total(increase) > 0 FROM series WHERE source = 'conntrack' AND name = 'drop'" --until +25s "$work/a.tar")"
is "one behind it has none either: counters begin with the window" 0 \
	"$(sql "SELECT total(increase) > 0 FROM series WHERE source = 'conntrack' AND name = 'drop'" --since +75s "$work/a.tar")"
analyze --format json --since +25s --until +75s "$work/a.tar" |
	python3 -c 'import json, sys; sys.exit("conntrack/drops" not in [f["rule"] for f in json.load(sys.stdin)["findings"]])'
verdict "the rule fires where the fault is" $?
analyze --format json --since +75s "$work/a.tar" |
	python3 -c 'import json, sys; sys.exit("conntrack/drops" in [f["rule"] for f in json.load(sys.stdin)["findings"]])'
verdict "and not where it is not" $?

# every way to say it
for pair in "+10s +20s" "2026-09-21T14:13:30Z 2026-09-21T14:13:40Z" "14:13:30 14:13:40.5" "@1790000010 @1790000020.1" "-109s -98.5s"; do
	# shellcheck disable=SC2086 # two words
	set -- $pair
	is "from $1 to $2" "10 20 11" "$(sql "SELECT min(snap), max(snap), count(*) FROM snapshot" --since "$1" --until "$2" "$work/a.tar")"
done
is "rates are of the window alone" "10.0" "$(sql "SELECT span FROM series WHERE source = 'netdev' AND entity = 'eth0' AND name = 'rx_packets'" --since +10s --until +20s "$work/a.tar")"
is "the growth in it is that of the whole recording there" 1 "$(
	analyze --db "$work/a.db" "$work/a.tar" >/dev/null
	want=$(sqlite3 "$work/a.db" "SELECT sum(delta) FROM sample m JOIN series s ON s.id = m.series
		WHERE s.source = 'netdev' AND s.entity = 'eth0' AND s.name = 'rx_packets' AND m.snap BETWEEN 11 AND 20")
	[ "$want" = "$(sql "SELECT increase FROM series WHERE source = 'netdev' AND entity = 'eth0' AND name = 'rx_packets'" --since +10s --until +20s "$work/a.tar")" ] && echo 1
)"

# settings were read before the window; they are those of the whole recording
settings="SELECT group_concat(name || '=' || first, ' ') FROM (SELECT * FROM series WHERE source IN ('sysctl', 'nic', 'host') AND kind <> 'counter' ORDER BY source, entity, name)"
sql "$settings" "$work/a.tar" >"$work/settings"
sql "$settings" --since +100s "$work/a.tar" >"$work/settings.cut"
[ "$(wc -c <"$work/settings")" -gt 1000 ] && cmp -s "$work/settings" "$work/settings.cut"
verdict "settings stand as they were read before the window" $?
sql "$settings" --since +30s --until +40s "$work/a.tar" >"$work/settings.cut"
cmp -s "$work/settings" "$work/settings.cut"
verdict "also where the window ends before they are read again" $?
is "of what happened before there is no sample" 100 "$(sql "SELECT min(snap) FROM sample" --since +100s "$work/a.tar")"
is "nor a capture" 100 "$(sql "SELECT min(snap) FROM capture" --since +100s "$work/a.tar")"
is "each value counts once" 20 "$(sql "SELECT n FROM series WHERE source = 'netdev' AND entity = 'eth0' AND name = 'rx_packets'" --since +100s "$work/a.tar")"

# what is said of it
analyze --width 200 --section findings --since 14:14:00 --until 14:14:29 "$work/a.tar" >"$work/text"
grep -q '^NETTAPE .*, judged 2026-09-21T14:14:00Z .. 14:14:29Z of 14:13:20Z .. 14:15:19Z, 29 s, 30 ticks every 1 s$' "$work/text"
verdict "the head says which part of what was judged" $?
grep -q '^ *file *snap/000[04][0-9][0-9]/proc' "$work/text"
verdict "files keep their names" $?
analyze --since 15:00 "$work/a.tar" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q 'a.tar: nothing of what was recorded (2026-09-21T14:13:20Z to 2026-09-21T14:15:19Z) lies after --since 2026-09-21T15:00:00Z$' "$work/out"
verdict "a window without snapshots is an error that names the recording's ends" $?
analyze --until 2001-01-01T00:00:00Z "$work/a.tar" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q '14:15:19Z) lies before --until 2001-01-01T00:00:00Z$' "$work/out"
verdict "so is one before it" $?
analyze --since 2026-09-21T14:14:00Z --until 2026-09-21T14:13:30Z "$work/a.tar" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q -e '--since 2026-09-21T14:14:00Z is after --until 2026-09-21T14:13:30Z;' "$work/out"
verdict "ends the wrong way round are called that" $?
analyze --since yesterday "$work/a.tar" >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q 'not a time such as' "$work/out"
verdict "what is no time is a wrong command line" $?
analyze --since +1s - <"$work/a.tar" >"$work/out" 2>&1
[ $? -eq 2 ] && grep -q 'standard input' "$work/out"
verdict "standard input, which cannot be read twice, is refused" $?

# a folder, and a bundle that was cut off
tar -xf "$work/a.tar" -C "$work"
is "of a folder" "10 20" "$(sql "SELECT min(snap), max(snap) FROM snapshot" --since +10s --until +20s "$work"/synthetic-*)"
head -c $(($(wc -c <"$work/a.tar") / 2)) "$work/a.tar" >"$work/cut.tar"
is "of a bundle that was cut off" "5" "$(sql "SELECT max(snap) - min(snap) FROM snapshot" --since -5s "$work/cut.tar")"
is "which is said" cut "$(sql "SELECT v FROM meta WHERE k = 'end_reason'" --since -5s "$work/cut.tar")"
is "but not of a window that ends before" "" "$(sql "SELECT group_concat(v) FROM meta WHERE k = 'end_reason'" --until +5s "$work/cut.tar")"

# over midnight, from a real kernel's point of view it is a night as any other
python3 - "$work/a.tar" "$work/night.tar" <<'PY'
import io, json, sys, tarfile
old, new = tarfile.open(sys.argv[1]), tarfile.open(sys.argv[2], "w")
for entry in old:
    body = old.extractfile(entry).read()
    if entry.name.endswith(".json") and b"realtime_ns" in body:
        record = json.loads(body)
        record["realtime_ns"] += 35140 * 10**9  # 23:59:00
        body = json.dumps(record).encode()
        entry.size = len(body)
    new.addfile(entry, io.BytesIO(body))
new.close()
PY
is "a window over midnight" "50 80" "$(sql "SELECT min(snap), max(snap) FROM snapshot" --since 23:59:50 --until 00:00:20.5 "$work/night.tar")"
