#!/bin/bash
# The generator of tests/gen, and the rules on the hosts that it makes: each fault must be
# found, and the same host without it must be quiet.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$PWD/${BUILD:-build}
dir=${TESTLOG:-/tmp}/synthetic
rm -rf "$dir"
mkdir -p "$dir"
export PYTHONDONTWRITEBYTECODE=1

check() { # WHAT COMMAND...
	local what=$1
	shift
	if "$@" >"$dir/out" 2>&1; then echo "ok - $what"; else
		echo "not ok - $what"
		sed 's/^/# /' "$dir/out" | head -20
	fi
}

make_bundle() { # FILE ARGUMENT...: a small one
	local file=$1
	shift
	python3 tests/gen/bundle.py --ticks 12 --cpus 4 --sockets 40 -o "$dir/$file" "$@"
}
sql() { "$build/nettape-analyze" --sql "$2" "$dir/$1" | tail -n +2; }
says() { # FILE QUERY ANSWER
	local got
	got=$(sql "$1" "$2")
	echo "$2: $got, not $3"
	[ "$got" = "$3" ]
}
nothing_unread() {
	says "$1" "SELECT count(*) FROM note" 0 && says "$1" "SELECT count(*) FROM source WHERE state = 'unparsable'" 0 &&
		says "$1" "SELECT count(*) FROM capture WHERE source IS NULL" 0
}

differ() { ! cmp -s "$dir/$1" "$dir/$2"; }
unzipped_same() { gzip -dc "$dir/$1" | cmp - "$dir/$2"; }
refused() { ! make_bundle x.tar --fault "$1"; }

make_bundle a.tar --seed 3 && make_bundle b.tar --seed 3 && make_bundle c.tar --seed 4 && make_bundle d.tar.gz --seed 3
check "the same seed gives the same bytes" cmp "$dir/a.tar" "$dir/b.tar"
check "another seed gives others" differ a.tar c.tar
check "compressed it is the same" unzipped_same d.tar.gz a.tar
check "tar reads it" tar tf "$dir/a.tar"
for release in 2.6.32 3.10.0 4.18.0 5.14.0 6.1.0 6.18.0; do
	make_bundle "k$release.tar" --kernel "$release" --interfaces 6 --physical 2 --fault bond --fault vlan
	check "Linux $release: every member is known and every line of it" nothing_unread "k$release.tar"
done
check "2.6.32 has no received_rps and no /proc/pressure" says k2.6.32.tar \
	"SELECT count(*) FROM series WHERE name = 'received_rps' AND n > 0 OR source = 'pressure'" 0
check "interfaces agree between /proc/net/dev, ifconfig and ethtool" says a.tar \
	"SELECT count(DISTINCT increase) FROM series WHERE entity = 'eth0' AND name = 'rx_packets'" 1
check "a fault that is not known is refused" refused nonsense

# The scenarios: each with its faults and without
timeout 300 python3 tests/gen/judge.py "$build" --json "$dir/results.json" --table "$build/lab/synthetic.md" >"$dir/judge.tap" 2>"$dir/judge.err"
status=$?
grep -v '^1\.\.' "$dir/judge.tap"
ran_to_end() { cat "$dir/judge.err"; grep -q "^1\.\." "$dir/judge.tap"; }
check "the scenarios ran to their end" ran_to_end
[ $status -eq 0 ]
