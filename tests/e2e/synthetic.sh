#!/bin/bash
# The generator of tests/gen, and the rules on the hosts that it makes: each fault must be
# found, and the same host without it must be quiet.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=synthetic
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh

host() { # FILE ARGUMENT...: a small one
	local file=$1
	shift
	make_bundle "$work/$file" --ticks 12 --cpus 4 --sockets 40 "$@"
}
answers() { same "$3" "$(sql "$2" "$work/$1")"; } # FILE QUERY ANSWER
nothing_unread() {
	answers "$1" "SELECT count(*) FROM note" 0 && answers "$1" "SELECT count(*) FROM source WHERE state = 'unparsable'" 0 &&
		answers "$1" "SELECT count(*) FROM capture WHERE source IS NULL" 0
}

differ() { ! cmp -s "$work/$1" "$work/$2"; }
unzipped_same() { gzip -dc "$work/$1" | cmp - "$work/$2"; }
refused() { ! host x.tar --fault "$1"; }

host a.tar --seed 3 && host b.tar --seed 3 && host c.tar --seed 4 && host d.tar.gz --seed 3
check "the same seed gives the same bytes" cmp "$work/a.tar" "$work/b.tar"
check "another seed gives others" differ a.tar c.tar
check "compressed it is the same" unzipped_same d.tar.gz a.tar
check "tar reads it" tar tf "$work/a.tar"
for release in 2.6.32 3.10.0 4.18.0 5.14.0 6.1.0 6.18.0; do
	host "k$release.tar" --kernel "$release" --interfaces 6 --physical 2 --fault bond --fault vlan
	check "Linux $release: every member is known and every line of it" nothing_unread "k$release.tar"
done
check "2.6.32 has no received_rps and no /proc/pressure" answers k2.6.32.tar \
	"SELECT count(*) FROM series WHERE name = 'received_rps' AND n > 0 OR source = 'pressure'" 0
check "interfaces agree between /proc/net/dev, ifconfig and ethtool" answers a.tar \
	"SELECT count(DISTINCT increase) FROM series WHERE entity = 'eth0' AND name = 'rx_packets'" 1
check "a fault that is not known is refused" refused nonsense

# The scenarios: each with its faults and without
timeout 300 python3 tests/gen/judge.py "$build" --json "$work/results.json" --table "$build/lab/synthetic.md" >"$work/judge.tap" 2>"$work/judge.err"
status=$?
grep -v '^1\.\.' "$work/judge.tap"
ran_to_end() { cat "$work/judge.err"; grep -q "^1\.\." "$work/judge.tap"; }
check "the scenarios ran to their end" ran_to_end
[ $status -eq 0 ]
