#!/bin/sh
# sosreports of layouts 3.0 to 4.12 in every form they may arrive in: the same values, one snapshot,
# no rates, and a reason for whatever is missing.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=sos
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
make_report() { # NAME VERSION OPTION...: the report's folder is $work/NAME/STEM
	at=$work/$1 version=$2
	shift 2
	mkdir -p "$at"
	python3 tests/gen/sosreport.py "$version" "$at" "$@"
}
store() { # FILE: into FILE.db
	rm -f "$work/store.db"
	analyze --db "$work/store.db" --format json -o "$work/report.json" "$1" 2>"$work/err"
}
is() { check "$1" same "$3" "$(sqlite3 "$work/store.db" "$2" 2>&1)"; } # WHAT SELECT EXPECTED
meta() { is "$1: $2" "SELECT v FROM meta WHERE k = '$2'" "$3"; }
value() { # WHAT SOURCE ENTITY NAME EXPECTED
	is "$1: $4 of $2 $3" "SELECT last FROM series WHERE source = '$2' AND entity = '$3' AND name = '$4'" "$5"
}
overflows=$(awk '/^TcpExt:/ && !n { n = split($0, name); next } /^TcpExt:/ { split($0, v); for (i = 2; i <= n; i++) if (name[i] == "ListenOverflows") print v[i] }' \
	tests/dumps/selfcap/proc/net/netstat)

machine=$(printf 'nettape machine %032x' $((0x1234)) | sha256sum | cut -c1-16)

# ---- the layouts ----
for version in 3.0 3.9 4.0 4.5 4.12; do
	stem=$(make_report "$version" "$version")
	store "$work/$version/$stem" || { verdict "$version is read" 1; cat "$work/err"; continue; }
	meta "$version" input sosreport
	meta "$version" tool_version "$version"
	meta "$version" host web01.example.com
	meta "$version" case 0123456
	meta "$version" kernel 6.18.0
	meta "$version" arch x86_64
	meta "$version" started 2026-11-22T22:40:13Z
	meta "$version" end_reason complete
	is "$version: one snapshot" "SELECT count(*) FROM snapshot" 1
	is "$version: no rate of anything" "SELECT count(*) FROM series WHERE intervals > 0 OR increase IS NOT NULL" 0
	value "$version" netstat '' TcpExtListenOverflows "$overflows"
	value "$version" netstat '' TcpExtSyncookiesSent 0
	value "$version" snmp '' IpForwarding 2
	value "$version" netdev lo rx_bytes 67404
	value "$version" softnet cpu1 processed $((0x00888f03))
	value "$version" softnet cpu1 time_squeeze $((0x222a))
	value "$version" ethtool veth0 rx_queue_0_drops 0
	value "$version" nic veth0 driver veth
	value "$version" nic veth0 speed 10000000000
	value "$version" nic veth0 mtu "$([ "$version" = 3.0 ] || echo 1500)"
	value "$version" sysctl '' net.ipv4.tcp_rmem '4096 131072 6291456'
	value "$version" sysctl '' net.core.somaxconn "$(cat tests/dumps/selfcap/proc/sys/net/core/somaxconn)"
	is "$version: no key is kept" "SELECT count(*) FROM series WHERE name LIKE '%fastopen_key' OR name LIKE '%stable_secret'" 0
	value "$version" ps '' processes 3
	value "$version" ps '1:init' user root
	value "$version" ps '814:java' rss 2147483648
	is "$version: no argument of a process is kept" "SELECT count(*) FROM series WHERE first LIKE '%geheim%' OR last LIKE '%geheim%' OR entity LIKE '%geheim%'" 0
	is "$version: IPv4 addresses" "SELECT count(*) FROM series WHERE source = 'net_config' AND entity = 'veth0' AND name = 'inet:192.0.2.1/24'" 1
	is "$version: what ethtool -g lo says" "SELECT state FROM capture WHERE member LIKE '%/ethtool_-g_lo'" absent
	is "$version: an empty file" "SELECT state || ' ' || note FROM capture WHERE member LIKE '%/ethtool_-k_eth9'" 'absent empty'
	is "$version: a file that nobody knows is listed" "SELECT note FROM capture WHERE source IS NULL AND member = 'proc/4242/net/frobs'" 'no form that is known'
	is "$version: and counted in a note" "SELECT count(*) FROM note WHERE text LIKE '1 files with evidence%in no form that is read: proc/4242/net/frobs'" 1
	is "$version: one that is known but not used is listed with the reason" "SELECT note FROM capture WHERE source IS NULL AND member = 'proc/4242/net/netlink'" 'local sockets'
	value "$version" unix '/run/web/s with blank' queue 2
	value "$version" unix '' stream_listen 3
	value "$version" host '' cmdline 'BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro inst.rootpw=(not kept) mitigations=off'
	meta "$version" machine_hash "$machine"
	value "$version" xfrm '' XfrmInNoStates 17
	is "$version: what is no concern of ours is not" "SELECT count(*) FROM capture WHERE member LIKE 'etc/passwd' OR member LIKE 'var/log/%'" 0
	grep -q '"kernel": *"6.18.0"' "$work/report.json" || grep -q '6\.18\.0' "$work/report.json"
	verdict "$version: the report in JSON" $?
	cp "$work/store.db" "$work/$version.db"
done

# ---- what differs from one to the next ----
use() { cp "$work/$1.db" "$work/store.db"; }
for version in 3.9 4.0 4.5; do
	use "$version"
	is "$version: sockets come of ss" "SELECT count(*) FROM tcp_socket WHERE peer = '192.0.2.77' AND pport = 99 AND state = 'ESTAB'" 1
	is "$version: and its listeners with their owners" "SELECT queue || ' ' || backlog || ' ' || drops || ' ' || comm FROM listener WHERE port = 8080" '2 1 70 web'
done
use 4.12
is "4.12: ss was skipped, and the log says why" "SELECT state || ' ' || (note LIKE '%required kmods missing: udp_diag%') FROM source WHERE source = 'tcp_info'" 'absent 1'
is "4.12: /proc/net/tcp stands in" "SELECT group_concat(member || ' ' || state, ', ') FROM (SELECT member, state FROM capture WHERE source = 'tcp' AND state <> 'absent' ORDER BY member)" 'proc/4242/net/tcp fallback, proc/4242/net/tcp6 fallback'
[ "$(sqlite3 "$work/store.db" "SELECT count(*) > 0 FROM tcp_state")" = 1 ]
verdict "4.12: and has its sockets" $?
is "4.12: threads are no processes" "SELECT group_concat(last, ' ') FROM (SELECT last FROM series WHERE source = 'ps' AND entity = '' AND name IN ('processes', 'threads') ORDER BY name)" '3 4'
value 4.12 ps 814:java threads 2
value 4.12 ps '' blocked 1
is "4.12: by the manifest" "SELECT v FROM meta WHERE k = 'time_from'" manifest.json
is "4.12: a command has its own time" "SELECT round(t, 2) > 0 AND cost_s > 0.009 FROM capture WHERE member LIKE '%/ethtool_-S_veth0'" 1
is "4.12: an exit status is kept" "SELECT note FROM capture WHERE member LIKE '%/ethtool_-l_lo'" 'bash: /usr/sbin/ethtool: Permission denied'
is "4.12: a denied command" "SELECT state FROM capture WHERE member LIKE '%/ethtool_-l_lo'" denied
value 4.12 nic veth0 pause_rx on
is "4.12: in the manifest, not in the archive" "SELECT state FROM capture WHERE member LIKE '%/ethtool_-c_veth0'" absent
is "4.12: a plugin ran out of time" "SELECT count(*) FROM note WHERE text LIKE 'out of time%networking'" 1
for version in 3.9 4.0 4.5 4.12; do
	use "$version"
	value "$version" netstat blue/ TcpExtListenOverflows 90
	value "$version" nic blue/blue0 driver veth
done
use 3.0
is "3.0: the distribution" "SELECT first FROM series WHERE source = 'host' AND name = 'os'" 'Some Linux release 6.10 (Final)'
is "3.0: the time is date's" "SELECT v FROM meta WHERE k = 'time_from'" date

# ---- forms ----
stem=$(ls "$work/4.5")
values() { # FILE
	rm -f "$work/form.db"
	analyze --db "$work/form.db" --format json -o /dev/null "$1" 2>"$work/err" &&
		sqlite3 "$work/form.db" "SELECT source, entity, name, n, first, last FROM series ORDER BY 1, 2, 3" >"$work/form.series"
}
values "$work/4.5" && [ -s "$work/form.series" ] && mv "$work/form.series" "$work/want.series"
verdict "the folder around the report is read" $?
tar -C "$work/4.5" -cf "$work/$stem.tar" "$stem"
gzip -k "$work/$stem.tar"
bzip2 -k "$work/$stem.tar"
xz -k0 "$work/$stem.tar"
zstd -qk "$work/$stem.tar"
for end in tar tar.gz tar.bz2 tar.xz tar.zst; do
	[ -e "$work/$stem.$end" ] || continue
	values "$work/$stem.$end" && cmp -s "$work/want.series" "$work/form.series"
	verdict "the same values of .$end" $?
done
values - <"$work/$stem.tar.xz" && cmp -s "$work/want.series" "$work/form.series"
verdict "the same values of standard input" $?
(cd "$work/4.5" && find "$stem" ! -type d | sort -r | tar -cf "$work/reversed.tar" --no-recursion -T -)
values "$work/reversed.tar" && diff "$work/want.series" "$work/form.series" >"$work/diff"
verdict "the same values in another order" $?
[ -s "$work/diff" ] && head -5 "$work/diff"
(cd "$work/4.5" && find "$stem" ! -type d ! -path '*sos_reports*' | sort | tar -cf "$work/late.tar" --no-recursion -T - "$stem/sos_reports/manifest.json")
values "$work/late.tar" && cmp -s "$work/want.series" "$work/form.series"
verdict "the same values when the manifest comes last" $?
tar -C "$work/4.5" --transform 's,^[^/]*,case-99,' -cf "$work/renamed.tar" "$stem"
values "$work/renamed.tar" && cmp -s "$work/want.series" "$work/form.series"
verdict "the same values below another root" $?
tar -C "$work" -cf "$work/sos-collector-0123456-2026-11-22-abcde.tar" "$stem.tar.xz"
values "$work/sos-collector-0123456-2026-11-22-abcde.tar" && cmp -s "$work/want.series" "$work/form.series"
verdict "the same values out of a collection" $?
# ---- several ----
mkdir "$work/hosts"
one() { # NAME OPTION...: a report in $work/hosts/NAME.tar.gz
	at=$1
	shift
	made=$(make_report "of-$at" 4.5 --stem "$at" "$@") && tar -C "$work/of-$at" -czf "$work/hosts/$at.tar.gz" "$made"
}
web=sosreport-web01-2026-11-22-abcdefg
one "$web"
one sosreport-web01-2026-11-22-later00 --later 600
one sosreport-web01-2026-11-22-booted0 --later 1200 --boot 2
one sosreport-db02-2026-11-22-bcdefgh --host db02.example.com --boot 3
collector=$work/sos-collector-0123456-2026-11-22-abcde.tar
mkdir -p "$work/hosts/sos-collector-x/sos_reports" "$work/hosts/sos-collector-x/sos_logs"
echo '{"components": {"collect": {}}}' >"$work/hosts/sos-collector-x/sos_reports/manifest.json"
echo 'sosreport collected' >"$work/hosts/sos-collector-x/sos_logs/sos.log"
tar -C "$work/hosts" -cf "$collector" sos-collector-x "$web.tar.gz" sosreport-db02-2026-11-22-bcdefgh.tar.gz
analyze --width 100 "$collector" >"$work/fleet.txt" 2>"$work/err"
grep -q 'db02' "$work/fleet.txt" && grep -q 'web01' "$work/fleet.txt" && grep -qi 'fleet\|2 hosts\|2 bundles' "$work/fleet.txt"
verdict "a collection of two hosts is a fleet" $?
values "$collector/$web.tar.gz" && cmp -s "$work/want.series" "$work/form.series"
verdict "and ARCHIVE/NAME is one of its reports" $?
tar -C "$work" -cf "$work/alone.tar" -C "$work/hosts" sos-collector-x "$web.tar.gz"
values "$work/alone.tar" && cmp -s "$work/want.series" "$work/form.series"
verdict "a collection of one host is that one, not what the collection says of itself" $?
! values "$collector/nobody.tar.gz" && grep -q 'no nobody.tar.gz in it' "$work/err"
verdict "a name that it lacks is an error" $?
analyze --join "$collector" >/dev/null 2>"$work/err"
[ $? -eq 3 ] && grep -q 'join is for one host' "$work/err"
verdict "two hosts are no window" $?

tar -C "$work/hosts" -cf "$work/twice.tar" sosreport-web01-2026-11-22-later00.tar.gz "$web.tar.gz"
rm -f "$work/store.db"
analyze --join --db "$work/store.db" --format json -o "$work/report.json" "$work/twice.tar" 2>"$work/err"
verdict "two reports of one boot in a collection are a window with --join" $?
is "its ends" "SELECT group_concat(v, ' ') FROM (SELECT v FROM meta WHERE k IN ('started', 'ended') ORDER BY v)" '2026-11-22T22:40:13Z 2026-11-22T22:50:13Z'
is "its ticks, with a gap" "SELECT count(*) || ' ' || max(snap) || ' ' || count(dt) FROM snapshot" '2 1 0'
is "packets between them" "SELECT increase || ' ' || intervals || ' ' || round(span) FROM series WHERE source = 'netdev' AND entity = 'lo' AND name = 'rx_packets'" '600 1 600.0'
is "what is of one file is one member, whatever the PID" "SELECT group_concat(DISTINCT member) FROM capture WHERE source = 'netdev'" proc/net/dev
is "which recordings" "SELECT group_concat(name || ' ' || ticks, ', ') FROM bundle" "$web.tar.gz 1, sosreport-web01-2026-11-22-later00.tar.gz 1"
is "each with its own digest" "SELECT group_concat(bundle_sha256, ' ') FROM bundle" "$(cd "$work/hosts" && sha256sum "$web.tar.gz" sosreport-web01-2026-11-22-later00.tar.gz | cut -d' ' -f1 | paste -sd' ')"
analyze --join --width 100 "$work/twice.tar" >"$work/joined.txt" 2>"$work/err"
grep -q '10m' "$work/joined.txt" && ! head -4 "$work/joined.txt" | grep -q 'one snapshot'
verdict "and the head does not call it one snapshot" $?
rm -f "$work/store.db"
analyze --join --db "$work/store.db" --format json -o "$work/report.json" "$work/hosts/$web.tar.gz" "$work/hosts/sosreport-web01-2026-11-22-booted0.tar.gz" 2>"$work/err"
is "after a boot there are no rates" "SELECT count(*) || ' ' || max(boot) FROM snapshot, (SELECT count(*) AS n FROM series WHERE intervals > 0) WHERE n = 0" '2 1'
rm -f "$work/store.db"
analyze --join --since 22:45 --db "$work/store.db" --format json -o "$work/report.json" "$work/hosts/$web.tar.gz" "$work/hosts/sosreport-web01-2026-11-22-later00.tar.gz" 2>"$work/err"
is "--since leaves out the earlier one" "SELECT group_concat(ticks) FROM bundle" '0,1'
analyze --since 22:45 "$work/hosts/$web.tar.gz" >/dev/null 2>"$work/err"
[ $? -eq 3 ] && grep -q 'nothing of what was recorded' "$work/err"
verdict "and says so when nothing is left" $?

# ---- obfuscated, truncated ----
stem=$(make_report clean 4.5 --obfuscate --tailed)
store "$work/clean/$stem"
meta obfuscated obfuscated 1
meta obfuscated host host1
meta obfuscated case 0123456
is "obfuscated: 100.0.0.2/24:99 is a peer" "SELECT count(*) FROM tcp_socket WHERE peer = '100.0.0.2' AND pport = 99" 1
is "the end of a long file is used, and is called so" "SELECT DISTINCT state || ', ' || note FROM capture WHERE source = 'tcp_info'" 'cut, sos kept only the end of it'

# ---- cut anywhere, bent, hostile ----
stem=$(ls "$work/4.5")
size=$(wc -c <"$work/$stem.tar.gz")
bad=0 some=0
for i in $(seq 1 20); do
	head -c $((size * i / 21)) "$work/$stem.tar.gz" >"$work/cut.tar.gz"
	rm -f "$work/form.db"
	analyze --db "$work/form.db" --format json -o /dev/null "$work/cut.tar.gz" 2>"$work/err"
	case $? in
	0) some=$((some + 1)) && [ "$(sqlite3 "$work/form.db" "SELECT v FROM meta WHERE k = 'end_reason'")" = cut ] || bad=1 ;;
	3) grep -q 'not a' "$work/err" || bad=1 ;;
	*) bad=1 ;;
	esac
done
[ "$bad" -eq 0 ] && [ "$some" -gt 5 ]
verdict "cut anywhere it is read as far as it goes" $?
bend "$work/$stem.tar" "$work/bent.tar" 300 15
verdict "damaged ones are data" $?
python3 - "$work" <<'PY'
import io, sys, tarfile
d = sys.argv[1]
def put(t, name, text=b"x", **kw):
    i = tarfile.TarInfo(name)
    for k, v in kw.items():
        setattr(i, k, v)
    i.size = len(text)
    t.addfile(i, io.BytesIO(text))
dev = b"".join(open("tests/dumps/selfcap/proc/net/dev", "rb").readlines()[:2]) + b"  eth0: %d 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n"
with tarfile.open(d + "/hostile.tar", "w", format=tarfile.PAX_FORMAT) as t:
    root = "sosreport-x-2026-11-22-abcdefg/"
    put(t, root + "../../etc/passwd")
    put(t, root + "proc/1/net/../../../dev")
    put(t, "/etc/shadow")
    put(t, root + "proc/net/\x1b[31mdev")
    put(t, root + "sos_commands/networking/ip_netns_exec_" + "a" * 400 + "_ethtool_-S_x")
    put(t, root + "sos_commands/networking/" + "ethtool_" * 60)
    put(t, root + "sos_reports/manifest.json", b'{"components":' * 5000)
    put(t, root + "sos_reports/manifest.json", b'{"components":{"report":{"plugins":{"a":{"commands":[{"exec":"ip netns exec ../../x ss -s","filepath":"sos_commands/a/b"}]}}}}}')
    put(t, root + "sos_commands/a/b", b"Total: 1\n")
    put(t, root + "sos_commands/networking/ethtool_-S_e\u202eth0", b"NIC statistics:\n     a: 1\n")
    put(t, root + "sos_logs/sos.log", b"skipped command '" * 1000 + b"skipped command 'x': y\n")
    put(t, root + "version.txt", b"sos report: 99999999999999.9\n" + b"\0" * 5000)
    put(t, root + "hostname", b"a" * 5000)
    put(t, root + "date", b"\xff\xfe" * 100)
    put(t, root + "proc/1/net/dev", dev % 7)
    put(t, root + "proc/2/net/dev", dev % 9)
    put(t, "other/proc/3/net/dev", dev % 8)
    for kind in tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE:
        i = tarfile.TarInfo(root + "proc/net/snmp"); i.type = kind; i.linkname = "/etc/passwd"; t.addfile(i)
PY
store "$work/hostile.tar"
verdict "hostile names are data" $?
is "of two interfaces lists one counts" "SELECT group_concat(last) FROM series WHERE source = 'netdev' AND name = 'rx_bytes'" 7
is "no rate is made of them" "SELECT count(*) FROM series WHERE intervals > 0" 0
is "and what was passed over is counted" "SELECT count(*) FROM note WHERE text LIKE '%passed over%'" 1
analyze "$work/hostile.tar" | LC_ALL=C grep -q "$(printf '\033')"
[ $? -eq 1 ]
verdict "no control character of a name reaches the terminal" $?
printf 'hello\n' >"$work/plain" && tar -C "$work" -cf "$work/plain.tar" plain
analyze "$work/plain.tar" >/dev/null 2>"$work/err"
[ $? -eq 3 ] && grep -q 'not a bundle' "$work/err"
verdict "an archive of something else is refused" $?
cp "$work/$stem.tar.xz" "$work/secured-$stem.tar.xz.gpg"
analyze "$work/secured-$stem.tar.xz.gpg" >/dev/null 2>"$work/err"
[ $? -eq 3 ] && grep -q 'decrypt it first' "$work/err"
verdict "an encrypted one says what to do" $?

# ---- the report ----
analyze --width 100 "$work/4.5" >"$work/text"
shows() { # WHAT TEXT
	grep -qF -- "$2" "$work/text"
	verdict "$1" $?
}
shows "the head says what it is" "a sosreport of sos 4.5, case 0123456"
shows "and that there are no rates" "2026-11-22 22:40:13 UTC, one snapshot, up 32m1s, totals since boot, no"
shows "rules that want two snapshots say so" "one snapshot: give --since-boot to see totals as information"
shows "SOFTNET has totals" "since boot (totals, no rates)"
shows "NETDEV has them" "receive since boot (totals, no rates)"
shows "TCP has them" "since boot, losses and refusals first (totals, no rates)"
shows "EVIDENCE says which file was read" "sos_commands/networking/ss_-peaonmi"
shows "EVIDENCE names what could not be read" "ethtool_-g_lo"
[ "$(grep -c '[0-9]/s' "$work/text")" = 0 ]
verdict "nothing in it is called a rate" $?
analyze --since-boot --width 100 "$work/4.5" >"$work/text"
shows "--since-boot is told" "one snapshot: the sections show totals since boot"
analyze --section QDISC --since-boot "$work/4.5" >"$work/text"
shows "--since-boot shows more" "since boot (totals, no rates)"
analyze --section QDISC "$work/4.5" >"$work/text"
[ "$(grep -c 'since boot' "$work/text")" = 0 ]
verdict "which is not shown unasked" $?
analyze --format json "$work/4.5" | python3 -c '
import json, sys
levels = {f["level"] for f in json.load(sys.stdin)["findings"]}
sys.exit(bool(levels & {"crit"}))'
verdict "totals since boot are no findings" $?

if [ -d "${NETTAPE_FIXTURES:-}/hotsos-rabbitmq" ]; then
	store "$NETTAPE_FIXTURES/hotsos-rabbitmq"
	verdict "a real one of sos 4.2" $?
	is "its host" "SELECT length(v) > 0 FROM meta WHERE k = 'host'" 1
	is "its settings" "SELECT count(*) > 500 FROM series WHERE source = 'sysctl'" 1
	is "its interfaces" "SELECT group_concat(entity) FROM (SELECT DISTINCT entity FROM series WHERE source = 'netdev' ORDER BY entity)" 'eth0,lo'
	is "no file below networking or proc/net goes unlisted" "SELECT count(*) FROM capture WHERE source IS NULL AND member LIKE 'sos_commands/networking/%' AND member LIKE '%ip_-s_-d_link'" 0
else
	skip "a real one of sos 4.2" "NETTAPE_FIXTURES is not set"
fi
