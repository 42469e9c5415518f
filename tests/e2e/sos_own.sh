#!/bin/sh
# A sosreport that the distribution's own sos made of this host: no file of the network goes
# unanswered.  Slow (some ten seconds) and of this host alone, so `make check-sos` asks for it.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=sos_own
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
if [ "${NETTAPE_SOS_OWN:-0}" != 1 ]; then
	skip "a report of this host" "make check-sos runs it"
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	skip "a report of this host" "sos wants root"
	exit 0
fi
command -v sos >/dev/null || apt-get install -y -qq --no-install-recommends sosreport >"$build/sos-install.log" 2>&1
if ! command -v sos >/dev/null; then
	skip "a report of this host" "no sos here, and it cannot be installed"
	exit 0
fi
timeout 240 sos report --batch --quiet --tmp-dir "$work" -o networking,kernel,process,processor,memory,host,date >"$work/log" 2>&1
report=$(find "$work" -maxdepth 1 -name 'sosreport-*.tar*' ! -name '*.md5' ! -name '*.sha256')
if [ -z "$report" ]; then
	skip "a report of this host" "sos made none in 240 s"
	tail -3 "$work/log" | sed 's/^/# /'
	exit 0
fi
began=$(date +%s%N)
timeout 120 "$analyze" --no-pager --fail-on never --db "$work/store.db" -o "$work/text" "$report" 2>"$work/err"
verdict "sos $(sos --help 2>/dev/null | grep -oE 'sos[^ ]* \(version [0-9.]+\)' | head -1) made one that is read, in $((($(date +%s%N) - began) / 1000000)) ms" $?
is() { check "$1" same "$3" "$(sqlite3 "$work/store.db" "$2" 2>&1)"; } # WHAT SELECT EXPECTED
is "no file of it is unknown" "SELECT group_concat(member) FROM (SELECT member FROM capture WHERE note = 'no form that is known' LIMIT 9)" ''
# what the archive holds is what the store answers for: read, passed over with a reason, or failed
tar -tf "$report" | grep -v '/$' | cut -d/ -f2- | grep -E '^(sos_commands/networking/|proc/[0-9]+/net/)' | sort -u >"$work/there"
links=$(tar -tvf "$report" | awk '/^l/ { print $6 }' | cut -d/ -f2- | sort -u)
echo "$links" | comm -23 "$work/there" - >"$work/files"
# a file that only stands in where another one is missing may have been needed by nobody
sqlite3 "$work/store.db" "SELECT DISTINCT member FROM capture" | sort -u >"$work/answered"
comm -23 "$work/files" "$work/answered" >"$work/silent"
[ -s "$work/files" ] && [ ! -s "$work/silent" ]
verdict "each of the $(wc -l <"$work/files") files of the network is answered for" $?
sed 's/^/# /' "$work/silent" | head
is "no line of it was too odd to read" "SELECT group_concat(member || ': ' || text) FROM (SELECT member, text FROM note WHERE member NOT LIKE 'sos_logs/%' LIMIT 5)" ''
is "the kernel" "SELECT v FROM meta WHERE k = 'kernel'" "$(uname -r)"
is "interfaces" "SELECT count(DISTINCT entity) >= 1 FROM series WHERE source = 'netdev' AND entity = 'lo'" 1
is "no rate of anything" "SELECT count(*) FROM series WHERE intervals > 0" 0
grep -q 'one snapshot' "$work/text"
verdict "the report calls it one snapshot" $?
