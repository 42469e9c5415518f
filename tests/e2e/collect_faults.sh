#!/bin/sh
# What can go wrong while the collector records: signals, a full disk, sources that
# block or vanish, servers at fault, a user without rights.
# shellcheck disable=SC2317 # functions that check calls
set -u
cd "$(dirname "$0")/../.." || exit 1
name=collect_faults
# shellcheck source=tests/e2e/lib/collect.sh
. tests/e2e/lib/collect.sh
here=$PWD/tests/e2e
cd "$work" || exit 1
few="--exclude sysctl-* --exclude irq-affinity --no-http -q"
disk=$work/disk server=

clean() {
	exec 8>&-
	[ -n "$server" ] && wait "$server"
	[ -d "$disk" ] && umount "$disk" 2>/dev/null
	return 0
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

ticks() { zstd -dcq "$1" 2>/dev/null | tar tf - 2>/dev/null | grep -c 'tick.json$'; }
whole() { case $1 in *.gz) gzip -t "$1" ;; *) zstd -tq "$1" ;; esac }
has_ticks() { [ "$(ticks "$1")" -ge "$2" ]; }

# What takes longest begins first: a command that blocks, and servers at fault
# shellcheck disable=SC2086
timeout 60 "$collect" --for 1s --every 200ms $few --run "stuck=sleep 61.$$" --run 'loud=yes' --run 'none=/no/such/program' \
	--run 'bad=false' -o stuck.tar 2>>log &
stuck=$!
modes="tree flat gzip early garbage tls redirect nothing 500 403 404 huge bomb hang drip"
mkfifo hold
# shellcheck disable=SC2086
python3 "$here/faulty_http.py" $modes <hold >ports &
server=$!
exec 8>hold
wait_for 10 grep -q '^drip ' ports
port() { awk -v m="$1" '$1 == m { print $2 }' ports; }
urls=
for m in $modes; do urls="$urls --metrics http://127.0.0.1:$(port "$m")"; done
# shellcheck disable=SC2086
timeout 60 "$collect" --for 1s --every 500ms -q --exclude 'sysctl-*' --exclude client-state --exclude server-info $urls \
	-o http.tar.zst 2>>log &
http=$!

# Signals
for s in INT TERM HUP; do
	# shellcheck disable=SC2086 # several words
	"$collect" --for 1h --every 100ms $few -o "$s.tar.zst" 2>>log &
	pid=$!
	wait_for 5 has_ticks "$s.tar.zst.part" 3
	kill -s "$s" $pid
	wait $pid
	check "SIG$s: exit status 1" test $? -eq 1
	check "SIG$s: the sum holds" sha256sum -c "$s.tar.zst.sha256"
	unpack "$s.tar.zst"
	check "SIG$s: the bundle is whole" judge \
		"e['reason'] == 'signal' and e['detail'] == 'SIG$s' and t[-1]['last'] and len(t) == e['ticks_taken'] >= 3 and has('snap/%06d/cmd/ss_-tan' % t[-1]['tick'])"
done
# shellcheck disable=SC2086
"$collect" --for 1h --every 100ms $few -o kill.tar.zst 2>>log &
pid=$!
wait_for 5 has_ticks kill.tar.zst.part 5
kill -s KILL $pid
wait $pid 2>/dev/null
check "SIGKILL: the .part stays" test -e kill.tar.zst.part
check "SIGKILL: no file of the final name" test ! -e kill.tar.zst
check "SIGKILL: reads up to the last whole tick" has_ticks kill.tar.zst.part 5
unpack kill.tar.zst.part
check "SIGKILL: those ticks are whole" judge "not e and [r['tick'] for r in t[:5]] == [0, 1, 2, 3, 4] and rows(t[4], 'proc/stat')[0][1] == 'ok'"
for kind in tar.zst tar.gz; do # between two ticks
	# shellcheck disable=SC2086
	"$collect" --for 1h --every 3s $few -o "killed.$kind" 2>>log &
	pid=$!
	wait_for 5 sh -c "tar tf killed.$kind.part 2>/dev/null | grep -q tick.json"
	kill -s KILL $pid
	wait $pid 2>/dev/null
	mv "killed.$kind.part" "killed.$kind"
	check "SIGKILL, .$kind: the file is a whole stream" whole "killed.$kind"
	"$analyze" --fail-on never "killed.$kind" >"killed.$kind.txt" 2>>log
	check "SIGKILL, .$kind: the analyzer has that tick" grep -q ', 1 ticks' "killed.$kind.txt"
	check "SIGKILL, .$kind: and says that the bundle was cut" grep -q 'was cut' "killed.$kind.txt"
done
# shellcheck disable=SC2086
check "a .part of another run is not touched" status_is 3 "$collect" --for 0.1 --every 0.1 $few -o kill.tar.zst

# A full disk: first as the reserve shows it, then in the middle of a tick
if [ "$(id -u)" -eq 0 ] && mkdir -p "$disk" && mount -t tmpfs -o size=300k tmpfs "$disk" 2>>log; then
	# shellcheck disable=SC2086
	check "ENOSPC: exit status 1" status_is 1 timeout 20 "$collect" --for 1h --every 10ms $few -o "$disk/f.tar.zst"
	check "ENOSPC: the sum holds" sh -c "cd '$disk' && sha256sum -c f.tar.zst.sha256"
	cp "$disk/f.tar.zst" f.tar.zst
	unpack f.tar.zst
	check "ENOSPC: the bundle is whole and says why" judge "e['reason'] == 'disk' and len(t) > 2 and t[-1]['last']"
	dd if=/dev/zero of="$disk/fill" bs=1k 2>/dev/null
	# shellcheck disable=SC2086
	check "ENOSPC: nothing is begun on a full disk" status_is 3 "$collect" --for 1 --every 1 $few -o "$disk/g.tar"
	check "ENOSPC: and nothing left behind" sh -c "! ls '$disk'/g.*"
	rm "$disk/fill"
	# a tick that is suddenly larger than all that was kept back for it
	for kind in tar.zst tar.gz tar; do
		rm -f "$disk"/* noise
		mount -o remount,size=6m "$disk"
		# shellcheck disable=SC2086
		timeout 20 "$collect" --for 1h --every 50ms $few --run 'noise=dd if=noise bs=1M' --pace noise=50ms -o "$disk/t.$kind" 2>>log &
		pid=$!
		sleep 1
		mount -o remount,size="$(($(du -k "$disk" | cut -f1) + 200))k" "$disk"
		head -c 4000000 /dev/urandom >noise.new && mv noise.new noise
		wait $pid
		check "full in a tick, .$kind: exit status 1" test $? -eq 1
		check "full in a tick, .$kind: the sum holds" sh -c "cd '$disk' && sha256sum -c t.$kind.sha256"
		cp "$disk/t.$kind" "t.$kind" && unpack "t.$kind"
		check "full in a tick, .$kind: ends with the tick before" judge \
			"e['reason'] == 'disk' and e['ticks_taken'] == len(t) > 1 and not any(r.get('last') for r in t) and not has('last')"
	done
	check "full in a tick: every byte reads" sh -c "zstd -tq t.tar.zst && gzip -t t.tar.gz && tar tf t.tar >/dev/null"
	umount "$disk"
else
	echo "ok - $name: ENOSPC # SKIP needs root and a tmpfs"
fi
for kind in tar.zst tar.gz tar; do
	limit=300 # blocks of 512 bytes
	[ $kind = tar ] && limit=12000
	# shellcheck disable=SC2086
	check "ulimit -f, .$kind: exit status 1" status_is 1 timeout 20 \
		sh -c "ulimit -f $limit; exec '$collect' --for 1h --every 10ms $few -o limit.$kind"
	check "ulimit -f, .$kind: the sum holds" sha256sum -c "limit.$kind.sha256"
	unpack "limit.$kind"
	check "ulimit -f, .$kind: the bundle is whole" judge "e['reason'] == 'disk' and e['ticks_taken'] == len(t) > 1 and t[-1]['last']"
done

# A source that vanishes
sleep 60 &
pid=$!
# shellcheck disable=SC2086
"$collect" --for 1s --every 200ms $few --pid $pid -o gone.tar 2>>log &
collector=$!
sleep 0.5
kill $pid
wait $pid 2>/dev/null
wait $collector
check "a process that ends ends no recording" test $? -eq 0
unpack gone.tar
check "its captures are absent from then on" judge "status('proc/$pid/stat')[0] == 'ok' and status('proc/$pid/stat')[-1] == 'absent'"

# A source that blocks
wait $stuck
check "a command that never ends costs no tick" test $? -eq 0
unpack stuck.tar
check "it is a timeout, and busy until then" judge "set(status('cmd/stuck')) == {'busy', 'timeout'} and len(t) >= 4"
check "other sources were taken meanwhile" judge "all(rows(r, 'proc/stat')[0][1] == 'ok' for r in t)"
check "a command without end is cut" judge "status('cmd/loud')[0] == 'cut' and all_rows('cmd/loud')[0][4] == 4 << 20"
check "a command that is not there is absent" judge "status('cmd/none') == ['absent', 'absent']"
check "an exit status is noted" judge "all_rows('cmd/bad')[0][6] == 'exit status 1'"
check "nothing it started lives on" sh -c "! pgrep -f '^sleep 61[.]$$\$'"

# Servers
wait $http
check "15 servers at fault end no recording" test $? -eq 0
unpack http.tar.zst
is() { # MODE STATUS NOTE
	check "HTTP $1: $2" judge "all_rows('http/127.0.0.1_$(port "$1")/')[-1][1] == '$2' and '$3' in (all_rows('http/127.0.0.1_$(port "$1")/')[-1] + ['', '', ''])[6]"
}
is tree ok ""
is flat ok ""
is gzip ok ""
is early error "closed before"
is garbage error "not JSON"
is tls error "speaks TLS"
is redirect error "HTTP 302"
is nothing error "closed without an answer"
is 500 error "HTTP 500"
is 403 denied "securityConfig"
is 404 absent "HTTP 404"
is huge cut ""
is bomb cut ""
is hang timeout "in time"
is drip timeout "in time"
check "HTTP: the tree form is asked for first" judge "'counter' in text(glob.glob(top + '/snap/*/http/127.0.0.1_$(port tree)/admin/metrics.json')[0])"
check "HTTP: the flat form is fallen back to" judge "text(glob.glob(top + '/snap/*/http/127.0.0.1_$(port flat)/admin/metrics.json')[0]) == '{\"requests\":1}'"
check "HTTP: 1 GB is cut at the cap" judge "all_rows('_$(port huge)/')[-1][4] == 32 << 20 and e['max_rss_bytes'] < 300 << 20"
check "HTTP: ticks go on meanwhile" judge "len(t) >= 2 and all(rows(r, 'proc/stat')[0][1] == 'ok' for r in t)"
# shellcheck disable=SC2086
check "an admin port that is only tried is no failure" status_is 0 "$collect" --for 1s --every 500ms --exclude 'sysctl-*' -o tried.tar
unpack tried.tar
if judge "status('http/')[:1] == ['absent']" >/dev/null; then
	check "and is asked once" judge "len(all_rows('admin/metrics.json')) == 1"
else
	echo "ok - $name: asked once # SKIP something answers on 9990 here"
fi

# A linkerd that was found by trying, and is at fault once in between
cat >flaky.py <<'PY'
import http.server
class Flaky(http.server.BaseHTTPRequestHandler):
    n = 0
    def log_message(self, *a): pass
    def do_GET(self):
        if 'metrics' in self.path: Flaky.n += 1
        self.send_response(500 if Flaky.n == 2 else 200)
        self.end_headers()
        self.wfile.write(b'{"n":%d}' % Flaky.n)
server = http.server.HTTPServer(('127.0.0.1', 9990), Flaky)
print('up', flush=True)
server.serve_forever()
PY
cat >flaky.sh <<'SH'
ip link set lo up || exit 77
python3 flaky.py >flaky.up &
tries=0
while [ ! -s flaky.up ] && [ $tries -lt 100 ]; do sleep 0.05; tries=$((tries + 1)); done
"$1" --for 800ms --every 200ms --pace metrics=200ms --exclude 'sysctl-*' -q -o flaky.tar
got=$?
kill $!
exit $got
SH
if [ "$(id -u)" -eq 0 ] && unshare -n ip link set lo up 2>>log; then
	check "a linkerd at fault once: exit status 0" status_is 0 timeout 20 unshare -n sh flaky.sh "$collect"
	unpack flaky.tar
	check "is asked again, though it was only tried" judge "status('admin/metrics.json') == ['ok', 'error', 'ok', 'ok', 'ok']"
else
	echo "ok - $name: a linkerd at fault once # SKIP needs root and namespaces"
fi

# A host that does not let it hold back
# shellcheck disable=SC2016 # the inner shell's
granted() { # SCRIPT that hides files of the process it becomes
	unshare -m sh -c "mount --make-rprivate / && $1"' && exec "$0" --for 200ms --every 200ms --no-http -o granted.tar --force' "$collect" 2>granted.txt
}
if [ "$(id -u)" -eq 0 ] && unshare -m mount --make-rprivate / 2>>log && [ "$(cat /proc/self/oom_score_adj)" -lt 700 ]; then
	check "a /proc that cannot be written: exit status 0" status_is 0 granted "mount -o remount,ro,bind /proc"
	check "a /proc that cannot be written: the end says so" grep -q 'not all restraint was granted: niceness 19 of 19, I/O class .*, oom_score_adj .* of 800' granted.txt
	unpack granted.tar
	check "a /proc that cannot be written: the bundle too" judge "b['nice'] == 19 and b['oom_score_adj'] < 700"
	: >hidden
	check "only an oom_adj (before Linux 2.6.36): exit status 0" status_is 0 granted 'mount --bind hidden /proc/$$/oom_score_adj && mount -o remount,ro,bind /proc/$$/oom_score_adj'
	unpack granted.tar
	check "only an oom_adj: it is set" judge "760 <= b['oom_score_adj'] <= 830"
else
	echo "ok - $name: a host that does not let it hold back # SKIP needs root and mount namespaces"
fi

# A kernel before 3.17 has no /proc/thread-self: a thread's namespace is in /proc/self/task.  Here /proc is
# a folder of links to all else that is in it.
cat >old_proc.sh <<'SH'
mount --make-rprivate / && mkdir -p real && mount -t proc proc real && mount -t tmpfs -o mode=755 none /proc || exit 77
real=$PWD/real
for entry in "$real"/*; do
	[ "${entry##*/}" = thread-self ] || ln -s "$entry" "/proc/${entry##*/}" || exit 77
done
[ ! -e /proc/thread-self ] && [ -e /proc/self/task/$$/net/dev ] || exit 77
exec "$@"
SH
if [ "$(id -u)" -eq 0 ] && ip netns add "op$$" 2>>log; then
	ip -n "op$$" link add "opv$$" type veth peer name "opw$$"
	unshare -m sh old_proc.sh "$collect" --for 2s --every 1s --no-http -q --netns "op$$" --exclude 'sysctl-*' -o oldproc.tar 2>>log
	got=$?
	ip netns del "op$$"
	if [ $got -eq 77 ]; then
		echo "ok - $name: no /proc/thread-self # SKIP needs to mount another /proc"
	else
		check "no /proc/thread-self: exit status 0" test $got -eq 0
		unpack oldproc.tar
		check "no /proc/thread-self: the counters are there" judge "status('proc/net/softnet_stat') == ['ok'] * 3 and len([s for s in status('proc/net/dev') if s == 'ok']) == 6"
		check "no /proc/thread-self: a namespace's are its own" judge "'opv$$:' in text('snap/000001/netns/op$$/proc/net/dev') and 'opv' not in text('snap/000001/proc/net/dev')"
		check "no /proc/thread-self: those that tools read, too" judge "'opv$$' in text('snap/000001/netns/op$$/cmd/ifconfig_-a') and 'opv' not in text('snap/000001/cmd/ifconfig_-a')"
	fi
else
	echo "ok - $name: no /proc/thread-self # SKIP needs root and network namespaces"
fi

# Without rights
mkdir -p nobody
chmod 777 nobody
as="setpriv --reuid=65534 --regid=65534 --clear-groups"
if [ "$(id -u)" -eq 0 ] && $as test -x "$collect" && $as test -w "$work/nobody" 2>>log; then
	# shellcheck disable=SC2086
	check "without root: exit status 0" status_is 0 $as "$collect" --for 2s --every 1s --no-http --pid 1 -o nobody/n.tar
	check "without root: the end says what that costs" grep -q "not run as root" err
	unpack nobody/n.tar
	check "without root: what is denied is recorded" judge "b['uid'] == 65534 and any('processes denied' in str(c) for c in all_rows('cmd/ss_-tanp'))"
	check "without root: the counters are there" judge "status('proc/stat') == ['ok'] * 3 and status('cmd/ss_-tan')[0] == 'ok'"
else
	echo "ok - $name: without root # SKIP cannot become another user here"
fi
exit "$failed"
