#!/bin/sh
# A listener with backlog 1 that never accepts, while clients keep connecting: the
# report must name its port; the same host without clients must stay clean.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
dir=${TESTLOG:-build}/overflow
rm -rf "$dir"
mkdir -p "$dir"
ns=ntov$$

if ! ip netns add "$ns" 2>/dev/null; then
	echo "ok - overflow # SKIP no right to make a network namespace"
	exit 0
fi
trap 'kill $(cat "$dir"/*.pid 2>/dev/null) 2>/dev/null; ip netns del "$ns"' EXIT
nsenter --net=/run/netns/"$ns" ip link set lo up

verdict() { # WHAT STATUS
	if [ "$2" -eq 0 ]; then echo "ok - overflow: $1"; else echo "not ok - overflow: $1"; fi
}

record() { # NAME
	nsenter --net=/run/netns/"$ns" "$build/nettape-collect" -q --for 4s --every 1s --no-http --force -o "$dir/$1.tar.zst" ||
		echo "not ok - overflow: recording $1 failed"
	"$build/nettape-analyze" --format json --fail-on never -o "$dir/$1.json" "$dir/$1.tar.zst"
}

cat >"$dir/load.py" <<'PY'
import socket, sys, time
server = socket.socket()
server.bind(("127.0.0.1", 4711))
server.listen(1)
quiet = socket.socket()
quiet.bind(("127.0.0.1", 4712))
quiet.listen(64)
open(sys.argv[1], "w").close()
held, end = [], time.time() + 20
while time.time() < end:
    if len(sys.argv) > 2:
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(("127.0.0.1", 4711))
        held = held[-64:] + [client]
    time.sleep(0.05)
PY

start() { # READY [load]
	nsenter --net=/run/netns/"$ns" timeout 25 python3 "$dir/load.py" "$@" &
	echo $! >"$dir/load.pid"
	for _ in $(seq 100); do [ -e "$1" ] && return; sleep 0.1; done
	echo "not ok - overflow: the listener did not start"
}

findings() { # NAME: level, rule and entity of each finding, a line each
	python3 -c 'import json, sys
for f in json.load(open(sys.argv[1]))["findings"]: print(f["level"], f["rule"], f["entity"])' "$dir/$1.json"
}

start "$dir/quiet.ready"
record quiet
kill "$(cat "$dir/load.pid")"
wait 2>/dev/null
findings quiet | grep -q 'tcp-listen/' && bad=1 || bad=0
verdict "listeners that nobody overruns are no finding" "$bad"

start "$dir/load.ready" load
record load
findings load >"$dir/findings"
grep -q '^crit tcp-listen/overflow 127.0.0.1:4711$' "$dir/findings"
verdict "the full listener is named by its port" $?
grep -q 'tcp-listen/overflow 127.0.0.1:4712' "$dir/findings" && bad=1 || bad=0
verdict "the listener beside it is not" "$bad"
"$build/nettape-analyze" --no-pager --fail-on never "$dir/load.tar.zst" | grep -q '127.0.0.1:4711.*dropped at its full accept queue'
verdict "the text report says so on its first screen" $?
"$build/nettape-analyze" --no-pager "$dir/load.tar.zst" >/dev/null
[ $? -eq 1 ]
verdict "the exit status tells of findings" $?
