#!/bin/bash
# Many bundles: one report, grouped over hosts; their database; each host's own report; broken
# bundles and killed processes among them.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=fleet
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
mkdir -p "$work/bundles"
hosts=200

store_has() { same "$3" "$(sqlite3 "$1" "$2")"; } # FILE QUERY ANSWER

# rows SECTION TABLE 'EXPRESSION over row' 'EXPRESSION over rows': of the JSON report
rows() {
	python3 - "$work/fleet.json" "$1" "$2" "$3" <<'PY'
import json, sys
path, section, table, expression = sys.argv[1:]
report = json.load(open(path))
tables = report['sections'][section]['tables']
rows = tables[int(table)]['rows'] if tables else []
if not eval(expression):
    print('false:', expression)
    for r in rows[:8]: print(r)
    sys.exit(1)
PY
}

cd "$work/bundles" || exit 1
python3 "$home/tests/e2e/fleet_bundles.py" . $hosts || { verdict "the generator made $hosts bundles" 1; exit 1; }
head -c 3000 web000.tar >broken.tar
echo "no bundle" >text.tar
cp web001.tar copy.tar

fleet() { # NAME BUNDLE...: all that is made of them, and the memory that it took
	local into=$work/$1
	shift
	python3 "$home/tests/e2e/fleet_memory.py" "$into.memory" "$analyze" -j2 --all --format json --fleet-db "$into.db" \
		--out-dir "$into.reports" "$@" >"$into.json" 2>"$into.err"
}
begin=$(date +%s%N)
fleet fleet ./*.tar missing.tar
status=$?
echo "# $hosts bundles, -j2, with their own reports: $((($(date +%s%N) - begin) / 1000000)) ms"
check "findings make the status 1, broken bundles do not" test $status -eq 1
check "what could not be judged is said" grep -q "2 of 203 bundles could not be judged" "$work/fleet.err"

check "JSON is as its schema says" python3 "$home/tests/e2e/schema_check.py" "$home/schema/report.schema.json" "$work/fleet.json"
check "a row a bundle, those with a cause first" rows HOSTS 0 "len(rows) == 203 and rows[0]['verdict'] == 'crit' and rows[202]['verdict'] in ('ok', 'info')"
check "each row has key rates" rows HOSTS 0 "all(r['CPU_pct'] > 0 and r['rx_bytes_per_s'] > 0 for r in rows if r['host'].startswith('web0') and r['verdict'] != 'skip')"
check "findings are grouped over hosts" rows FINDINGS 0 "[r['on'] for r in rows if r['rule'] == 'root-cause/conntrack-full'] == ['50 of 200']"
check "and another rule's" rows FINDINGS 0 "[r['on'] for r in rows if r['rule'].startswith('nic-drops/ring')] == ['20 of 200']"
check "at once by the wall clock" rows FINDINGS 0 "[r['at once'].split()[0] for r in rows if r['rule'] == 'root-cause/conntrack-full'] == ['50']"
check "symptoms stand under their cause" rows FINDINGS 1 "any(r['rule'] == 'conntrack/drops' and r['on'] == 50 and r['explained by'] == 'root-cause/conntrack-full' for r in rows)"
check "one host's squeezes stand out" rows OUTLIERS 0 "any(r['metric'] == 'softnet/squeezes' and r['host'] == 'web013' and abs(r['z']) > 3.5 and r['center'] == 0 for r in rows)"
check "no outlier is within the others" rows OUTLIERS 0 "all(abs(r['z']) >= 3.5 and abs(r['number'] - r['center']) > 0.1 * abs(r['center']) for r in rows)"
check "one host's setting stands out" rows OUTLIERS 1 "any(r['setting'] == 'sysctl net.core.somaxconn' and r['value'] == '17' and r['hosts'] == 'web007' for r in rows)"
check "a clock nobody keeps, a day away, is told" rows CLOCKS 1 "any(r['host'] == 'web009' and r['offset_s'] == 86400 and 'wrong clock' in r['clock'] for r in rows)"
check "others' offsets are told" rows CLOCKS 1 "{r['offset_s'] for r in rows if r['host'] != 'web009'} == {0, 1, 2}"
check "broken bundles are rows with a reason" rows NOT_JUDGED 0 "sorted(r['bundle'] for r in rows) == ['./text.tar', 'missing.tar'] and all(r['why'] for r in rows)"
check "a bundle given twice counts once" rows NOT_JUDGED 1 "rows == [{'bundle': './web001.tar', 'the same as': './copy.tar'}]"
check "one without its end is told" rows NOT_JUDGED 2 "any(r['host'] == 'web000' and r['end'] == 'cut' for r in rows)"

check "the database has them all" store_has "$work/fleet.db" "SELECT count(*), count(error) FROM bundle" "203|2"
check "with their findings" store_has "$work/fleet.db" "SELECT count(DISTINCT bundle) FROM finding WHERE rule = 'root-cause/conntrack-full'" 50
check "and evidence" store_has "$work/fleet.db" "SELECT count(DISTINCT bundle) FROM evidence WHERE rule = 'root-cause/conntrack-full'" 50
check "and series" store_has "$work/fleet.db" "SELECT count(DISTINCT bundle), min(slices), max(slices) FROM metric_slice WHERE name = 'tcp/in_segments'" "200|7|7"
check "its id is of the SHA-256" store_has "$work/fleet.db" "SELECT printf('%015x', id) = substr(sha256, 1, 15) FROM bundle WHERE host = 'web005'" 1
check "which is the file's" store_has "$work/fleet.db" "SELECT sha256 FROM bundle WHERE host = 'web005'" "$(sha256sum web005.tar | cut -c1-64)"

sqlite3 "$work/fleet.db" .dump >"$work/before.sql"
again() { "$analyze" --fail-on never --fleet-db "$work/fleet.db" web005.tar web006.tar >/dev/null && sqlite3 "$work/fleet.db" .dump >"$work/after.sql" && [ "$(wc -l <"$work/before.sql")" -eq "$(wc -l <"$work/after.sql")" ]; }
check "the same bundles again change nothing" again
cp "$work/fleet.db" "$work/kept.db"
sqlite3 "$work/kept.db" .dump | sort >"$work/before.sql"
"$analyze" --fail-on crit --since 2040-01-01T00:00:00Z --fleet-db "$work/kept.db" ./web005.tar ./web006.tar ./text.tar >"$work/kept.txt" 2>"$work/kept.err"
kept_status=$?
kept() { sqlite3 "$work/kept.db" .dump | sort | cmp - "$work/before.sql"; }
check "a failed analysis takes no earlier summary away" kept
check "and standard error says whose is kept" grep -q "no bundle could be judged; of 2 the summary of an earlier run is kept" "$work/kept.err"
check "none that could be judged now is status 3" test $kept_status -eq 3
check "the report says which, and why" sh -c "grep -q 'web005.tar .*nothing of what was recorded' '$work/kept.txt' && grep -q '2 of them by an earlier run alone' '$work/kept.txt'"
check "without a bundle its contents are reported" status_is 1 sh -c "'$analyze' --fleet-db '$work/fleet.db' --section findings | grep -q '50 of 200' && '$analyze' --fleet-db '$work/fleet.db' >/dev/null"
check "--sql asks it" sh -c "'$analyze' --fleet-db '$work/fleet.db' --sql 'SELECT count(*) AS n FROM bundle' | grep -qx 203"
two_writers() {
	rm -f "$work/two.db"
	"$analyze" -j1 --fail-on never --fleet-db "$work/two.db" web01?.tar >/dev/null &
	"$analyze" -j1 --fail-on never --fleet-db "$work/two.db" web02?.tar web015.tar >/dev/null && wait $! && store_has "$work/two.db" "SELECT count(*) FROM bundle" 20
}
check "two may write at a time" two_writers
sqlite3 "$work/other.db" "CREATE TABLE mine(x)"
check "another database is left alone" status_is 3 "$analyze" --fleet-db "$work/other.db" web005.tar web006.tar
cp "$work/two.db" "$work/newer.db"
sqlite3 "$work/newer.db" "PRAGMA user_version = 99"
check "so is one of another version" status_is 3 "$analyze" --fleet-db "$work/newer.db" web005.tar web006.tar

# the order in which they end does not show
"$analyze" -j1 web01?.tar copy.tar text.tar >"$work/one.txt" 2>/dev/null
"$analyze" -j5 web01?.tar copy.tar text.tar >"$work/five.txt" 2>/dev/null
check "-j5 prints the same as -j1" cmp "$work/one.txt" "$work/five.txt"

reports() { # a bundle of web005 alone, and its report of the fleet
	[ "$(find "$work/fleet.reports" -name '*.json' | wc -l)" -eq 201 ] || return 1 # 200 hosts and broken.tar's, the copy's is the same
	[ -z "$(find "$work/fleet.reports" -name '.*' -type f)" ] || return 1
	"$analyze" --all --format json --fail-on never web005.tar | cmp - "$work"/fleet.reports/web005-*.json
}
check "each host's own report is what it is alone" reports
check "a folder that cannot be written is an error" status_is 3 "$analyze" --out-dir /proc/nowhere web005.tar web006.tar
check "nothing readable is an error" status_is 3 "$analyze" text.tar missing.tar
check "--strict takes a broken bundle for a finding" status_is 1 "$analyze" --strict --fail-on crit web005.tar text.tar
check "no section of one host" status_is 2 "$analyze" --section tcp web005.tar web006.tar

# one that hangs, and is killed: the others go on
mkfifo "$work/hangs.tar"
"$analyze" -j2 --fleet-db "$work/killed.db" "$work/hangs.tar" web005.tar web006.tar >"$work/killed.txt" 2>/dev/null &
parent=$!
two_are_in() { [ "$(sqlite3 -readonly "$work/killed.db" "SELECT count(*) FROM bundle")" = 2 ]; }
child=
wait_for 60 two_are_in && child=$(pgrep -P $parent | head -1) # the one that is still there when the others have ended
kill -KILL "${child:-$parent}"
wait $parent
killed() { store_has "$work/killed.db" "SELECT error FROM bundle WHERE verdict = 'failed'" "analysis failed: signal 9, Killed"; }
check "a process that is killed is one row" killed
check "and the report says so" grep -q "signal 9" "$work/killed.txt"

"$analyze" -j2 "$work/hangs.tar" web005.tar >/dev/null 2>&1 &
parent=$!
for _ in $(seq 50); do
	child=$(pgrep -P $parent | head -1)
	[ -n "$child" ] && break
	sleep 0.1
done
kill -TERM $parent
wait $parent
ended=$?
check "SIGTERM ends it" test $ended -eq 143
gone() { for _ in $(seq 20); do kill -0 "$child" 2>/dev/null || return 0; sleep 0.1; done; return 1; }
check "and its processes" gone

case $build in
*asan*) skip "memory" "a sanitizer takes its own" ;;
*)
	fleet ten web01?.tar
	read -r few _ <"$work/ten.memory"
	read -r many most <"$work/fleet.memory"
	echo "# memory: 10 bundles $few KiB, $hosts bundles $many KiB, the largest process $most KiB"
	check "20 times the bundles need no more memory" test "$many" -lt $((few + 16384))
	check "nor does any process" test "$most" -lt 98304
	;;
esac
