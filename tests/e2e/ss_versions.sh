#!/bin/sh
# The same sockets, shown by nine generations of ss one after another, must yield
# the same rows: state, addresses, queues, and the process where it was asked for.
# What differs is what the old text does not say: [::] or * of a dual-stack listener.
set -u
cd "$(dirname "$0")/../.." || exit 1
analyze=$BUILD/nettape-analyze
mkdir -p "$TESTLOG"

rows() { # FORMAT FILE: the rows without what changes or is not in every form, in one order
	"$analyze" --dump - --as "$1" <"$2" | sed -n -e 's/,"\(timer\|cong\)":"[^"]*"//g' \
		-e 's/"local":"::","lport":9000,"peer":"::"/"local":"*","lport":9000,"peer":"*"/' \
		-e 's/^\({"table":"tcp_socket".*"recvq":[0-9]*,"sendq":[0-9]*\).*/\1/p' | sort
}

for format in ss_tan ss_tanp ss_tanmieo ss_ltnm; do
	first=tests/parse/$format/iproute2-6.14.0.in
	rows "$format" "$first" >"$TESTLOG/ss_first"
	n=$(wc -l <"$TESTLOG/ss_first")
	[ "$n" -ge 3 ] && echo "ok - $format: $n sockets" || echo "not ok - $format: only $n sockets"
	for in in tests/parse/"$format"/iproute2-*.in; do
		rows "$format" "$in" >"$TESTLOG/ss_this"
		name=$(basename "$in" .in)
		if diff "$TESTLOG/ss_first" "$TESTLOG/ss_this" >"$TESTLOG/ss_diff"; then
			echo "ok - $format of $name shows the same sockets"
		else
			echo "not ok - $format of $name shows other sockets"
			head -10 "$TESTLOG/ss_diff"
		fi
	done
done
