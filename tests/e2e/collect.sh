#!/bin/sh
# The collector on this host: what its bundle holds, and what its options do.
# shellcheck disable=SC2317 # functions that check calls
set -u
cd "$(dirname "$0")/../.." || exit 1
name=collect
# shellcheck source=tests/e2e/lib/collect.sh
. tests/e2e/lib/collect.sh
dump=$PWD/tests/dumps/selfcap
cd "$work" || exit 1
quick="--for 400ms --every 200ms --no-http -q"

members() {
	tar tf "$1" >"$1.list" && awk -F/ '{ sub(/^[^\/]*\//, ""); print }' "$1.list" >"$1.names"
}
has_member() { grep -qxF "$1" full.tar.zst.names; }

# shellcheck disable=SC2086 # $quick is several words
check "records three ticks" status_is 0 "$collect" --for 2s --every 1s -o full.tar.zst --note "case 7"
check "the sum beside it holds" sha256sum -c full.tar.zst.sha256
check "tar lists it" members full.tar.zst
for m in bundle.json end.json host/proc/version host/proc/sys/net/core/somaxconn last/proc/sys/net/core/somaxconn \
	host/sys/class/net/lo/mtu host/cmd/ethtool_-k_lo last/cmd/ethtool_-k_lo snap/000000/tick.json \
	snap/000000/proc/net/softnet_stat snap/000001/proc/stat snap/000002/proc/net/netstat snap/000000/cmd/ss_-tan \
	snap/000002/cmd/ss_-tan snap/000001/cmd/ss_-ltnm snap/000000/cmd/ss_-tanmieo snap/000000/cmd/ss_-tanp \
	snap/000002/cmd/ss_-s snap/000001/cmd/ifconfig_-a snap/000001/cmd/tc_-s_qdisc; do
	check "holds $m" has_member "$m"
done
check "paced sources are at the ends alone" test "$(grep -c 'snap/000001/cmd/ss_-tan' full.tar.zst.names)" -eq 0
check "the record comes last in its tick" sh -c "grep snap/000001/ full.tar.zst.names | tail -1 | grep -qx snap/000001/tick.json"
check "bundle.json comes first" sh -c "head -1 full.tar.zst.names | grep -qx bundle.json"
check "end.json comes last" sh -c "tail -1 full.tar.zst.names | grep -qx end.json"
check "is for its owner alone" test "$(stat -c %a full.tar.zst)" = 600
check "leaves no .part" test ! -e full.tar.zst.part
unpack full.tar.zst
for n in 000000 000002; do
	awk 'NR > 1 && /^[^\t]/ { print $1, $2, $3, $4, $5 }' "$top/snap/$n/cmd/ss_-tanmieo" >wide
	tail -n +2 "$top/snap/$n/cmd/ss_-tan" >narrow
	check "one walk lists the sockets of tick $n both ways" cmp wide narrow
done
check "bundle.json says what was asked" judge \
	"b['format'] == 1 and b['note'] == 'case 7' and b['ticks_asked'] == 3 and b['interval_ns'] == 10**9 and '--note' in b['options']"
check "bundle.json says what the host is" judge \
	"b['kernel'] == os.uname().release and b['host'] == os.uname().nodename and b['cpus'] == os.cpu_count() and not b['dump']"
check "bundle.json says how it held back" judge "b['nice'] == 19 and b['io_class'] == 'idle' and b['oom_score_adj'] >= 800"
check "each tick says when it was" judge \
	"[r['tick'] for r in t] == [0, 1, 2] and all(0.5e9 < y['monotonic_ns'] - x['monotonic_ns'] < 2e9 for x, y in zip(t, t[1:]))"
check "each capture is recorded with its time and size" judge \
	"all(c[4] == os.path.getsize(os.path.join(top, 'snap/%06d' % r['tick'], c[0])) for r in t for c in rows(r) if c[1] == 'ok' and not c[0].startswith('host/'))"
check "what is in no record is in no tick" judge \
	"all(has('snap/%06d/%s' % (r['tick'], c[0])) for r in t for c in rows(r) if c[1] == 'ok' and not c[0].startswith('host/'))"
check "end.json says how it ended" judge \
	"e['reason'] == 'complete' and e['ticks_taken'] == 3 and e['ticks_missed'] == 0 and e['written_bytes'] > 0 and e['max_rss_bytes'] < 64 << 20"
check "sysctls are counted, not listed" judge \
	"[g for g in t[0]['groups'] if g['source'] == 'sysctl-net'][0]['ok'] > 100 and 'host/proc/sys/net/core/somaxconn' not in [c[0] for c in rows(t[0])]"
check "the secrets are left out" judge "not has('host/proc/cmdline')"
check "keys among the settings too" sh -c "! grep -E 'tcp_fastopen_key|stable_secret' full.tar.zst.names"

# shellcheck disable=SC2086
{
	check "writes .tar.gz" status_is 0 "$collect" $quick -o a.tar.gz
	check "that gzip can read" gzip -t a.tar.gz
	check "writes .tar" status_is 0 "$collect" $quick -o a.tar
	check "that tar can read" tar tf a.tar
	check "refuses .tar.xz" status_is 2 "$collect" $quick -o a.tar.xz
	check "refuses an existing file" status_is 3 "$collect" $quick -o a.tar
	check "and leaves it alone" tar tf a.tar
	check "--force overwrites it" status_is 0 "$collect" $quick --force -o a.tar
	ln -s nowhere link.tar
	check "does not follow a link" status_is 3 "$collect" $quick --force -o link.tar
	mkdir folder.tar
	check "does not replace a folder" status_is 3 "$collect" $quick --force -o folder.tar
	check "names the file itself" sh -c "mkdir -p own && cd own && '$collect' $quick && ls ./*.nettape.tar.zst ./*.sha256"
	check "-o - writes to standard output" sh -c "'$collect' $quick -o - 2>sum.txt >pipe.tar.zst && zstd -dcq pipe.tar.zst | tar tf - >/dev/null"
	check "its sum goes to standard error" sh -c "grep -q \"\$(sha256sum <pipe.tar.zst | cut -d' ' -f1)\" sum.txt"
	check "a reader that goes away is no bundle" sh -c "{ '$collect' $quick -o - 2>/dev/null; echo \$? >st; } | true; test \$(cat st) -eq 3"
	check "runs with everything closed" sh -c "'$collect' $quick -o closed.tar <&- >&- 2>&- && tar tf closed.tar"
	check "-o - with standard output closed is an error" status_is 2 sh -c "'$collect' $quick -o - >&-"
	check "--exclude takes globs" sh -c "'$collect' $quick --exclude 'ethtool*' --exclude 'sysctl-*' -o x.tar && ! tar tf x.tar | grep -q 'ethtool\|host/proc/sys'"
	check "--include takes what is off by default" sh -c "'$collect' $quick --include cmdline -o i.tar && tar tf i.tar | grep -q host/proc/cmdline"
	check "--pace makes a source slower" sh -c "'$collect' --for 400ms --every 100ms --no-http -q --pace stat=1h -o p.tar && test \$(tar tf p.tar | grep -c '/proc/stat\$') -eq 2"
	check "--run runs a command" sh -c "'$collect' $quick --run 'hi=echo  one two' -o r.tar && tar xOf r.tar --wildcards '*/snap/*/cmd/hi' | grep -qx 'one two'"
	check "--run at its own pace" sh -c "'$collect' --for 2s --every 200ms --no-http -q --run 'hi=echo x' --pace hi=200ms -o r2.tar && test \$(tar tf r2.tar | grep -c cmd/hi) -ge 3"
	check "says what it did not find" sh -c "'$collect' --for 0.2 --every 0.2 --no-http --comm nobody-is.so --pid 4194305 -o nf.tar 2>nf.txt && grep -q 'nobody-is.so: no process' nf.txt && grep -q 'process 4194305: there was none' nf.txt"
	check "watches a process by number" sh -c "sleep 9 & p=\$!; '$collect' $quick --pid \$p -o w.tar; kill \$p; tar tf w.tar | grep -q 'snap/[0-9]*/proc/'\$p/schedstat"
	check "counts its open files" sh -c "tar xOf w.tar --wildcards '*/snap/*/proc/[0-9]*/fd' | grep -qx '[0-9]*'"
	check "--for 0 ends with a signal" status_is 1 timeout --preserve-status -s TERM 1 "$collect" --for 0 --every 200ms --no-http -q -o zero.tar
}
unpack w.tar
check "--max-size ends early" status_is 1 "$collect" --for 1h --every 10ms --no-http -q --max-size 400k -o small.tar.zst
check "and keeps its word" test "$(stat -c %s small.tar.zst)" -le 409600
unpack small.tar.zst
check "and says so" judge "e['reason'] == 'size' and e['ticks_taken'] == len(t) and t[-1]['last']"
unpack zero.tar
check "the last tick of such a run is complete" judge \
	"e['reason'] == 'signal' and e['detail'] == 'SIGTERM' and has('snap/%06d/cmd/ss_-tanp' % t[-1]['tick']) and b['ticks_asked'] is None and has('last/proc/sys/net/core/somaxconn')"

check "reads a dump" status_is 0 "$collect" --root "$dump" --for 200ms --every 200ms -q -o dump.tar.zst
unpack dump.tar.zst
check "a dump's host is the dump's" judge "b['dump'] and b['host'] == 'old-host' and b['kernel'] == '6.18.0' and b['netns'] == 0"
check "a dump's files are copied as they are" cmp "$dump/proc/net/netstat" "$top/snap/000000/proc/net/netstat"
check "a dump's sockets come from its files" judge "status('cmd/ss_-tan')[0] == 'fallback' and 'Recv-Q' in text('snap/000000/cmd/ss_-tan')"
check "a dump is not asked over the network" judge "not all_rows('http/')"
mkdir -p odd/proc/net && mkfifo odd/proc/stat && ln -s /etc/passwd odd/proc/loadavg && echo "x 1" >odd/proc/meminfo
check "a FIFO in a dump blocks nothing" status_is 0 timeout 10 "$collect" --root odd --for 0.2 --every 0.2 -q -o odd.tar
unpack odd.tar
check "a link never leads out of a dump" judge "not has('snap/000000/proc/loadavg') and status('proc/stat')[0] == 'absent' and has('snap/000000/proc/meminfo')"

# the machine id: only its hash, the same for each recording of the host
id=0123456789abcdef0123456789abcdef
mkdir -p ids/etc ids/proc
echo $id >ids/etc/machine-id
check "reads a machine id" status_is 0 "$collect" --root ids --for 0.2 --every 0.2 -q -o ids.tar
unpack ids.tar
hash=$(printf 'nettape machine %s' $id | sha256sum | cut -c1-16)
check "and keeps its hash" judge "b['machine_hash'] == '$hash'"
check "but not the id" sh -c "! grep -q $id ids.tar"
echo uninitialized >ids/etc/machine-id
check "takes what is no machine id" status_is 0 "$collect" --root ids --for 0.2 --every 0.2 -q --force -o ids.tar
unpack ids.tar
check "for none" judge "b['machine_hash'] == ''"
rm ids/etc/machine-id && mkdir -p ids/var/lib/dbus && echo $id >ids/var/lib/dbus/machine-id
check "looks where D-Bus has it" status_is 0 "$collect" --root ids --for 0.2 --every 0.2 -q --force -o ids.tar
unpack ids.tar
check "when it is nowhere else" judge "b['machine_hash'] == '$hash'"
check "tells so in its list" sh -c "'$collect' --list-sources | grep -q '/etc/machine-id, of which only a salted'"

for bad in "--every 9ms" "--every 2h" "--for x" "--level 0" "--level 20" "--max-size 0" "--nope" "-z" "extra" "--include nothing-such" \
	"--pace stat" "--pace nothing=1s" "--run x" "--run =true" "--pid x" "--pid 0" "--netns nothing-such" "--metrics https://x" \
	"--metrics ftp://x" "--metrics unix:x" "--no-http --metrics http://x" "--root / --for" "--root /tmp --netns 1" "--root /no/such" "--root /etc/passwd"; do
	# shellcheck disable=SC2086
	check "usage: $bad" status_is 2 "$collect" $bad -o usage.tar
done
check "a usage error leaves nothing behind" sh -c "! ls usage.tar* 2>/dev/null"
check "--help names every option of the page" sh -c "'$collect' --help | grep -q -- --max-size"
check "--version" sh -c "'$collect' --version | grep -q 'bundle format 1'"
check "--list-sources names each source" sh -c "test \$('$collect' --list-sources | grep -c 'file\|task\|tool\|http') -ge 60"

# a server that never answers keeps no other waiting
python3 -c "
import http.server, socket
hangs = socket.create_server(('127.0.0.1', 0))
class Admin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(('127.0.0.1', 0), Admin)
open('two.new', 'w').write(f'{hangs.getsockname()[1]} {server.server_port}')
import os; os.rename('two.new', 'two')
server.serve_forever()" &
two=$!
for _ in $(seq 100); do [ -e two ] || sleep 0.1; done
read -r hangs answers <two
check "records beside a server that hangs" status_is 0 timeout 60 "$collect" --for 2s --every 250ms --pace metrics=250ms --pace client-state=1h -q \
	--metrics "http://127.0.0.1:$hangs" --metrics "http://127.0.0.1:$answers" -o two.tar
kill "$two"
check "the other server is heard in time" sh -c "test \$(tar tf two.tar | grep -c 'http/127.0.0.1_$answers/admin/metrics.json') -ge 4"

if [ "$(id -u)" -eq 0 ] && ip netns add "nt$$" 2>/dev/null; then
	nsenter --net=/run/netns/"nt$$" ip link set lo up
	nsenter --net=/run/netns/"nt$$" timeout 30 python3 -c "
import http.server
class Admin(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{\"rt\": {\"http\": {\"client\": {\"x\": {\"requests\": {\"counter\": 3}}}}}}'
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(('127.0.0.1', 9990), Admin)
open('admin.ready', 'w').close()
server.serve_forever()" &
	admin=$!
	for _ in $(seq 100); do [ -e admin.ready ] || sleep 0.1; done
	check "a linkerd in a namespace is found there" status_is 0 "$collect" --for 1s --every 500ms -q --netns "nt$$" -o admin.tar
	kill "$admin"
	unpack admin.tar
	check "its metrics are below its namespace" judge "has('snap/000000/netns/nt$$/http/127.0.0.1_9990/admin/metrics.json')"
	check "and are its own in the store" sh -c "'${collect%collect}analyze' --sql \"SELECT entity FROM series WHERE source = 'linkerd'\" admin.tar | grep -q 'nt$$/http|client|x'"
	check "--netns takes that namespace" status_is 0 "$collect" --for 200ms --every 200ms --no-http -q --netns "nt$$" -o ns.tar
	ip netns del "nt$$"
	unpack ns.tar
	check "its files are its own" judge "text('snap/000000/netns/nt$$/proc/net/dev').count(':') == 1"
	check "what is the whole host's is not taken again" judge "not has('snap/000000/netns/nt$$/proc/net/softnet_stat')"
	check "its sysctls are below host/" judge "has('host/netns/nt$$/proc/sys/net/ipv4/ip_forward')"
	check "its tools see its interfaces alone" judge "text('snap/000000/netns/nt$$/cmd/ifconfig_-a').count('flags=') == 1"
else
	echo "ok - $name: --netns # SKIP needs root and network namespaces"
fi
exit "$failed"
