#!/bin/sh
# One recording read in every form it may arrive in, cut, damaged and hostile.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
dir=${TESTLOG:-build}/bundles
rm -rf "$dir"
mkdir -p "$dir/x"
analyze() { timeout 60 "$build/nettape-analyze" --no-pager --fail-on never "$@"; }
verdict() { # WHAT STATUS
	if [ "$2" -eq 0 ]; then echo "ok - bundles: $1"; else echo "not ok - bundles: $1"; fi
}
ticks() { analyze --sql 'SELECT count(*) FROM snapshot' "$1" 2>"$dir/err" | tail -n 1 | tr -dc 0-9; }
reason() { analyze --sql "SELECT v FROM meta WHERE k = 'end_reason'" "$1" 2>/dev/null | tail -n 1; }

"$build/nettape-collect" -q --for 2s --every 500ms --no-http --force -o "$dir/b.tar.zst" || {
	echo "not ok - bundles: no recording"
	exit 1
}
zstd -qdf "$dir/b.tar.zst" -o "$dir/b.tar" 2>/dev/null
tar -xf "$dir/b.tar" -C "$dir/x"
stem=$(ls "$dir/x")
taken=$(find "$dir/x" -name tick.json | wc -l) # 5, fewer where the machine was too busy
gzip -k "$dir/b.tar"
xz -k0 "$dir/b.tar"
for form in b.tar.zst b.tar b.tar.gz b.tar.xz x "x/$stem"; do
	[ "$taken" -gt 1 ] && [ "$(ticks "$dir/$form")" = "$taken" ]
	verdict "reads $(echo "$form" | sed "s/$stem/STEM/")" $?
done
[ "$(analyze --sql 'SELECT count(*) FROM snapshot' - <"$dir/b.tar.zst" | tail -n 1 | tr -dc 0-9)" = "$taken" ]
verdict "reads standard input" $?
[ "$(reason "$dir/b.tar.gz")" = complete ]
verdict "says that it is complete" $?

# the store of the tar and of its folder are the same, but for the file's own facts
for form in b.tar x; do
	rm -f "$dir/$form.db"
	analyze --db "$dir/$form.db" "$dir/$form" >/dev/null
	sqlite3 "$dir/$form.db" "SELECT source, entity, name, n, first, last, increase FROM series ORDER BY 1, 2, 3" >"$dir/$form.series"
done
[ -s "$dir/x.series" ] && cmp -s "$dir/b.tar.series" "$dir/x.series"
verdict "a folder gives the same series as the tar" $?

# cut at many places: never a crash, never more than it has, always said
size=$(wc -c <"$dir/b.tar.zst")
bad=0 read_some=0
for i in $(seq 1 24); do
	head -c $((size * i / 25)) "$dir/b.tar.zst" >"$dir/cut.tar.zst"
	analyze --sql "SELECT v FROM meta WHERE k = 'end_reason'" "$dir/cut.tar.zst" >"$dir/out" 2>"$dir/err"
	case $? in
	0) read_some=$((read_some + 1)) && grep -q cut "$dir/out" || bad=1 ;;
	3) grep -q 'not a bundle' "$dir/err" || bad=1 ;;
	*) bad=1 ;;
	esac
done
[ "$bad" -eq 0 ] && [ "$read_some" -gt 5 ]
verdict "a bundle cut anywhere is read as far as it goes" $?
analyze "$dir/cut.tar.zst" | head -n 12 | grep -qi 'cut'
verdict "the report's head says that it was cut" $?

# bytes turned over: a message or a report, no crash
bad=0
for i in $(seq 1 20); do
	python3 - "$dir/b.tar" "$dir/bent.tar" "$i" <<'PY'
import random, sys
data = bytearray(open(sys.argv[1], "rb").read())
r = random.Random(int(sys.argv[3]))
for _ in range(200):
    data[r.randrange(len(data))] = r.randrange(256)
open(sys.argv[2], "wb").write(data)
PY
	analyze "$dir/bent.tar" >/dev/null 2>&1
	case $? in 0 | 3) ;; *) bad=1 ;; esac
done
verdict "damaged bundles are data" "$bad"

# members that a stranger made up
python3 - "$dir" <<'PY'
import io, sys, tarfile
d = sys.argv[1]
def put(t, name, text, **kw):
    i = tarfile.TarInfo(name)
    for k, v in kw.items():
        setattr(i, k, v)
    i.size = len(text)
    t.addfile(i, io.BytesIO(text))
about = b'{"format":1,"tool":"nettape-collect","host":"h\\u001b[31m","kernel":"6.1.0"}'
tick = lambda n: b'{"tick":%d,"realtime_ns":%d,"monotonic_ns":%d,"late_ns":0,"captures":[]}' % (n, 10**18 + n * 10**9, 10**9 * (n + 1))
with tarfile.open(d + "/hostile.tar", "w") as t:
    put(t, "S/bundle.json", about)
    put(t, "../../etc/passwd", b"x")
    put(t, "/abs", b"x")
    put(t, "S/snap/000000/proc/net/../dev", b"x")
    put(t, "S/snap/99999999999999999999/proc/stat", b"cpu 1")
    link = tarfile.TarInfo("S/host/link"); link.type = tarfile.SYMTYPE; link.linkname = "/etc/passwd"; t.addfile(link)
    dev = tarfile.TarInfo("S/host/dev"); dev.type = tarfile.CHRTYPE; t.addfile(dev)
    for n in (0, 2, 1, 2):
        put(t, "S/snap/%06d/proc/net/dev" % n, b"h|\nh|\n  et\x1bh0: %d 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n" % (n * 100))
        put(t, "S/snap/%06d/tick.json" % n, tick(n))
    put(t, "S/snap/000003/tick.json", b'{"tick": [' * 3000)
    put(t, "S/snap/000004/tick.json", b'{"monotonic_ns":9223372036854775807,"realtime_ns":-9223372036854775808,"captures":[["proc/stat","?",9223372036854775807,-5,-1,99999,"\\u0000"],7,[],[1,2]]}')
    put(t, "S/end.json", b"null")
for name, text in ("headless", None), ("damaged", b'{"format":1,"host":"\xff'):
    with tarfile.open(d + "/%s.tar" % name, "w") as t:
        if text:
            put(t, "S/bundle.json", text)
        for n in range(3):
            put(t, "S/snap/%06d/proc/net/dev" % n, b"h|\nh|\n  eth0: %d 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n" % (n * 100))
            put(t, "S/snap/%06d/tick.json" % n, tick(n))
with tarfile.open(d + "/space.tar", "w") as t:
    put(t, "S/bundle.json", about)
    for n in range(3):
        for path in "proc/net/softnet_stat", "netns/x/proc/net/softnet_stat":
            put(t, "S/snap/%06d/%s" % (n, path), b"%08x " % n * 9 + (b"\nwrong" if n == 2 and path[0] == "p" else b"") + b"\n")
        put(t, "S/snap/%06d/tick.json" % n, tick(n))
stats = "count max min p50 p90 p95 p99 p9990 p9999 sum avg".split()
metrics = lambda n: b'{"rt/http/client/x/requests":%d,' % n + b",".join(b'"rt/http/client/x/request_latency_ms.%s":%d' % (k.encode(), n + 9) for k in stats) + b"}"
listen = b"State Recv-Q Send-Q Local Address:Port Peer Address:Port\nLISTEN %d 9 0.0.0.0:80 0.0.0.0:*\nESTAB 0 0 10.0.0.1:80 10.0.0.2:%d\n"
with tarfile.open(d + "/again.tar", "w") as t: # the same place twice, in every way
    def members(at, n):
        for k, cmd in enumerate(("ss_-ltnm", "ss_-tan", "ss_-tanmieo")):
            put(t, "S/%s/cmd/%s" % (at, cmd), listen % (n + k, 1000 + n))
        for port in 1, 2:
            put(t, "S/%s/http/127.0.0.1_%d/admin/metrics.json" % (at, port), metrics(n))
        put(t, "S/%s/proc/net/softnet_stat" % at, b"%08x " % n * 9 + b"\n")
    for n in 0, 1, 2, 5, 3, 2, 6:
        members("snap/%06d" % n, n)
        members("snap/%06d" % n, n)
        put(t, "S/snap/%06d/tick.json" % n, tick(n))
    members("last", 6)
    members("last", 6)
with tarfile.open(d + "/newer.tar", "w") as t:
    put(t, "S/bundle.json", b'{"format":2}')
with tarfile.open(d + "/foreign.tar", "w") as t:
    put(t, "readme.txt", b"hello")
PY
analyze "$dir/hostile.tar" >"$dir/out" 2>"$dir/err"
verdict "a hostile bundle is analyzed" $?
! grep -q "$(printf '\033')" "$dir/out"
verdict "no escape sequence of it reaches the terminal" $?
grep -q 'passed over' "$dir/out"
verdict "entries that are no members are counted" $?
for what in headless damaged; do
	analyze "$dir/$what.tar" >"$dir/out" 2>&1
	[ $? -lt 2 ] && grep -q 'bundle.json is missing or damaged' "$dir/out" && grep -q 'eth0' "$dir/out"
	verdict "a $what bundle is read, and the report says what it lacks" $?
done
analyze --sql "SELECT group_concat(DISTINCT entity) FROM series WHERE source = 'softnet'" "$dir/space.tar" 2>&1 | tail -1 | grep -qx cpu0
verdict "what is the host's counts once, whatever namespaces show of it" $?
analyze --sql "SELECT snap FROM note WHERE member = 'proc/net/softnet_stat'" "$dir/space.tar" 2>&1 | tail -1 | grep -qx 2
verdict "a note tells the snapshot of its line" $?
analyze --sql "SELECT increase || ' ' || resets FROM series WHERE source = 'softnet' AND name = 'dropped'" "$dir/again.tar" >"$dir/out" 2>&1
tail -1 "$dir/out" | grep -qx '6 0'
verdict "members and ticks that come again or too late count once" $?
analyze "$dir/again.tar" >"$dir/out" 2>&1
[ $? -lt 2 ] && grep -q 'not later than the one before' "$dir/out"
verdict "and a tick out of order is told" $?
analyze "$dir/newer.tar" >"$dir/out" 2>&1
[ $? -eq 3 ] && grep -q 'format 2' "$dir/out"
verdict "a newer format is refused by name" $?
for what in foreign.tar b.tar.series; do
	analyze "$dir/$what" >"$dir/out" 2>&1
	[ $? -eq 3 ] && grep -q 'not a bundle' "$dir/out"
	verdict "$what is no bundle, and it says so" $?
done
analyze "$dir/nothing-here" >"$dir/out" 2>&1
[ $? -eq 3 ] && grep -q 'No such file' "$dir/out"
verdict "a file that is not there" $?
