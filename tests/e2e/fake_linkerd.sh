#!/bin/bash
# The lab's imitation of linkerd (tests/lab/linkerd.c) against its own promises: it carries
# real requests, its numbers add up with the callers' and the backends', histograms stand
# still for a minute (a second here), and an endpoint that died is ejected.
set -u
cd "$(dirname "$0")/../.." || exit 1
programs=$(cd "${BUILD:-build}" && pwd)/tests/lab
dir=${TESTLOG:-/tmp}/fake_linkerd
rm -rf "$dir"
mkdir -p "$dir"
mkfifo "$dir/life"
trap 'exec 3>&-; wait' EXIT
exec 3<>"$dir/life" # closed by us, or by our death: then they all end

begin() { # NAME ARGUMENT...: that program, until its input ends; waits until it is ready
	local name=$1
	shift
	"$programs/$name" "$@" <"$dir/life" >"$dir/$name.out" 2>"$dir/$name.err" 3>&- &
	for _ in $(seq 100); do
		[ -s "$dir/$name.out" ] && return 0
		sleep 0.05
	done
	echo "not ok - fake linkerd: $name starts"
	sed 's/^/# /' "$dir/$name.err"
	exit 1
}

begin backend 127.83.1.1:8080,delay=2ms 127.83.1.2:8080,delay=2ms,die=2s \
	127.83.1.3:8080,delay=2ms 127.83.1.4:8080,fail=0.1
begin linkerd --minute 1s --admin 127.83.0.1:9990 '{"routers": [{"servers": ["127.83.0.1:4140"], "clients": [
	{"host": "web", "endpoints": ["127.83.1.1:8080", "127.83.1.2:8080", "127.83.1.3:8080"]},
	{"host": "half/bad", "id": "%/io.l5d.port/4143/#/io.l5d.fs/bad", "endpoints": ["127.83.1.4:8080"], "accrual": 0}]}]}'
begin caller 127.83.0.1:4140,rate=200,until=4s 127.83.0.1:4140,host=half/bad,rate=50,until=4s \
	127.83.0.1:4140,host=nobody,rate=5,until=4s
python3 tests/e2e/fake_linkerd_judge.py watch "$dir" 127.83.0.1:9990
exec 3>&-
wait
python3 tests/e2e/fake_linkerd_judge.py sums "$dir"
