#!/bin/sh
# The static collector (make check-static): it runs where there is nothing, on old kernels,
# without rights, on arm64; its size, its bytes and its memory are what they should be.
# shellcheck disable=SC2317,SC2016,SC2013 # functions that check calls; inner shells
set -u
cd "$(dirname "$0")/.." || exit 1
name=static
# shellcheck source=tests/e2e/lib/collect.sh
. tests/e2e/lib/collect.sh
tree=$PWD
collect=$tree/build/static/nettape-collect
arm64=$tree/build/static-arm64/nettape-collect
cd "$work" || exit 1
server='' recorder='' namespaces=

clean() {
	for pid in $server $recorder; do kill "$pid" 2>/dev/null; done
	for ns in $namespaces; do ip netns del "$ns"; done
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

reads() { "$analyze" --fail-on never --no-pager "$1" >"$1.txt" && grep -q '^VERDICT' "$1.txt"; }
# rows FILE QUERY WANTED: what the analyzer's store says
rows() {
	got=$("$analyze" --fail-on never --sql "$2" "$1" | tail -n 1 | tr -d ' ')
	[ "$got" = "$3" ] || echo "$got, not $3: $2"
	[ "$got" = "$3" ]
}

# The file
size=$(stat -c %s "$collect")
check "is at most 600 KiB ($size bytes)" test "$size" -le $((600 * 1024))
check "is not dynamic" sh -c "! ldd '$collect' && ! readelf -lW '$collect' | grep -q 'INTERP\|DYNAMIC'"
check "has no stack that can be executed" sh -c "readelf -lW '$collect' | grep GNU_STACK | grep -qv 'RWE'"

# Memory: the longest, meanwhile the rest
"$collect" --for 1h --every 10ms --no-http -q -o many.tar.zst 2>>log &
recorder=$!
ticks() { zstd -dcq many.tar.zst.part 2>/dev/null | tar tf - 2>/dev/null | grep -c 'tick.json$'; }
# after_ticks N: waits for them, a minute and a half at most
after_ticks() {
	for _ in $(seq 90); do
		[ "$(ticks)" -ge "$1" ] && return 0
		sleep 1
	done
	return 1
}
peak() { awk '$1 == "VmHWM:" { hwm = $2 } $1 == "VmData:" { data = $2 } END { print hwm, data }' "/proc/$recorder/status"; }
(
	after_ticks 300
	peak
	awk '{ print $19 }' "/proc/$recorder/stat"
	cat "/proc/$recorder/oom_score_adj"
) >start.txt &

# An empty root
mkdir -p jail/proc
cp "$collect" jail/
python3 - jail/metrics.sock 3<jail >port <<'PY' &
import http.server, os, socketserver, sys, threading
class Admin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"rt/http/server/0.0.0.0/4140/requests":17}'
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def address_string(self): return 'peer'
    def log_message(self, *a): pass
tcp = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Admin)
os.chdir('/proc/self/fd/3')  # a unix socket's path is at most 107 bytes
unix = socketserver.ThreadingUnixStreamServer('metrics.sock', Admin)
print(tcp.server_port, flush=True)
threading.Thread(target=unix.serve_forever, daemon=True).start()
tcp.serve_forever()
PY
server=$!
wait_for 10 test -s port
port=$(cat port)
if [ "$(id -u)" -eq 0 ] && unshare -m true 2>>log; then
	in_jail() { # OPTIONS...: nothing open, nothing in the environment but a LANG that is none
		unshare -m sh -c 'mount -t proc proc jail/proc &&
			exec env -i LANG="$(printf "%%n\377")" "$(command -v chroot)" jail /nettape-collect "$@" <&- >&- 2>&-' - "$@"
	}
	check "runs in an empty root with nothing open" status_is 0 in_jail --for 3s --every 1s -q -o /empty.tar.zst \
		--metrics "http://localhost:$port" --metrics "http://127.0.0.1:$port" --metrics unix:/metrics.sock
	check "there is nothing in that root" sh -c "test \"\$(ls jail | sort | tr '\n' ' ')\" = 'empty.tar.zst empty.tar.zst.sha256 metrics.sock nettape-collect proc '"
	unpack jail/empty.tar.zst
	check "its bundle is whole" judge "e['reason'] == 'complete' and 2 < e['ticks_taken'] == len(t) <= 4"
	# A starved machine has runs that the next tick finds unfinished; they are rows without a member.
	check "the kernel's counters are in it" judge \
		"all(set(status(m)) <= {'ok', 'busy'} and status(m).count('ok') > 1 for m in ('proc/stat', 'proc/net/softnet_stat', 'proc/net/netstat', 'cmd/tc_-s_qdisc', 'cmd/ss_-ltnm'))"
	check "metrics of localhost, by name" judge "set(status('localhost_$port/admin/metrics.json')) == {'ok'}"
	check "metrics of a numeric address" judge "set(status('127.0.0.1_$port/admin/metrics.json')) == {'ok'}"
	check "metrics of a unix socket" judge "set(status('metrics.sock/admin/metrics.json')) == {'ok'}"
	check "the analyzer reads it" reads jail/empty.tar.zst
	check "and the metrics" rows jail/empty.tar.zst "SELECT count(DISTINCT capture.member) FROM capture WHERE source = 'linkerd' AND state = 'ok' AND member LIKE '%metrics.json'" 3
	check "a host name that nobody knows ends no recording" status_is 0 in_jail --for 1s --every 500ms -q -o /name.tar.zst --metrics http://no.such.host:9990
	unpack jail/name.tar.zst
	check "it is recorded as a failure" judge "status('no.such.host_9990/') and set(status('no.such.host_9990/')) <= {'absent', 'timeout', 'error', 'busy'} and status('proc/stat') == ['ok'] * 3"

	# No rights
	bare() { # OPTIONS OF setpriv -- OPTIONS: on a root that nobody can write to
		unshare -m sh -c 'mount -o remount,ro,bind / && ! touch jail/x 2>/dev/null &&
			exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"' - "$@" >"bare.$who.tar.zst" 2>"bare.$who.txt"
	}
	for who in "root" "nobody"; do
		as=
		[ $who = nobody ] && as="--reuid=65534 --regid=65534 --clear-groups"
		# shellcheck disable=SC2086 # several options
		check "without a capability, on a read-only root, as $who: exit status 0" status_is 0 bare $as "$collect" --for 1s --every 500ms --no-http --pid 1 -o -
		check "as $who: it says what needs more rights, and why" grep -q 'which process holds a socket' bare.$who.txt
		unpack bare.$who.tar.zst
		check "as $who: the counters are there" judge "int(b['capabilities'], 16) == 0 and status('proc/net/softnet_stat') == ['ok'] * 3 and status('cmd/ss_-ltnm') == ['ok'] * 3"
		check "as $who: the analyzer reads it" reads bare.$who.tar.zst
	done
else
	skip "an empty root, no rights" "needs root, and a mount namespace whose root is a mount"
fi

# Old kernels
for errno in 38 1; do
	"$build/tests/old_kernel" $errno "$collect" --version >>log 2>&1
	if [ $? -eq 77 ]; then
		skip "system calls refused with errno $errno" "no seccomp filter of this machine"
		continue
	fi
	old() { "$build/tests/old_kernel" "$errno" "$collect" "$@"; }
	check "errno $errno for what 2.6.32 lacks: exit status 0" status_is 0 old --for 1s --every 500ms -q -o old$errno.tar.zst --metrics "http://localhost:$port"
	unpack old$errno.tar.zst
	check "errno $errno: the counters are there" judge "e['reason'] == 'complete' and status('proc/net/softnet_stat') == ['ok'] * 3 and has('host/proc/sys/net/core/somaxconn')"
	check "errno $errno: sockets by the second way" judge "status('cmd/ss_-ltnm') == ['fallback'] * 3 and 'Recv-Q' in text('snap/000000/cmd/ss_-ltnm')"
	check "errno $errno: ethtool, ifconfig and tc are there" judge "has('host/cmd/ethtool_-k_lo') and status('cmd/ifconfig_-a') == ['ok'] * 3 and status('cmd/tc_-s_qdisc') == ['ok'] * 3"
	check "errno $errno: metrics are there" judge "set(status('admin/metrics.json')) == {'ok'}"
	check "errno $errno: a command is run" status_is 0 old --for 200ms --every 200ms -q --no-http --run 'hi=echo one' -o oldrun$errno.tar
	unpack oldrun$errno.tar
	check "errno $errno: and what it says is there" judge "text('snap/000001/cmd/hi') == 'one\\n'"
	check "errno $errno: a dump is read" status_is 0 old --root "$tree/tests/dumps/selfcap" --for 200ms --every 200ms -q -o olddump$errno.tar
	unpack olddump$errno.tar
	check "errno $errno: as it is" cmp "$tree/tests/dumps/selfcap/proc/net/netstat" "$top/snap/000000/proc/net/netstat"
	check "errno $errno: the analyzer reads it" reads old$errno.tar.zst
done

# Dumps: of a giant, and of whatever is at hand
python3 "$tree/tests/giant.py" giant 1024 500
check "1,024 CPUs and 500 NICs: exit status 0" status_is 0 timeout 60 "$collect" --root giant --for 4s --every 2s -q -o giant.tar.zst
unpack giant.tar.zst
for f in proc/stat proc/net/softnet_stat proc/interrupts proc/net/dev; do
	check "giant: $f is whole" cmp "giant/$f" "$top/snap/000001/$f"
done
check "giant: each NIC is in ifconfig -a" judge "text('snap/000001/cmd/ifconfig_-a').count('mtu 1500') == 500"
check "giant: what 2.6.32 lacks is absent, not a failure" judge "not {'error', 'timeout', 'denied'} & {c[1] for r in t for c in rows(r)} and 'absent' in status('proc/pressure/')"
check "giant: the analyzer reads it" reads giant.tar.zst
for want in softnet=1024 softirqs=1024 interrupts=1024 netdev=500 stat=1025; do
	check "giant: $want entities" rows giant.tar.zst "SELECT count(DISTINCT entity) FROM series WHERE source = '${want%=*}'" "${want#*=}"
done
dumps=
for d in "$tree"/tests/dumps/* "${NETTAPE_FIXTURES:-/nonexistent}"/*; do [ -d "$d/proc" ] && dumps="$dumps $d"; done
for d in $dumps; do
	dump=$(basename "$d")
	check "dump $dump" status_is 0 timeout 60 "$collect" --root "$d" --for 400ms --every 200ms -q -o "dump-$dump.tar.zst"
	check "dump $dump: the analyzer reads it" reads "dump-$dump.tar.zst"
done

# Two namespaces beside the host's
if [ "$(id -u)" -eq 0 ] && ip netns add "st$$a" 2>>log && namespaces="st$$a" && ip netns add "st$$b" && namespaces="st$$a st$$b"; then
	ip link add "stv$$a" netns "st$$a" type veth peer name "stv$$b" netns "st$$b" 2>>log
	nsenter --net="/run/netns/st$$b" sh -c "ip addr add 192.0.2.2/24 dev stv$$b; ip link set lo up; ip link set stv$$b up"
	nsenter --net="/run/netns/st$$b" python3 -c 'import socket, time
s = socket.create_server(("192.0.2.2", 4140)); print("up", flush=True); time.sleep(20)' >up &
	server="$server $!"
	wait_for 5 test -s up
	# the namespace of a process, by its number
	inside=$(ip netns pids "st$$b" | head -n 1)
	check "--netns PID: exit status 0" status_is 0 "$collect" --for 200ms --every 200ms --no-http -q --netns "$inside" -o pid.tar
	unpack pid.tar
	check "--netns PID: that namespace is there" judge "'stv$$b:' in text('snap/000001/netns/$inside/proc/net/dev') and '192.0.2.2:4140' in text('snap/000001/netns/$inside/cmd/ss_-ltnm')"
	check "--netns twice: exit status 0" status_is 0 "$collect" --for 1s --every 500ms --no-http -q --netns "st$$a" --netns "st$$b" -o ns.tar.zst
	unpack ns.tar.zst
	for x in a b; do
		check "namespace $x: its own NICs" judge "'stv$$$x:' in text('snap/000001/netns/st$$$x/proc/net/dev') and text('snap/000001/netns/st$$$x/proc/net/dev').count('stv$$') == 1"
		check "namespace $x: in ifconfig too" judge "'stv$$$x' in text('snap/000001/netns/st$$$x/cmd/ifconfig_-a')"
		check "namespace $x: and in ethtool" judge "has('host/netns/st$$$x/cmd/ethtool_-k_stv$$$x')"
	done
	check "the listener is in its namespace alone" judge "'192.0.2.2:4140' in text('snap/000001/netns/st$$b/cmd/ss_-ltnm') and '192.0.2.2:4140' not in text('snap/000001/netns/st$$a/cmd/ss_-ltnm') and '192.0.2.2:4140' not in text('snap/000001/cmd/ss_-ltnm')"
	check "the host's CPUs and NICs are beside them" judge "has('snap/000001/proc/stat') and has('snap/000001/proc/net/softnet_stat') and 'stv$$' not in text('snap/000001/proc/net/dev')"
	check "the bundle says which are there" judge "'st$$a' in str(b) and 'st$$b' in str(b)"
	check "namespaces: the analyzer reads it" reads ns.tar.zst
else
	skip "two namespaces" "needs root and ip netns"
fi

# The same bytes in another folder: once from the libraries that are there, once all over, from the
# tarballs that are there and without a network
own_tree() { mkdir -p "$1/build" && (cd "$tree" && tar cf - Makefile .packaging schema collect analyze/*.sql analyze/parse analyze/report analyze/section rules) | tar xf - -C "$1"; }
again() { # FOLDER
	own_tree "$1" && ln -s "$tree/build/static-deps" "$1/build/static-deps" &&
		make -s -C "$1" -j2 PROFILE=static VERSION=1 CC="$tree/build/static-deps/$(uname -m)/cc" build/static/nettape-collect
}
offline=
[ "$(id -u)" -eq 0 ] && unshare -n true 2>>log && offline="unshare -n"
from_scratch() { # FOLDER TARBALLS
	# shellcheck disable=SC2086 # a command or nothing
	own_tree "$1" && touch "$1/begun" && $offline env STATIC_SRC="$2" make -s -C "$1" -j2 static VERSION=1
}
check "our own code alone is built in a folder" again one
check "all of it is built from STATIC_SRC in another, offline" from_scratch two/with/a/longer-name "$tree/build/static-deps/src"
check "two builds have the same bytes" cmp one/build/static/nettape-collect two/with/a/longer-name/build/static/nettape-collect
check "the build writes below build/ alone" sh -c 'test -z "$(find two/with/a/longer-name -newer two/with/a/longer-name/begun ! -type d ! -path "*/longer-name/build/*" | tee /dev/stderr)"'
mkdir damaged && cp "$tree"/build/static-deps/src/*.dsc "$tree"/build/static-deps/src/*.tar.* damaged/
for f in damaged/zlib_*.orig.tar.*; do printf x >>"$f"; done
refused() { ! from_scratch three "$PWD/damaged" && ! ls three/build/static-deps/*/lib/libz.a; }
check "a tarball without its own checksum is refused" refused
check "the recipe names no host" sh -c "! grep -nE 'https?://|ftp://' '$tree/.packaging/static-deps.sh'"
rm -rf one two three damaged
check "make size" sh -c "make -s -C '$tree' size >'$PWD/size.txt'"
check "make size: by part" sh -c 'for part in libcurl.a libzstd.a libz.a libmd.a libc.a collect/ schema/ sum; do grep -q "^$part " size.txt || exit 1; done'
check "make size: the parts are the file" awk -v size="$size" '$1 == "sum" { exit !($5 > size * 0.95 && $5 < size * 1.05) }' size.txt

# arm64
if [ ! -x "$arm64" ]; then
	skip "arm64" "no cross compiler: make deps-static"
elif ! command -v qemu-aarch64-static >/dev/null; then
	skip "arm64" "no qemu-aarch64-static: make deps-static"
else
	check "arm64: is at most 600 KiB" test "$(stat -c %s "$arm64")" -le $((600 * 1024))
	check "arm64: is a static program of that machine" sh -c "readelf -hW '$arm64' | grep -q AArch64 && ! readelf -lW '$arm64' | grep -q INTERP"
	for d in $dumps "$work/giant"; do
		dump=$(basename "$d")
		check "arm64: dump $dump" status_is 0 timeout 120 qemu-aarch64-static "$arm64" --root "$d" --for 400ms --every 200ms -q -o "arm64-$dump.tar.zst"
		check "arm64: dump $dump: the analyzer reads it" reads "arm64-$dump.tar.zst"
	done
	check "arm64: its giant has every CPU" rows arm64-giant.tar.zst "SELECT count(DISTINCT entity) FROM series WHERE source = 'softnet'" 1024
	# qemu knows neither sock_diag nor the ethtool ioctl: the one falls back, the other fails
	check "arm64: live" status_is 0 timeout 120 qemu-aarch64-static "$arm64" --for 6s --every 3s -q -o arm64-live.tar.zst --metrics "http://localhost:$port"
	unpack arm64-live.tar.zst
	check "arm64, live: counters, sockets and metrics" judge \
		"b['arch'] == 'aarch64' and status('proc/net/softnet_stat') == ['ok'] * 3 and status('cmd/ss_-ltnm')[0] in ('ok', 'fallback') and set(status('admin/metrics.json')) == {'ok'}"
	check "arm64, live: the analyzer reads it" reads arm64-live.tar.zst
fi

# What is sent
dist=$tree/build/dist
if [ -x "$arm64" ]; then
	check "dist: the sums hold" sh -c "cd '$dist' && sha256sum -c SHA256SUMS"
	for m in x86_64 aarch64; do
		check "dist: one file for $m, in the sums" sh -c "test -x '$dist'/nettape-collect-*-linux-$m && grep -q -- '-linux-$m\$' '$dist/SHA256SUMS'"
	done
	check "dist: the one for this machine is that tested here" sh -c "cmp '$collect' '$dist'/nettape-collect-*-linux-$(uname -m)"
	"$collect" --help >help.txt
	for about in 'What it reads' 'What it does not read' 'What is in the file' 'How to send it' 'age -r' 'gpg -e' '-o -' '--list-sources' '--exclude' 'tar tf'; do
		check "dist: the customer's page has: $about" grep -q -e "$about" "$dist/CUSTOMER.txt"
	done
	check "dist: the customer's page fits one" test "$(wc -l <"$dist/CUSTOMER.txt")" -le 60
	options=$(grep -o ' --[a-z][a-z-]*' "$dist/CUSTOMER.txt" | sort -u)
	for option in $options; do
		check "dist: $option of the customer's page is there" grep -q -e "$option " help.txt
	done
else
	skip "dist" "no cross compiler: make deps-static"
fi

# Memory, and manners, over 2,000 ticks
check "2,000 fast ticks" after_ticks 2000
peak >end.txt
kill -INT "$recorder"
wait "$recorder"
recorder=
check "2,000 fast ticks: the bundle is whole" sha256sum -c many.tar.zst.sha256
read -r first first_data <start.txt
read -r last last_data <end.txt
check "2,000 fast ticks: memory does not grow ($first kB after 300, $last kB at the end)" test "$last" -le $((first + 512))
# but for threads: at 10 ms a source that others keep from the CPU is late, and the next needs a thread
# more, 600 kB with its stack and its text.  A page lost in each tick would be 6,800 kB
check "2,000 fast ticks: none is asked for ($first_data kB after 300, $last_data kB at the end)" test "$last_data" -le $((first_data + 2560))
check "runs at niceness 19" test "$(sed -n 2p start.txt)" = 19
unpack many.tar.zst
check "has the idle I/O class" judge "b['io_class'] == 'idle' and b['nice'] == 19 and b['oom_score_adj'] >= 800"
check "goes first when memory ends" test "$(sed -n 3p start.txt)" -ge 800
exit "$failed"
