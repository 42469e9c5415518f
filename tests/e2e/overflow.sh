#!/bin/sh
# A listener with backlog 1 that never accepts, while clients keep connecting: the
# report must name its port; the same host without clients must stay clean.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=overflow
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
ns=ntov$$

if ! ip netns add "$ns" 2>/dev/null; then
	skip "a full listener" "no right to make a network namespace"
	exit 0
fi
trap 'kill $(cat "$work"/*.pid 2>/dev/null) 2>/dev/null; ip netns del "$ns"' EXIT
nsenter --net=/run/netns/"$ns" ip link set lo up

record() { # NAME
	nsenter --net=/run/netns/"$ns" "$collect" -q --for 4s --every 1s --no-http --force -o "$work/$1.tar.zst" ||
		verdict "$1 is recorded" 1
	analyze --format json -o "$work/$1.json" "$work/$1.tar.zst"
}

cat >"$work/load.py" <<'PY'
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
	nsenter --net=/run/netns/"$ns" timeout 25 python3 "$work/load.py" "$@" &
	echo $! >"$work/load.pid"
	for _ in $(seq 100); do [ -e "$1" ] && return; sleep 0.1; done
	verdict "the listener starts" 1
}

findings() { # NAME: level, rule and entity of each finding, a line each
	python3 -c 'import json, sys
for f in json.load(open(sys.argv[1]))["findings"]: print(f["level"], f["rule"], f["entity"])' "$work/$1.json"
}

start "$work/quiet.ready"
record quiet
kill "$(cat "$work/load.pid")"
wait 2>/dev/null
findings quiet | grep -q 'tcp-listen/' && bad=1 || bad=0
verdict "listeners that nobody overruns are no finding" "$bad"

start "$work/load.ready" load
record load
findings load >"$work/findings"
grep -q '^crit tcp-listen/overflow 127.0.0.1:4711$' "$work/findings"
verdict "the full listener is named by its port" $?
grep -q 'tcp-listen/overflow 127.0.0.1:4712' "$work/findings" && bad=1 || bad=0
verdict "the listener beside it is not" "$bad"
analyze "$work/load.tar.zst" | grep -q '127.0.0.1:4711.*dropped at its full accept queue'
verdict "the text report says so on its first screen" $?
"$analyze" --no-pager "$work/load.tar.zst" >/dev/null
[ $? -eq 1 ]
verdict "the exit status tells of findings" $?
