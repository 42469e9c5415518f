#!/bin/sh
# What a long recording costs: nothing is allocated in its ticks, a day of them takes the memory of
# the first ones.  The time between two ticks is skipped; what is done in them is the real work.
# shellcheck disable=SC2317,SC2016,SC2094 # functions that check calls; awk
set -u
cd "$(dirname "$0")/../.." || exit 1
name=steady
# shellcheck source=tests/e2e/lib/collect.sh
. tests/e2e/lib/collect.sh
preload=$PWD/tests/preload dump=$PWD/tests/dumps/selfcap old=$build/tests/old_kernel
cd "$work" || exit 1
server='' recorder='' namespaces=

clean() {
	for pid in $server $recorder; do kill "$pid" 2>/dev/null; done
	for ns in $namespaces; do ip netns del "$ns"; done
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

if ldd "$collect" | grep -q 'libasan\|libclang_rt'; then
	skip "no allocation in a tick" "the sanitizer has an allocator of its own"
	exit 0
fi
for so in count_alloc skip_sleep; do
	if ! "${CC:-cc}" -O1 -shared -fPIC -D_GNU_SOURCE -o $so.so "$preload/$so.c" -ldl 2>>log; then
		skip "no allocation in a tick" "$so needs glibc"
		exit 0
	fi
done
skip_sleep=$PWD/skip_sleep.so count=$PWD/count_alloc.so

# clean_ticks FROM TO: not one allocation in those ticks; else it says from where
clean_ticks() {
	awk -v from="$1" -v to="$2" '/^[0-9]/ && $1 >= from && $1 <= to && $2 { print; bad = 1 }
		/^#/ { shown = $3 <= to } shown; END { exit bad }' calls
}
# counted WHAT SHIMS FROM TO COMMAND...: up to three times, since a machine under load may need a thread
# more than it ever did, which is allocated once; what a tick allocates by itself is there each time
counted() {
	case=$1 shims=$2 from=$3 to=$4 try=0 got=0
	shift 4
	while [ $try -lt 3 ]; do
		env COUNT_ALLOC="$PWD/calls" COUNT_FROM="$from" LD_PRELOAD="$shims" "$@" 2>>log
		got=$?
		[ $got -eq 0 ] && clean_ticks "$from" "$to" >>log && break
		try=$((try + 1))
	done
	check "$case: exit status 0" test $got -eq 0
	check "$case: ticks were counted" test "$(grep -c '^[0-9]' calls)" -gt "$to"
	check "$case: no allocation in ticks $from to $to" clean_ticks "$from" "$to"
}
# fast WHAT COMMAND...: every source comes each 10 s
fast() {
	case=$1
	shift
	counted "$case" "$count $skip_sleep" 11 59 "$@" --for 10m --every 10s --force -q
}

fast "this host" "$collect" -o host.tar.zst
unpack host.tar.zst
check "this host: the ticks are whole" judge \
	"e['ticks_taken'] == 61 and e['ticks_missed'] == 0 and status('proc/net/softnet_stat') == ['ok'] * 61 and status('cmd/ss_-tanmieo') == ['ok'] * 61"
check "this host: the counter does count" awk '$1 == "0" && $2 > 100 { ok = 1 } END { exit !ok }' calls
fast "gzip" "$collect" -o host.tar.gz
fast "none" "$collect" -o host.tar
fast "processes" "$collect" --pid $$ --comm '*sh' --comm 'ksoft*' -o tasks.tar
fast "dump" "$collect" --root "$dump" -o dump.tar
counted "time as it is" "$count" 3 6 "$collect" --for 7s --every 1s --pace 'tcp*=1s' --pace ss-summary=1s --pace 'cgroup*=1s' --pace owners=1s --force -q -o real.tar.zst
if "$old" 38 "$collect" --version >>log 2>&1; then
	fast "old kernel" "$old" 38 "$collect" -o old.tar
else
	skip "old kernel" "no seccomp filter of this machine"
fi

cat >admin.py <<'PY'
import http.server, threading
class Admin(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        body = b'{"rt/http/server/0.0.0.0/4140/requests":17}' * 1000
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass
class Closes(Admin): protocol_version = 'HTTP/1.0'
servers = [http.server.ThreadingHTTPServer(('127.0.0.1', 0), a) for a in (Admin, Closes)]
threading.Thread(target=servers[1].serve_forever, daemon=True).start()
print(*(s.server_port for s in servers), flush=True)
servers[0].serve_forever()
PY
python3 admin.py >ports &
server=$!
wait_for 10 test -s ports
read -r stays closes <ports
fast "metrics" "$collect" --metrics "http://127.0.0.1:$stays" --metrics "http://localhost:$closes" -o metrics.tar
unpack metrics.tar
check "metrics: are there" judge "status('admin/metrics.json') == ['ok'] * 122"

if [ "$(id -u)" -eq 0 ] && ip netns add "sta$$" 2>>log && namespaces="sta$$" && ip netns add "stb$$"; then
	namespaces="sta$$ stb$$"
	ip link add "va$$" netns "sta$$" type veth peer name "vb$$" netns "stb$$"
	nsenter --net="/run/netns/stb$$" sh -c "ip addr add 192.0.2.2/24 dev vb$$; ip addr add 192.0.2.3/24 dev vb$$ label vb$$:1; ip link set vb$$ up"
	fast "namespaces" "$collect" --no-http --netns "sta$$" --netns "stb$$" -o netns.tar
	unpack netns.tar
	check "namespaces: the NIC's own counters are there" judge "has('snap/000030/netns/stb$$/cmd/ethtool_-S_vb$$')"
else
	skip "namespaces" "needs root and ip netns"
fi

# A day: 8,640 intervals of 10 s
resident() { awk '$1 == "VmHWM:" { print $2 }' "/proc/$1/status" 2>/dev/null; }
LD_PRELOAD=$skip_sleep "$collect" --for 1d --every 10s -q -o day.tar.zst 2>>log &
recorder=$!
while sleep 0.2; do resident $recorder || break; done >resident
wait $recorder
check "a day: exit status 0" test $? -eq 0
recorder=
early=$(awk '{ v[NR] = $1 } END { print v[int(NR / 10) + 1] }' resident) late=$(tail -n 1 resident)
check "a day: memory was looked at often ($(wc -l <resident) times)" test "$(wc -l <resident)" -ge 20
check "a day: memory does not grow ($early kB after a tenth, $late kB at the end)" test "$late" -le $((early + 512))
check "a day: the file stays below 100 MB ($(stat -c %s day.tar.zst) bytes)" test "$(stat -c %s day.tar.zst)" -lt 100000000
check "a day: the sum beside it holds" sha256sum -c day.tar.zst.sha256
zstd -dcq day.tar.zst | tar xf - --warning=no-timestamp --wildcards '*/bundle.json' '*/end.json' '*/tick.json'
cat >day.py <<'PY'
import glob, json
load = lambda p: json.load(open(p))
end, = glob.glob('*/end.json')
e, b = load(end), load(end.replace('end.json', 'bundle.json'))
ticks = [load(p) for p in sorted(glob.glob('*/snap/*/tick.json'))]
assert e['reason'] == 'complete' and e['ticks_taken'] == e['ticks_asked'] == b['ticks_asked'] == 8641, e['ticks_taken']
assert e['ticks_missed'] == 0 and [t['tick'] for t in ticks] == list(range(8641)), 'ticks are missed'
assert not any(t['missed'] for t in ticks) and ticks[-1]['last'], 'the last tick'
for clock in 'monotonic_ns', 'realtime_ns', 'boottime_ns':
    at = [t[clock] - ticks[0][clock] for t in ticks]
    # each 10 s after the one before, but for what the machine makes it late
    assert all(0 <= t - 10**10 * i < 2 * 10**9 for i, t in enumerate(at)), clock
    assert at[-1] >= 86400 * 10**9
assert all(any(c[0] == 'cmd/ss_-tanmieo' and c[1] == 'ok' for c in t['captures']) for t in ticks), 'a source of 10 s'
PY
check "a day: 8,641 ticks, none missed, each at its time" python3 day.py
check "a day: the analyzer reads it" sh -c "'$analyze' --fail-on never --no-pager day.tar.zst >day.txt"
check "a day: as a day" grep -q '1d of 1d asked, 8641 ticks every 10 s' day.txt
check "a day: the clock ran for as long" sh -c "'$analyze' --fail-on never --sql 'SELECT count(*), max(t) - min(t) FROM snapshot' day.tar.zst | tail -n 1 | awk '\$1 == 8641 && \$2 > 86399 && \$2 < 86402 { ok = 1 } END { exit !ok }'"
exit "$failed"
