#!/bin/sh
# The threads of a watched process, daemons by name, the clock's keeping: what the collector
# says of them against /proc itself.  Prints TAP.
# shellcheck disable=SC2317 # functions that check calls
set -u
cd "$(dirname "$0")/../.." || exit 1
name=threads
# shellcheck source=tests/e2e/lib/collect.sh
. tests/e2e/lib/collect.sh
tool=$build/tests/tool

# one hot thread beside idle ones, named as a JVM names its own
cat >"$work/many.py" <<'PY'
import ctypes, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
def idle():
    event.wait()
def hot():
    libc.prctl(15, b'finagle/netty4-1-1', 0, 0, 0)  # PR_SET_NAME: the kernel keeps 15 bytes
    end = time.monotonic() + 60
    while time.monotonic() < end and not event.is_set(): pass
event = threading.Event()
threading.stack_size(65536)
for i in range(int(sys.argv[1])): threading.Thread(target=idle, daemon=True).start()
threading.Thread(target=hot, daemon=True).start()
print('ready', flush=True)
time.sleep(60)
PY
start() { # THREADS: leaves its number in $pid
	python3 "$work/many.py" "$1" >"$work/ready" &
	pid=$!
	for _ in $(seq 100); do
		grep -q ready "$work/ready" && return 0
		sleep 0.1
	done
	return 1
}
stop() { kill "$pid" && wait "$pid" 2>/dev/null; }
trap 'kill "${pid:-}" 2>/dev/null' EXIT

run() { # OPTIONS...
	rm -rf "$work/b.tar"*
	"$collect" -q --no-http "$@" -o "$work/b.tar" && unpack "$work/b.tar"
}

check "a process with threads starts" start 3
check "its threads are recorded" run --for 1s --every 500ms --pace task-threads=500ms --pid "$pid"
lines() { # PATTERN N
	[ "$(grep -c -- "$1" "$top/snap/000000/proc/$pid/task")" -eq "$2" ]
}
check "each of them with its stat" lines "^[0-9]*/stat:[0-9]* (" "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)"
if [ -e "/proc/$pid/schedstat" ]; then
	check "and its schedstat" lines "^[0-9]*/schedstat:[0-9]* [0-9]* [0-9]*$" 5
fi
check "the first is the process itself" grep -q "^$pid/stat:$pid (python3" "$top/snap/000000/proc/$pid/task"
check "kernel threads have none" sh -c "[ \"\$(ls '$top'/snap/000000/proc/*/task | wc -l)\" -eq 1 ]"
grown() { # the hot one ran, the others did not
	"$BUILD/nettape-analyze" --no-pager --sql \
		"SELECT count(*), max(entity LIKE '$pid/%:finagle/netty4-') FROM counter WHERE source = 'thread' AND name = 'run_ns' AND per_s > 1e8" \
		"$work/b.tar" | grep -q '1.*1'
}
if [ -e "/proc/$pid/schedstat" ]; then
	check "the analyzer sees the one that runs" grown
fi
stop

check "a process with 600 threads starts" start 600
check "it is recorded" run --for 200ms --every 100ms --pid "$pid"
check "512 threads of it" lines "^[0-9]*/stat:" 512
check "and the record says that there are more" judge "'cut' in status('proc/$pid/task')"
stop
run --for 200ms --every 100ms --pid "$pid" >/dev/null 2>&1
check "a process that is gone is absent" judge "set(status('proc/$pid/task')) == {'absent'}"

# daemons: only those asked for, by their whole name
cp "$(command -v sleep)" "$work/irqbalance"
cp "$(command -v sleep)" "$work/irqbalance2"
"$work/irqbalance" 60 &
pid=$!
"$work/irqbalance2" 60 &
other=$!
trap 'kill "${pid:-}" "${other:-}" 2>/dev/null' EXIT
found() {
	"$tool" pgrep -lx 'tuned|irqbalance|numad' >"$work/found" && grep -qx "$pid irqbalance" "$work/found" &&
		! grep -q irqbalance2 "$work/found"
}
for _ in $(seq 50); do
	[ "$(cat "/proc/$pid/comm")" = irqbalance ] && break
	sleep 0.1
done
check "a daemon is found by its name" found
check "one that does not run leaves an empty text" sh -c "[ -z \"\$('$tool' pgrep -lx 'no-such-daemon')\" ]"
kill "$pid" "$other"
wait 2>/dev/null
pid='' other=''

kept() {
	"$tool" adjtimex --print >"$work/clock" 2>"$work/clock.status" ||
		grep -q '^denied: ' "$work/clock.status"
}
check "the clock's keeping is told, or forbidden" kept
if [ -s "$work/clock" ]; then
	check "with its fields" sh -c "grep -q '^ *status: [0-9]*$' '$work/clock' && grep -q '^ *maxerror: [0-9]*$' '$work/clock' &&
		grep -q '^ return value = [0-5]$' '$work/clock'"
fi
mkdir -p "$work/dump/proc"
asked() { "$tool" -r "$work/dump" adjtimex --print; }
check "of a dump it is not asked" status_is 1 asked
exit "$failed"
