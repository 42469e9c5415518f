#!/bin/bash
# The collector's capabilities: what it keeps is what collect/privilege.c lists, what
# each of them buys is lost without it, and nothing kept is denied.  Root; prints TAP.
# shellcheck disable=SC2317 # functions that check calls
set -u
cd "$(dirname "$0")/../.." || exit 1
name=privilege
# shellcheck source=tests/e2e/lib/collect.sh
. tests/e2e/lib/collect.sh
mkdir -p "$work"

field() { # PID-OR-FILE NAME
	sed -n "s/^$2:[[:space:]]*//p" "$1"
}
if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null; then
	skip "the capabilities of the collector" "takes root and setpriv"
	exit 0
fi
had=$(field /proc/self/status CapBnd)
has() { [ $((0x$had >> $1 & 1)) = 1 ]; }
mask() { # NUMBERS...: those of them that there are, as the kernel prints them
	m=0
	for c in "$@"; do m=$((m | 1 << c)); done
	printf '%016x' $((m & 0x$had))
}
# capability.h
OVERRIDE=1 SEARCH=2 FOWNER=3 KILL=5 ADMIN=12 PTRACE=19 SYS=21

# a listener of somebody else, as a service is: its /proc is its own
cat >"$work/other.py" <<'PY'
import ctypes, os, socket, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
os.setgid(65534); os.setuid(65534)
ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE: setuid took it
print(s.getsockname()[1], flush=True)
time.sleep(100)
PY
python3 "$work/other.py" >"$work/port" &
other=$!
# a connection with a firewall mark
cat >"$work/marked.py" <<'PY'
import socket, time
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
c = socket.socket(); c.setsockopt(socket.SOL_SOCKET, 36, 0x7b)  # SO_MARK
c.connect(s.getsockname())
a, _ = s.accept()
print(c.getsockname()[1], flush=True)
time.sleep(100)
PY
python3 "$work/marked.py" >"$work/marked" 2>"$work/marked.log" &
marked=$!
running=
space=nettape-priv-$$
trap 'kill $other $marked $running 2>/dev/null; pkill -f "^sleep 71[.]5$"; ip netns del $space 2>/dev/null' EXIT
for _ in $(seq 100); do [ -s "$work/port" ] && [ -s "$work/marked" ] && break; sleep 0.1; done
port=$(cat "$work/port")
ip netns add $space 2>/dev/null && spaces=yes || spaces=

# while it runs
during() { # OPTIONS...: the status of each of its threads, in $work/threads
	rm -rf "$work/during.tar"* "$work/threads" "$work/foreign/"*
	"$collect" -q --no-http --for 60s --every 200ms -o "${out:-$work/during.tar}" "$@" 2>"$work/during.log" &
	running=$!
	for _ in $(seq 100); do
		[ -s "${out:-$work/during.tar}.part" ] && break
		sleep 0.1
	done
	sleep 0.5
	cat /proc/$running/task/*/status >"$work/threads"
	kill -INT $running && wait $running
	running=
}
same() { # NAME VALUE: of every thread
	[ "$(field "$work/threads" "$1" | sort -u)" = "$2" ] && return 0
	echo "$1: $(field "$work/threads" "$1" | sort | uniq -c | xargs), not $2"
	return 1
}
kept() { # MASK
	same CapPrm "$1" && same CapEff "$1" && same CapBnd "$1" &&
		same CapInh 0000000000000000 && same CapAmb 0000000000000000 && same NoNewPrivs 1
}
during
check "it keeps three capabilities, in all threads" kept "$(mask $SEARCH $PTRACE $ADMIN)"
during --exclude ethtool --exclude tcp-info
check "two without what asks drivers and sockets for more" kept "$(mask $SEARCH $PTRACE)"
mkdir -p "$work/dump/proc/net" && cp /proc/net/dev "$work/dump/proc/net/"
during --root "$work/dump"
check "one for a dump" kept "$(mask $SEARCH)"
if [ "$spaces" ]; then
	during --netns $space
	check "--netns: one more" kept "$(mask $SEARCH $PTRACE $ADMIN $SYS)"
fi
mkdir -p "$work/foreign" && chown 65534 "$work/foreign"
out=$work/foreign/x.tar during
check "a folder of another user: one more" kept "$(mask $OVERRIDE $SEARCH $PTRACE $ADMIN)"
check "and the bundle is whole" test -s "$work/foreign/x.tar" -a -s "$work/foreign/x.tar.sha256"
chmod +t "$work/foreign"
out=$work/foreign/x.tar during --force
check "--force in one that is sticky: two" kept "$(mask $OVERRIDE $FOWNER $SEARCH $PTRACE $ADMIN)"
chmod -t "$work/foreign"
during --run "rights=cat /proc/self/status"
run_kept() {
	same CapEff "$(mask $SEARCH $PTRACE $ADMIN $KILL)" && same CapPrm "$(mask $SEARCH $PTRACE $ADMIN $KILL)" && same CapBnd "$had" && same NoNewPrivs 0
}
check "--run: what its commands may have stays in the bounding set alone" run_kept
unpack "$work/during.tar"
as_here() { # in whichever tick it came to its end: on a busy machine not in the first
	set -- "$top"/snap/*/cmd/rights
	[ "$(field "$1" CapEff)" = "$(field /proc/self/status CapEff)" ]
}
check "a command of --run has the rights of a shell" as_here
during -q --include 'cmdline'
unpack "$work/during.tar"
check "bundle.json says what it had" judge "b['capabilities'] == '$(mask $SEARCH $PTRACE $ADMIN)'"

# what each of them buys
without() { # CAPABILITIES OPTIONS...
	drop=$1
	shift
	rm -rf "$work/w.tar"*
	setpriv ${drop:+--bounding-set=$drop} "$collect" -q --no-http --for 50ms --every 50ms --pid $other "$@" -o "$work/w.tar" 2>"$work/w.log" && unpack "$work/w.tar"
}
owned() { grep -q ":$port .*pid=$other," "$top/snap/000000/cmd/ss_-tanp"; }
denied() { judge "not [c for r in t + [e] for c in rows(r) if c[1] == 'denied']"; }
without ""
check "all that is kept: nothing is denied" denied
check "the owner of another user's socket is known" owned
if has $PTRACE; then
	without -sys_ptrace
	check "without CAP_SYS_PTRACE it is not" eval '! owned'
fi
if has $SEARCH; then
	without -dac_read_search,-dac_override
	check "nor without CAP_DAC_READ_SEARCH" eval '! owned'
fi
if [ "$spaces" ] && has $SYS; then
	without "" --netns $space
	check "another namespace is read" judge "has('snap/000000/netns/$space/proc/net/dev')"
	without -sys_admin --netns $space
	check "without CAP_SYS_ADMIN it is not" judge "not has('snap/000000/netns/$space/proc/net/dev')"
fi
if has $ADMIN; then
	mark_told() { grep -A 1 ":$(cat "$work/marked") " "$top/snap/000000/cmd/ss_-tanmieo" | grep -q 'fwmark:0x7b'; }
	without ""
	check "a socket's firewall mark is told" mark_told
	without -net_admin
	check "without CAP_NET_ADMIN it is not" eval '! mark_told'
fi
if has $KILL; then
	sleeper="sleeper=setpriv --reuid 65534 --clear-groups sleep 71.5"
	sleeps() { pgrep -f '^sleep 71[.]5$' >/dev/null; }
	without "" --run "$sleeper"
	check "a command that changed its user is ended at its deadline" eval '! sleeps'
	without -kill --run "$sleeper"
	check "without CAP_KILL it is not" sleeps
	pkill -f '^sleep 71[.]5$'
fi
if has $FOWNER; then
	over() { # CAPABILITIES: another user's file in a folder that is sticky
		rm -f "$work/foreign/"* && echo old >"$work/foreign/z.tar" && chown 65534 "$work/foreign/z.tar" && chmod 1777 "$work/foreign"
		setpriv ${1:+--bounding-set=$1} "$collect" -q --no-http --force --for 50ms --every 50ms -o "$work/foreign/z.tar" 2>/dev/null
	}
	check "--force replaces another user's file in a sticky folder" over ""
	stays() { ! over -fowner && grep -qx old "$work/foreign/z.tar"; }
	check "without CAP_FOWNER it does not" stays
	chmod -t "$work/foreign"
fi
if has $OVERRIDE; then
	refused() { ! setpriv --bounding-set=-dac_override "$collect" -q --no-http --for 50ms --every 50ms -o "$work/foreign/y.tar" 2>/dev/null; }
	chmod 755 "$work/foreign"
	check "without CAP_DAC_OVERRIDE nothing is written to another user's folder" refused
fi

# without any
mkdir -p "$work/mine" && chown 65534 "$work/mine"
plain() {
	rm -rf "$work/mine/"*
	setpriv --reuid 65534 --regid 65534 --clear-groups "$collect" -q --no-http --for 50ms --every 50ms -o - >"$work/p.tar.zst" 2>"$work/p.log" && unpack "$work/p.tar.zst"
}
check "a user without rights records" plain
check "and the counters are there" judge "has('snap/000000/proc/net/netstat') and has('snap/000000/cmd/ss_-tan')"
