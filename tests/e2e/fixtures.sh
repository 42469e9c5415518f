#!/bin/sh
# Captures that nobody here wrote, where NETTAPE_FIXTURES names a folder of them:
# each file through its parser must give rows, no crash and no
# note that is not expected below; and values that are known from elsewhere.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
case $build in /*) ;; *) build=$PWD/$build ;; esac
dump=$build/tests/parse_dump
work=${TESTLOG:-$PWD/build}/fixtures
root=${NETTAPE_FIXTURES:-}
if [ ! -d "$root" ]; then
	echo "ok - foreign fixtures # SKIP not here"
	exit 0
fi
mkdir -p "$work"
cd "$root" || exit 1

# FORMAT GLOB...
formats='
arp         */proc/net/arp */proc/*/net/arp goprocinfo/3323/net/arp selfcap-6.18/A/*/proc/net/arp
conntrack   */proc/net/stat/nf_conntrack goprocinfo/3323/net/stat/nf_conntrack selfcap-6.18/A/*/proc/net/stat/nf_conntrack
cpuinfo     */proc/cpuinfo
ethtool_S   hotsos-rabbitmq/sos_commands/networking/ethtool_-S_* node_exporter/ethtool/*/statistics selfcap-6.18/root-eth0/*/ethtool_-S_eth0
ethtool_i   hotsos-rabbitmq/sos_commands/networking/ethtool_-i_* node_exporter/ethtool/*/driver
ethtool_g   hotsos-rabbitmq/sos_commands/networking/ethtool_-g_* selfcap-6.18/root-eth0/*/ethtool_-g_eth0
ethtool_k   hotsos-rabbitmq/sos_commands/networking/ethtool_-k_*
ethtool_c   hotsos-rabbitmq/sos_commands/networking/ethtool_-c_* selfcap-6.18/root-eth0/*/ethtool_-c_eth0
ethtool_l   hotsos-rabbitmq/sos_commands/networking/ethtool_-l_*
ethtool_a   hotsos-rabbitmq/sos_commands/networking/ethtool_-a_*
ethtool_link hotsos-rabbitmq/sos_commands/networking/ethtool_eth0 hotsos-rabbitmq/sos_commands/networking/ethtool_lo node_exporter/ethtool/*/settings
file_nr     */proc/sys/fs/file-nr
if_inet6    */proc/*/net/if_inet6 goprocinfo/3323/net/if_inet6 selfcap-6.18/A/*/proc/net/if_inet6
interrupts  */proc/interrupts goprocinfo/interrupts selfcap-6.18/A/*/proc/interrupts
ifconfig    python-ifcfg/LINUX*.txt python-ifcfg/MACOSX.txt selfcap-6.18/A/*/net-tools-*/ifconfig_-a
ipv6_route  */proc/*/net/ipv6_route goprocinfo/3323/net/ipv6_route
loadavg     */proc/loadavg goprocinfo/loadavg selfcap-6.18/A/*/proc/loadavg
meminfo     */proc/meminfo goprocinfo/meminfo_* selfcap-6.18/A/*/proc/meminfo
metrics     linkerd/metrics-*.json
neigh       */proc/net/stat/*_cache */proc/*/net/stat/*_cache goprocinfo/3323/net/stat/*_cache selfcap-6.18/A/*/proc/net/stat/*_cache
netdev      */proc/*/net/dev goprocinfo/net_dev* goprocinfo/3323/net/dev cadvisor/procnetdev selfcap-6.18/A/*/proc/net/dev
netstat     */proc/net/netstat */proc/*/net/netstat goprocinfo/net_netstat_* goprocinfo/3323/net/netstat selfcap-6.18/A/*/proc/net/netstat
pressure    */proc/pressure/* selfcap-6.18/A/*/proc/pressure/*
proc_tcp    goprocinfo/net_tcp* goprocinfo/3323/net/tcp* selfcap-6.18/A/*/proc/net/tcp*
proc_udp    goprocinfo/net_udp* goprocinfo/3323/net/udp goprocinfo/3323/net/udp6 */proc/net/udp cadvisor/procnetudp selfcap-6.18/A/*/proc/net/udp
protocols   */proc/*/net/protocols goprocinfo/3323/net/protocols selfcap-6.18/A/*/proc/net/protocols
ptype       */proc/*/net/ptype goprocinfo/3323/net/ptype
route       */proc/*/net/route goprocinfo/3323/net/route selfcap-6.18/A/*/proc/net/route
schedstat   */proc/schedstat
snmp        */proc/net/snmp */proc/*/net/snmp goprocinfo/snmp goprocinfo/3323/net/snmp selfcap-6.18/A/*/proc/net/snmp
snmp6       */proc/net/snmp6 */proc/*/net/snmp6 goprocinfo/3323/net/snmp6 selfcap-6.18/A/*/proc/net/snmp6
sockstat    */proc/net/sockstat* */proc/*/net/sockstat* goprocinfo/sockstat goprocinfo/3323/net/sockstat* selfcap-6.18/A/*/proc/net/sockstat*
softirqs    */proc/softirqs selfcap-6.18/A/*/proc/softirqs
softnet     */proc/net/softnet_stat */proc/*/net/softnet_stat goprocinfo/3323/net/softnet_stat selfcap-6.18/A/*/proc/net/softnet_stat
ss_ltnm     selfcap-6.18/*/ss/*/ss_-tlnp selfcap-6.18/A/*/ss/*/ss_-tlnp
ss_summary  selfcap-6.18/*/ss/*/ss_-s selfcap-6.18/A/*/ss/*/ss_-s
ss_tan      selfcap-6.18/*/ss/*/ss_-tan selfcap-6.18/A/*/ss/*/ss_-tan selfcap-6.18/A/*/ss/*/ss_-H_-tan selfcap-6.18/*/ss/*/ss_-tn_state_established
ss_tanmieo  selfcap-6.18/*/ss/*/ss_-tani selfcap-6.18/*/ss/*/ss_-tanp?* selfcap-6.18/A/*/ss/*/ss_-tani selfcap-6.18/A/*/ss/*/ss_-tanp?*
ss_tanp     selfcap-6.18/*/ss/*/ss_-tanp selfcap-6.18/A/*/ss/*/ss_-tanp
stat        */proc/stat goprocinfo/stat selfcap-6.18/A/*/proc/stat
tc_qdisc    hotsos-rabbitmq/sos_commands/networking/tc_-s_qdisc_show
uptime      goprocinfo/uptime selfcap-6.18/A/*/proc/uptime
version     selfcap-6.18/A/*/proc/version
vmstat      */proc/vmstat goprocinfo/vmstat selfcap-6.18/A/*/proc/vmstat
'
# Files that may give nothing (a table without rows).
empty='selfcap-6.18/A/*/proc/net/arp'
# FILE NOTES: a tool's error in place of data, a line that a human put there, another system's form.
noted='
*/networking/ethtool_-S_lo      1
*/networking/ethtool_-i_lo      1
*/networking/ethtool_-[gca]_*   1
*/networking/ethtool_-l_*       2
node_exporter/ethtool/*/settings 2
node_exporter/ethtool/*         1
python-ifcfg/LINUXDOCKER.txt    1
python-ifcfg/MACOSX.txt         4
selfcap-6.18/A/*/net-tools-2.10/ifconfig_-a 1
'
# FORMAT FILE ROW: what the README of the fixtures says of the scene that was captured.
values='
ss_tan   selfcap-6.18/A/t1/ss/v2.6.39/ss_-tan        sock LISTEN "192.0.2.1" 8080 "0.0.0.0" 0 recvq=2 sendq=1
ss_tan   selfcap-6.18/B/ss/v4.15.0/ss_-tan           sock CLOSE-WAIT "::ffff:127.0.0.1" 9000 "::ffff:127.0.0.1" 35098 recvq=1 sendq=0
proc_tcp selfcap-6.18/A/t2/proc/net/tcp              sock LISTEN "192.0.2.1" 8080 "0.0.0.0" 0 recvq=2 ino=557886
proc_udp selfcap-6.18/A/t2/proc/net/udp              counter "127.0.0.1:6000" "drops" 1 1747
ss_summary selfcap-6.18/A/t1/ss/v6.14.0/ss_-s        gauge "" "tcp_estab" 1 18
ifconfig selfcap-6.18/A/t2/net-tools-1.60/ifconfig_-a counter "dummy0" "rx_dropped" 1 44
ethtool_S node_exporter/ethtool/eth0/statistics      counter "eth0" "port.rx_dropped" ? 12028
metrics  linkerd/metrics-tree-0.9.1.json             counter "adder|client|$/inet/127.1/9091" "requests" ? 15145
netstat  selfcap-6.18/A/t0/proc/net/netstat  counter "" "TcpExtListenOverflows" 1 30
netstat  selfcap-6.18/A/t1/proc/net/netstat  counter "" "TcpExtListenOverflows" 1 80
netstat  selfcap-6.18/A/t2/proc/net/netstat  counter "" "TcpExtListenOverflows" 1 90
netstat  selfcap-6.18/A/t1/proc/net/netstat  counter "" "TcpExtListenDrops" 1 80
netstat  selfcap-6.18/A/t1/proc/net/netstat  counter "" "TcpExtTCPSynRetrans" 1 98
netstat  selfcap-6.18/A/t2/proc/net/netstat  counter "" "TcpExtTCPTimeouts" 1 112
snmp     selfcap-6.18/A/t0/proc/net/snmp     counter "" "TcpRetransSegs" 1 25
snmp     selfcap-6.18/A/t1/proc/net/snmp     counter "" "TcpRetransSegs" 1 99
snmp     selfcap-6.18/A/t2/proc/net/snmp     counter "" "TcpRetransSegs" 1 113
snmp     selfcap-6.18/A/t1/proc/net/snmp     counter "" "TcpOutSegs" 1 99
snmp     selfcap-6.18/A/t1/proc/net/snmp     gauge "" "TcpCurrEstab" 1 18
snmp     selfcap-6.18/A/t2/proc/net/snmp     counter "" "UdpRcvbufErrors" 1 1747
snmp     selfcap-6.18/A/t2/proc/net/snmp     counter "" "UdpInErrors" 1 1747
snmp     selfcap-6.18/A/t2/proc/net/snmp     counter "" "UdpInDatagrams" 1 0
netdev   selfcap-6.18/A/t0/proc/net/dev      counter "dummy0" "rx_drop" 1 10
netdev   selfcap-6.18/A/t1/proc/net/dev      counter "dummy0" "rx_drop" 1 35
netdev   selfcap-6.18/A/t2/proc/net/dev      counter "dummy0" "rx_drop" 1 40
'

status=0
no() { # WHAT: a test that failed
	echo "not ok - $1"
	status=1
}

member() { # FILE: the path that it had on its host, or nothing
	case $1 in
	node_exporter/ethtool/*/statistics) echo cmd/ethtool_-S_eth0 ;;
	node_exporter/ethtool/*/driver) echo cmd/ethtool_-i_eth0 ;;
	node_exporter/ethtool/*/settings) echo cmd/ethtool_eth0 ;;
	*/ethtool_*) echo "cmd/${1##*/}" ;;
	*/proc/* | */net/*) echo "$1" | sed 's|^.*/proc/\([0-9]*/\)\{0,1\}|proc/|; s|^.*/net/|proc/net/|; s|^proc/proc/|proc/|' ;;
	esac
}

rows() { # FORMAT FILE: through its parser into $work/rows
	path=$(member "$2")
	# shellcheck disable=SC2086 # one word or none
	"$dump" "$1" $path <"$2" >"$work/rows" 2>"$work/err"
}

notes_of() { # FILE: how many notes are expected
	echo "$noted" | while read -r pattern n; do
		# shellcheck disable=SC2254 # a pattern
		case $1 in $pattern)
			echo "$n"
			return
			;;
		esac
	done
}

one() { # FORMAT FILE
	rows "$1" "$2"
	code=$?
	want=$(notes_of "$2")
	want=${want:-0}
	if [ "$code" -ne 0 ]; then
		no "$1 $2: exit status $code"
	elif [ "$(grep -c '^note' "$work/rows")" -ne "$want" ]; then
		no "$1 $2: $(grep -c '^note' "$work/rows") notes, $want expected"
		grep '^note' "$work/rows" | head -3
	elif ! [ -s "$work/rows" ]; then
		# shellcheck disable=SC2254 # a pattern
		case $2 in $empty) echo "ok - $1 $2: nothing in it" ;; *) no "$1 $2: no rows" ;; esac
	else
		echo "ok - $1 $2: $(wc -l <"$work/rows") rows"
	fi
}

files() {
	echo "$formats" | while read -r format globs; do
		for file in $globs; do # a list of globs
			[ -f "$file" ] && echo "$format $file"
		done
	done
}

files >"$work/files"
[ -s "$work/files" ] || no "no fixture of any format"
while read -r format file; do
	one "$format" "$file"
done <"$work/files"

echo "$values" >"$work/values"
while read -r format file row; do
	[ -n "$format" ] || continue
	if rows "$format" "$file" && grep -qxF -- "$row" "$work/rows"; then
		echo "ok - $file says $row"
	else
		no "$file does not say $row"
	fi
done <"$work/values"

# What node_exporter's own tests expect of the same files:  METRIC{LABELS} VALUE
cat >"$work/metrics.awk" <<'AWK'
function label(key) { return match($0, key "=\"[^\"]*\"") ? substr($0, RSTART + length(key) + 2, RLENGTH - length(key) - 3) : "" }
function say(format, entity, name, scale) { printf "%s|%s|%s|%.17g\n", format, entity, name, $NF * scale }
/^#/ { next }
{ metric = $1; sub(/\{.*/, "", metric); cpu = "cpu" label("cpu") }
metric ~ /^node_netstat_/ {
	split(substr(metric, 14), part, "_"); mib = part[1]
	say(mib ~ /6$/ ? "snmp6" : mib ~ /Ext$/ ? "netstat" : "snmp", "", mib part[2], 1)
}
metric == "node_softnet_processed_total" { say("softnet", cpu, "processed", 1) }
metric == "node_softnet_dropped_total" { say("softnet", cpu, "dropped", 1) }
metric == "node_softnet_times_squeezed_total" { say("softnet", cpu, "time_squeeze", 1) }
metric == "node_interrupts_total" { say("interrupts", cpu, label("type"), 1) }
metric == "node_softirqs_functions_total" { say("softirqs", cpu, label("type"), 1) }
metric == "node_schedstat_running_seconds_total" { say("schedstat", cpu, "run_ns", 1e9) }
metric == "node_schedstat_waiting_seconds_total" { say("schedstat", cpu, "wait_ns", 1e9) }
metric == "node_schedstat_timeslices_total" { say("schedstat", cpu, "timeslices", 1) }
metric ~ /^node_pressure_.*_(waiting|stalled)_seconds_total$/ {
	split(metric, part, "_"); say("pressure", part[3], part[4] == "waiting" ? "some_total" : "full_total", 1e9)
}
metric ~ /^node_sockstat_/ && metric !~ /_bytes$/ { say("sockstat", "", substr(metric, 15), 1) }
metric ~ /^node_memory_.*_bytes$/ && metric !~ /numa/ { sub(/_bytes$/, "", metric); say("meminfo", "", substr(metric, 13), 1) }
metric ~ /^node_memory_HugePages/ { say("meminfo", "", substr(metric, 13), 1) }
metric ~ /^node_load[0-9]/ { say("loadavg", "", substr(metric, 6), 1) }
metric ~ /^node_vmstat_/ { say("vmstat", "", substr(metric, 13), metric ~ /pgpg/ ? 1024 : 1) }
metric == "node_cpu_seconds_total" { say("stat", cpu, label("mode"), 1e9) }
metric == "node_intr_total" { say("stat", "", "intr_total", 1) }
metric == "node_context_switches_total" { say("stat", "", "ctxt", 1) }
metric == "node_boot_time_seconds" { say("stat", "", "btime", 1) }
metric == "node_forks_total" { say("stat", "", "processes", 1) }
metric ~ /^node_procs_/ { say("stat", "", substr(metric, 6), 1) }
metric == "node_arp_entries" { say("arp", label("device"), "arp_complete", 1) }
metric == "node_filefd_allocated" { say("file_nr", "", "open", 1) }
metric == "node_filefd_maximum" { say("file_nr", "", "max", 1) }
AWK
# Both sides as FORMAT|ENTITY|NAME|VALUE; an entity's ERR and MIS are cpu0 there.
ours() {
	grep ' node_exporter/' "$work/files" | while read -r format file; do
		rows "$format" "$file"
		awk -F'"' -v f="$format" '/^(counter|gauge)/ {
			split($5, v, " "); gsub(/[()]/, "_", $4); sub(/_$/, "", $4)
			if ($4 == "ERR" || $4 == "MIS") $2 = "cpu0"
			print f "|" $2 "|" $4 "|" v[2]
		}' "$work/rows"
	done
}
if [ -f node_exporter/e2e-output.txt ]; then
	awk -f "$work/metrics.awk" node_exporter/e2e-output.txt >"$work/theirs"
	ours >"$work/ours"
	awk -F'|' '
		function far(a, b) { d = a - b; if (d < 0) d = -d; m = b < 0 ? -b : b; return d > m * 1e-9 + 1e-12 }
		{ key = $1 "|" $2 "|" $3 }
		NR == FNR { value[key] = $4; next }
		{ seen[$1]++ }
		!(key in value) { print "# " $1 " " $2 " " $3 ": not there, expected " $4; bad[$1]++; next }
		far(value[key], $4) { print "# " $1 " " $2 " " $3 ": " value[key] ", expected " $4; bad[$1]++ }
		END { for (f in seen) print (bad[f] ? "not ok" : "ok") " - " f ": " seen[f] - bad[f] " of " seen[f] " values as node_exporter has them" }
	' "$work/ours" "$work/theirs" >"$work/compared"
	cat "$work/compared"
	grep -q '^ok' "$work/compared" || no "nothing could be compared with node_exporter"
	grep -q '^not ok' "$work/compared" && status=1
fi
exit $status
