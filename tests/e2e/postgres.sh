#!/bin/bash
# --copy-to, into the distribution's PostgreSQL: started here in a folder of its own, on a unix
# socket alone.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=postgres
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
mkdir -p "$work/bundles"
export LC_ALL=C.UTF-8

bin=$(dirname "$(find /usr/lib/postgresql/*/bin /usr/bin /usr/libexec -name initdb 2>/dev/null | sort -V | tail -1)" 2>/dev/null)
if ! "$analyze" --version | grep -q "with PostgreSQL"; then
	"$analyze" --copy-to postgresql:///x --fleet-db "$work/none.db" >"$work/out" 2>&1
	if [ $? -eq 3 ] && grep -q libpq-dev "$work/out"; then echo "ok - without libpq --copy-to says what is missing"; else echo "not ok - without libpq --copy-to says what is missing"; fi
	echo "ok - PostgreSQL # SKIP built without libpq (make deps-postgres)"
	exit 0
fi
if [ ! -x "$bin/initdb" ] || [ ! -x "$bin/psql" ]; then
	echo "ok - PostgreSQL # SKIP no PostgreSQL server here (make deps-postgres)"
	exit 0
fi

dir=$(mktemp -d /tmp/nettape-pg-XXXXXX)
as=() # a server refuses to run as root
[ "$(id -u)" -eq 0 ] && { chown nobody "$dir"; as=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups); }
stop() {
	"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1
	rm -rf "$dir"
}
trap stop EXIT
(cd "$dir" && "${as[@]}" "$bin/initdb" -D "$dir/data" -U support -A trust --no-sync -E UTF8 >"$work/initdb" 2>&1 &&
	"${as[@]}" "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" \
		-o "-k $dir -c listen_addresses='' -c fsync=off -c shared_buffers=16MB" start >"$work/start" 2>&1) ||
	{ echo "not ok - PostgreSQL starts"; sed 's/^/# /' "$work/initdb" "$work/start" | tail -20; exit 1; }

uri="postgresql://support@/postgres?host=$dir"
pg() { "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 "$uri" -c "$1"; }
answers() { same "$2" "$(pg "$1")"; } # QUERY ANSWER
tables='bundle finding evidence rule_result metric metric_slice setting'
same_counts() { # FILE: each table has as many rows here as there
	for t in $tables; do
		answers "SELECT count(*) FROM nettape.$t" "$(sqlite3 "$1" "SELECT count(*) FROM $t")" || return 1
	done
}

cd "$work/bundles" || exit 1
python3 "$home/tests/e2e/fleet_bundles.py" . 14 || { verdict "the generator made bundles" 1; exit 1; }
echo "no bundle" >text.tar

copy() { "$analyze" --fail-on never --fleet-db "$work/fleet.db" --copy-to "$uri" ./*.tar; }
check "bundles are copied" status_is 0 copy
check "every row of every table" same_counts "$work/fleet.db"
check "numbers are the same" answers "SELECT round(sum(value)::numeric, 3) FROM nettape.metric WHERE name = 'tcp/in_segments'" \
	"$(sqlite3 "$work/fleet.db" "SELECT printf('%.3f', sum(value)) FROM metric WHERE name = 'tcp/in_segments'")"
check "and messages" answers "SELECT string_agg(message, '|' ORDER BY bundle, place) FROM nettape.finding" \
	"$(sqlite3 "$work/fleet.db" "SELECT group_concat(message, '|') FROM (SELECT message FROM finding ORDER BY bundle, place)")"
check "a partition a day and table" answers "SELECT count(*) FROM pg_inherits WHERE inhparent IN ('nettape.bundle'::regclass, 'nettape.metric'::regclass)" 6
check "rows lie in their day's" answers "SELECT tableoid::regclass FROM nettape.bundle WHERE host = 'web009'" nettape.bundle_20260922
one_partition() { [ "$(pg "EXPLAIN SELECT * FROM nettape.metric WHERE day = '2026-09-22'" | grep -o 'metric_2026[0-9]*' | sort -u)" = metric_20260922 ]; }
check "a query by day reads that day's alone" one_partition
manual() { # the query of the manual
	answers "SELECT count(DISTINCT b.host) FROM nettape.bundle b JOIN nettape.finding f ON f.bundle = b.id AND f.day = b.day
	      JOIN nettape.evidence e ON (e.bundle, e.day, e.rule, e.entity) = (f.bundle, f.day, f.rule, f.entity) WHERE f.rule = 'root-cause/conntrack-full'" 4
}
check "findings, hosts and evidence join" manual

check "the same again changes nothing" status_is 0 copy
check "not a row" same_counts "$work/fleet.db"
check "one that is there is replaced" sh -c "\"\$0\" --fail-on never --copy-to \"\$1\" web000.tar web001.tar >/dev/null" "$analyze" "$uri"
check "and no other goes" answers "SELECT count(*) FROM nettape.bundle" 15

kept() { # a window that no bundle has: nobody can be judged
	status_is 3 "$analyze" --since 2040-01-01T00:00:00Z --copy-to "$uri" web000.tar web001.tar 2>"$work/err" &&
		grep -q "of 2 the summary of an earlier run is kept" "$work/err" && same_counts "$work/fleet.db"
}
check "a failed analysis takes no earlier rows away" kept

# what a hostile bundle may hold
sqlite3 "$work/fleet.db" "UPDATE bundle SET note = 'a' || char(9) || 'b' || char(10) || 'c' || char(13) || '\\N \\. ''q'' \"d\" \$1; DROP TABLE x --' WHERE host = 'web003';
	UPDATE bundle SET note = CAST(x'61FF62C3' AS TEXT) WHERE host = 'web005'; UPDATE bundle SET note = char(128024) WHERE host = 'web006'"
check "hostile texts are copied" status_is 0 "$analyze" --fail-on never --fleet-db "$work/fleet.db" --copy-to "$uri"
check "tabs, lines, backslashes and quotes stay" answers "SELECT note = E'a\\tb\\nc\\r\\\\N \\\\. ''q'' \"d\" \$1; DROP TABLE x --' FROM nettape.bundle WHERE host = 'web003'" t
check "what is no UTF-8 is seen" answers "SELECT note = E'a\\uFFFDb\\uFFFD' FROM nettape.bundle WHERE host = 'web005'" t
check "UTF-8 stays" answers "SELECT ascii(note) FROM nettape.bundle WHERE host = 'web006'" 128024

# a partition of another extent, made by whoever keeps the database
months() {
	pg "DROP SCHEMA nettape CASCADE" && "$analyze" --fail-on never --copy-to "$uri" web009.tar web009.tar >/dev/null &&
		for t in $tables; do pg "DROP TABLE nettape.${t}_20260922; CREATE TABLE nettape.${t}_all PARTITION OF nettape.$t FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')" || return 1; done &&
		"$analyze" --fail-on never --copy-to "$uri" web009.tar web010.tar >/dev/null &&
		answers "SELECT DISTINCT tableoid::regclass FROM nettape.bundle" nettape.bundle_all
}
check "a partition that is wider is used" months

# nothing half-loaded: killed while it waits for a table, the rows of others stored
pg "DROP SCHEMA nettape CASCADE" 2>/dev/null
"$analyze" --fail-on never --copy-to "$uri" web001.tar web002.tar >/dev/null
"$bin/psql" -X -q "$uri" -c "BEGIN; LOCK TABLE nettape.metric IN SHARE MODE; SELECT pg_sleep(60)" >/dev/null 2>&1 &
holder=$!
for _ in $(seq 50); do
	[ "$(pg "SELECT count(*) FROM pg_locks WHERE mode = 'ShareLock' AND relation = 'nettape.metric'::regclass")" = 1 ] && break
	sleep 0.1
done
"$analyze" --fail-on never --copy-to "$uri" web003.tar web004.tar >/dev/null 2>&1 &
loader=$!
for _ in $(seq 100); do
	[ "$(pg "SELECT count(*) FROM pg_locks WHERE NOT granted")" = 1 ] && break
	sleep 0.1
done
check "it had begun" answers "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted" t
kill -KILL $loader
wait $loader 2>/dev/null
pg "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'" >/dev/null 2>&1
wait $holder 2>/dev/null
check "killed in the middle it leaves nothing" answers "SELECT string_agg(host, ' ' ORDER BY host) FROM nettape.bundle" "web001 web002"

pg "UPDATE nettape.fleet_schema SET version = 99"
check "tables of another version are left alone" status_is 3 "$analyze" --copy-to "$uri" web003.tar web004.tar
refused() {
	status_is 3 "$analyze" --copy-to "postgresql://u:secret@/db?host=$dir/nowhere" web001.tar 2>"$work/err" || return 1
	cat "$work/err"
	grep -q "^nettape-analyze: --copy-to: no connection: " "$work/err" && ! grep -q secret "$work/err" && [ "$(wc -l <"$work/err")" -eq 1 ]
}
check "no server: one clear line without the password, status 3" refused
