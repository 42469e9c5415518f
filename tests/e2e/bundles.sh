#!/bin/sh
# One recording read in every form it may arrive in, cut, damaged and hostile.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=bundles
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
mkdir -p "$work/x"
ticks() { analyze --sql 'SELECT count(*) FROM snapshot' "$1" 2>"$work/err" | tail -n 1 | tr -dc 0-9; }
reason() { analyze --sql "SELECT v FROM meta WHERE k = 'end_reason'" "$1" 2>/dev/null | tail -n 1; }

"$collect" -q --for 2s --every 500ms --no-http --force -o "$work/b.tar.zst" || {
	verdict "this host is recorded" 1
	exit 1
}
zstd -qdf "$work/b.tar.zst" -o "$work/b.tar" 2>/dev/null
tar -xf "$work/b.tar" -C "$work/x"
stem=$(ls "$work/x")
taken=$(find "$work/x" -name tick.json | wc -l) # 5, fewer where the machine was too busy
gzip -k "$work/b.tar"
xz -k0 "$work/b.tar"
for form in b.tar.zst b.tar b.tar.gz b.tar.xz x "x/$stem"; do
	[ "$taken" -gt 1 ] && [ "$(ticks "$work/$form")" = "$taken" ]
	verdict "reads $(echo "$form" | sed "s/$stem/STEM/")" $?
done
[ "$(analyze --sql 'SELECT count(*) FROM snapshot' - <"$work/b.tar.zst" | tail -n 1 | tr -dc 0-9)" = "$taken" ]
verdict "reads standard input" $?
[ "$(reason "$work/b.tar.gz")" = complete ]
verdict "says that it is complete" $?

# the store of the tar and of its folder are the same, but for the file's own facts
for form in b.tar x; do
	rm -f "$work/$form.db"
	analyze --db "$work/$form.db" "$work/$form" >/dev/null
	sqlite3 "$work/$form.db" "SELECT source, entity, name, n, first, last, increase FROM series ORDER BY 1, 2, 3" >"$work/$form.series"
done
[ -s "$work/x.series" ] && cmp -s "$work/b.tar.series" "$work/x.series"
verdict "a folder gives the same series as the tar" $?

# cut at many places: never a crash, never more than it has, always said
size=$(wc -c <"$work/b.tar.zst")
bad=0 read_some=0
for i in $(seq 1 24); do
	head -c $((size * i / 25)) "$work/b.tar.zst" >"$work/cut.tar.zst"
	analyze --sql "SELECT v FROM meta WHERE k = 'end_reason'" "$work/cut.tar.zst" >"$work/out" 2>"$work/err"
	case $? in
	0) read_some=$((read_some + 1)) && grep -q cut "$work/out" || bad=1 ;;
	3) grep -q 'not a bundle' "$work/err" || bad=1 ;;
	*) bad=1 ;;
	esac
done
[ "$bad" -eq 0 ] && [ "$read_some" -gt 5 ]
verdict "a bundle cut anywhere is read as far as it goes" $?
analyze "$work/cut.tar.zst" | head -n 12 | grep -qi 'cut'
verdict "the report's head says that it was cut" $?

# bytes turned over: a message or a report, no crash
bend "$work/b.tar" "$work/bent.tar" 200 20
verdict "damaged bundles are data" $?

# members that a stranger made up
python3 - "$work" <<'PY'
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
analyze "$work/hostile.tar" >"$work/out" 2>"$work/err"
verdict "a hostile bundle is analyzed" $?
! grep -q "$(printf '\033')" "$work/out"
verdict "no escape sequence of it reaches the terminal" $?
grep -q 'passed over' "$work/out"
verdict "entries that are no members are counted" $?
for what in headless damaged; do
	analyze "$work/$what.tar" >"$work/out" 2>&1
	[ $? -lt 2 ] && grep -q 'bundle.json is missing or damaged' "$work/out" && grep -q 'eth0' "$work/out"
	verdict "a $what bundle is read, and the report says what it lacks" $?
done
analyze --sql "SELECT group_concat(DISTINCT entity) FROM series WHERE source = 'softnet'" "$work/space.tar" 2>&1 | tail -1 | grep -qx cpu0
verdict "what is the host's counts once, whatever namespaces show of it" $?
analyze --sql "SELECT snap FROM note WHERE member = 'proc/net/softnet_stat'" "$work/space.tar" 2>&1 | tail -1 | grep -qx 2
verdict "a note tells the snapshot of its line" $?
analyze --sql "SELECT increase || ' ' || resets FROM series WHERE source = 'softnet' AND name = 'dropped'" "$work/again.tar" >"$work/out" 2>&1
tail -1 "$work/out" | grep -qx '6 0'
verdict "members and ticks that come again or too late count once" $?
analyze "$work/again.tar" >"$work/out" 2>&1
[ $? -lt 2 ] && grep -q 'not later than the one before' "$work/out"
verdict "and a tick out of order is told" $?
analyze "$work/newer.tar" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q 'format 2' "$work/out"
verdict "a newer format is refused by name" $?
for what in foreign.tar b.tar.series; do
	analyze "$work/$what" >"$work/out" 2>&1
	[ $? -eq 3 ] && grep -q 'not a bundle' "$work/out"
	verdict "$what is no bundle, and it says so" $?
done
analyze "$work/nothing-here" >"$work/out" 2>&1
[ $? -eq 3 ] && grep -q 'No such file' "$work/out"
verdict "a file that is not there" $?
