#!/bin/sh
# Defects that readers of sosreports had, each as a test: D1 to D13 of xsos 0.7.40.
set -u
cd "$(dirname "$0")/../.." || exit 1
name=sos_xsos
# shellcheck source=tests/e2e/lib/analyze.sh
. tests/e2e/lib/analyze.sh
analyze() { timeout 60 "$analyze" --no-pager --fail-on never --width 140 "$@"; }
is() { check "$1" same "$3" "$(sql "$2" "$report")"; } # WHAT SELECT EXPECTED
shows() { # WHAT SECTION REGEX
	analyze --section "$2" "$report" >"$work/section" 2>>"$work/err"
	grep -qE -- "$3" "$work/section"
	verdict "$1" $?
	grep -qE -- "$3" "$work/section" || head -30 "$work/section" | sed 's/^/# /'
}

stem=$(python3 tests/gen/sosreport.py 4.12 "$work" --stem sosreport-web01-2026-11-22-abcdefg) || exit 1
report=$work/$stem
net=$report/sos_commands/networking
pid=$report/proc/4242/net
mkdir -p "$report/etc/sysconfig/network-scripts" "$report/etc/selinux" "$report/sos_commands/firewall_tables" "$pid/bonding" "$net/namespaces/blue"

# D1
for file in usr/lib/os-release etc/sysconfig/network-scripts/ifcfg-eth0 etc/selinux/config; do
	# shellcheck disable=SC2016 # that is the point
	printf 'NAME="$(touch %s/ran)"\nPRETTY_NAME="$(touch %s/ran)"\nX=`touch %s/ran`\n' "$work" "$work" "$work" >"$report/$file"
done
analyze "$report" >"$work/whole" 2>"$work/err"
[ -s "$work/whole" ] && [ ! -e "$work/ran" ]
verdict "D1: nothing that the report holds is run" $?
printf 'PRETTY_NAME="Red Hat Enterprise Linux 9.4 (Plow)"\nID=rhel\nVERSION_ID="9.4"\n' >"$report/usr/lib/os-release"

# D2
for locale in C POSIX xx_XX.UTF-8; do
	LC_ALL=$locale analyze --section NETDEV,ETHTOOL,PROCESSES "$report" >"$work/$locale"
	grep -q 'lo .*65.8 KiB\|lo .*KiB' "$work/$locale" && grep -q 'init' "$work/$locale"
	verdict "D2: sections are filled in the locale $locale" $?
done

# D3, D4: 2,000 processes of 5 threads
python3 - "$report/sos_commands/process/ps_auxwwwm" <<'PY'
import sys
with open(sys.argv[1], "w") as f:
    f.write("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n")
    for pid in range(1, 2001):
        cpu = 99.5 if pid == 1 else 0.1
        f.write("root %8d %4.1f  0.1 167744 11904 ?        -    Nov20   0:03 /sbin/p%d --with=argument\n" % (pid, cpu, pid))
        for thread in range(5):
            f.write("root           - %4.1f    -      -     - -        Sl   Nov20   0:03 -\n" % (cpu / 5))
PY
is "D3: the first process is in the lists" "SELECT last FROM series WHERE source = 'ps' AND entity = '1:p1' AND name = 'cpu_share'" 0.995
shows "D3: and leads that of CPU" PROCESSES '^ +p1 +1 +root'
is "D4: threads are no processes" "SELECT group_concat(last, ' ') FROM (SELECT last FROM series WHERE source = 'ps' AND entity = '' AND name IN ('processes', 'threads') ORDER BY name)" '2000 10000'

# D5: where current versions have rules and bridges, and what date is now
printf 'Chain INPUT (policy DROP 7 packets, 420 bytes)\n    pkts      bytes target     prot opt in     out     source               destination\n      10      500 DROP       tcp  --  eth0   *       0.0.0.0/0            0.0.0.0/0            tcp dpt:23\n' \
	>"$report/sos_commands/firewall_tables/iptables_-vnxL"
printf 'table inet filter { # handle 1\n\tchain input { # handle 1\n\t\ttype filter hook input priority filter; policy accept;\n\t\tudp dport 69 counter packets 4 bytes 240 drop # handle 2\n\t}\n}\n' \
	>"$report/sos_commands/firewall_tables/nft_-a_list_ruleset"
printf '2: veth0@if3: <BROADCAST,UP,LOWER_UP> mtu 1500 master br0 state blocking priority 32 cost 2 \n' >"$net/bridge_-s_-s_-d_link_show"
is "D5: iptables where it is since 4.1" "SELECT last FROM series WHERE source = 'firewall' AND entity = 'ip filter/INPUT' AND name = 'dropped'" 17
is "D5: nft where it is since 4.6.1" "SELECT last FROM series WHERE source = 'firewall' AND entity = 'inet filter/input' AND name = 'dropped'" 4
shows "D5: with the rule that dropped" CONNTRACK 'ip filter/INPUT +1 +10 +DROP'
is "D5: a port of a bridge" "SELECT group_concat(last, ' ') FROM (SELECT last FROM series WHERE source = 'nic' AND entity = 'veth0' AND name IN ('master', 'bridge_state') ORDER BY name)" 'blocking br0'
is "D5: the date is of the manifest, or of date --utc, not of timedatectl" "SELECT v FROM meta WHERE k = 'started'" 2026-11-22T22:40:13Z

# D6, D7
printf 'Ip: Forwarding DefaultTTL InReceives\nIp: 1 64 77\nUdp: InDatagrams NoPorts\nUdp: 4711 1\nTcp: RtoAlgorithm RtoMin RetransSegs\nTcp: 1 200 987654\n' >"$pid/snmp"
printf 'TcpExt: SyncookiesSent TCPFastRetrans PruneCalled TCPWantZeroWindowAdv TCPRcvCollapsed TCPMemoryPressures\nTcpExt: 999 11 12 13 14 15\n' >"$pid/netstat"
is "D6: the first counter of each group is there" "SELECT group_concat(name || ' ' || last, ', ') FROM (SELECT name, last FROM series WHERE source IN ('snmp', 'netstat') AND entity = '' AND name IN ('IpForwarding', 'UdpInDatagrams', 'TcpExtSyncookiesSent') ORDER BY name)" \
	'IpForwarding 1, TcpExtSyncookiesSent 999, UdpInDatagrams 4711'
for counter in 'TcpRetransSegs +987,654' 'TcpExtTCPFastRetrans +11' 'TcpExtPruneCalled +12' 'TcpExtSyncookiesSent +999' 'TcpExtTCPWantZeroWindowAdv +13' 'TcpExtTCPRcvCollapsed +14' 'TcpExtTCPMemoryPressures +15'; do
	shows "D7: TCP's health is shown: ${counter%% *}" TCP "$counter"
done

# D8
printf 'NIC statistics:\n     rx_no_dma_resources: 5\n     link_down_events_phy: 3\n     tx_timeout_count: 2\n     tx_queue_stopped: 4\n     rx_oversize_pkts_phy: 6\n     bw_in_allowance_exceeded: 7\n     rx_fragments: 8\n     rx_csum_full: 900\n' >"$net/ethtool_-S_veth0"
for counter in rx_no_dma_resources link_down_events_phy tx_timeout_count tx_queue_stopped rx_oversize_pkts_phy bw_in_allowance_exceeded rx_fragments rx_csum_full; do
	shows "D8: no counter of a driver is left out by its name: $counter" ETHTOOL "$counter"
done

# D9: 20,000 healthy sockets and one that is not
python3 - "$net/ss_-peaonmi" <<'PY'
import sys
with open(sys.argv[1], "w") as f:
    f.write("Netid State  Recv-Q Send-Q Local Address:Port Peer Address:Port\n")
    f.write('tcp   LISTEN 0      511    0.0.0.0:80 0.0.0.0:* users:(("web",pid=286,fd=3)) ino:1 sk:1\n')
    for i in range(20000):
        f.write("tcp   ESTAB  0      0      192.0.2.1:80 198.51.%d.%d:4000 ino:%d sk:%x\n\t cubic rto:204 rtt:4.1/2.0 cwnd:10 app_limited\n" % (100 + i // 250 % 100, i % 250 + 1, i + 10, i + 10))
    f.write('tcp   ESTAB  17     62     192.0.2.1:80 203.0.113.9:4444 users:(("web",pid=286,fd=9)) ino:9 sk:9\n\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl5,d34) cubic rto:204 rtt:4.1/2.0 cwnd:10 lost:3 retrans:0/62 dsack_dups:17 reord_seen:2\n')
PY
shows "D9: the socket that suffers is shown, with what it lost" SOCKETS 'ESTAB +192.0.2.1:80 +203.0.113.9:4444 +web .* 62 +3 +17 +2'
analyze --section SOCKETS "$report" >"$work/section"
[ "$(wc -l <"$work/section")" -lt 120 ] && [ "$(grep -c '198[.]51[.].*:4000' "$work/section")" -eq 0 ]
verdict "D9: healthy ones are not, and what is shown is bounded" $?
rm -f "$net/ss_-peaonmi"

# D10
shows "D10: a distribution is named as it names itself" HOST 'Red Hat Enterprise Linux 9.4 \(Plow\)'

# D11: what sos clean left as it was, and what it bent, is read as it stands; nothing is scrubbed by halves
printf 'Proto Recv-Q Send-Q Local Address Foreign Address State User Inode PID/Program name Timer\ntcp 0 0 100.0.0.2/24:8080 0.0.0.0:* LISTEN 33 1 286/web off (0.00/0/0)\ntcp 0 9 100.0.0.2/24:8080 100.0.0.3/24:99 ESTABLISHED 33 2 286/web on (0.3/0/0)\n' \
	>"$net/netstat_-W_-neopa"
rm -f "$pid/tcp" "$pid/tcp6"
is "D11: addresses of sos clean are peers" "SELECT peer || ' ' || state FROM tcp_peer WHERE state = 'ESTAB'" '100.0.0.3 ESTAB'
is "D11: where ss and /proc/net/tcp are missing netstat has the sockets" "SELECT group_concat(state || ' ' || n, ', ') FROM (SELECT state, n FROM tcp_state ORDER BY state)" 'ESTAB 1, LISTEN 1'

# D12
printf 'State Recv-Q Send-Q Local Address:Port Peer Address:Port\ntcp   LISTEN 5 4 0.0.0.0:9090 0.0.0.0:* ino:1 sk:1\n\t skmem:(r0,rb131072,t0,tb16384,f0,w0,o0,bl0,d21)\ntcp   ESTAB 0 0 10.1.0.1:9090 10.1.0.2:5 ino:2 sk:2\ntcp   ESTAB 0 0 10.1.0.1:9090 10.1.0.3:5 ino:3 sk:3\n' |
	sed '1s/^/Netid /' >"$net/namespaces/blue/ip_netns_exec_blue_ss_-peaonmi"
printf '2: blue0@if5: <BROADCAST,UP> mtu 1450 qdisc noqueue state UP group default\n    link/ether 02:00:00:00:00:09 brd ff:ff:ff:ff:ff:ff\n    inet 10.1.0.1/24 scope global blue0\n' >"$net/namespaces/blue/ip_netns_exec_blue_ip_-d_address_show"
is "D12: a namespace's counters" "SELECT last FROM series WHERE source = 'netstat' AND entity = 'blue/' AND name = 'TcpExtListenOverflows'" 90
is "D12: its addresses" "SELECT count(*) FROM series WHERE source = 'net_config' AND entity = 'blue/blue0' AND name = 'inet:10.1.0.1/24'" 1
is "D12: its sockets by state" "SELECT group_concat(name || ' ' || last, ', ') FROM (SELECT name, last FROM series WHERE source = 'tcp' AND entity = 'blue/' ORDER BY name)" 'ESTAB 2, LISTEN 1'
is "D12: its listeners' queues" "SELECT group_concat(name || ' ' || last, ', ') FROM (SELECT name, last FROM series WHERE source = 'listener' AND entity = 'blue/0.0.0.0:9090' ORDER BY name)" 'backlog 4, drops 21, queue 5'
shows "D12: and says whose they are" SOCKETS 'blue +ESTAB +2'
is "D12: its peers" "SELECT group_concat(dir || ' ' || peer || ' ' || port || ' ' || n, ', ') FROM (SELECT * FROM netns_peer WHERE netns = 'blue' AND state = 'ESTAB' ORDER BY peer)" 'in 10.1.0.2 9090 1, in 10.1.0.3 9090 1'
shows "D12: with the others'" SOCKETS 'blue +in +10.1.0.2 +9090 +1'
is "D12: they are none of the host's" "SELECT count(*) FROM tcp_peer WHERE peer LIKE '10.1.%'" 0

# D13
cat >"$net/ip_-d_address" <<'TEXT'
1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
2: veth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000
    link/ether ba:c4:5b:fa:28:b3 brd ff:ff:ff:ff:ff:ff
    inet 192.0.2.1/24 scope global veth0
    inet 192.0.2.50/24 scope global secondary veth0:1
TEXT
shows "D13: further addresses of an interface" NETDEV 'veth0 .*192.0.2.1/24 .*192.0.2.50/24'
is "D13: lo's state is the kernel's" "SELECT last FROM series WHERE source = 'nic' AND entity = 'lo' AND name = 'operstate'" unknown
echo 196608 >"$report/proc/sys/kernel/tainted"
shows "D13: taint bits that nobody knows yet are shown" HOST 'tainted kernel.* 196,?608'

# what xsos prints of bonds
cp tests/parse/bonding/lacp.in "$pid/bonding/bond0"
shows "a bond's mode and partner" NETDEV 'bond0 +IEEE 802.3ad.*02:00:5e:20:00:01'
shows "its slaves with failures, aggregator, permanent address" NETDEV 'bond0 +ens1f0 +up +3 +25000 Mbps +1 .*02:00:5e:10:00:01'

# what xsos prints of teams, of ifcfg files (and runs them), of the PCI bus
mkdir -p "$report/sos_commands/teamd" "$report/sos_commands/pci" "$report/sos_commands/selinux" "$report/boot/grub2" "$report/sys/kernel/mm/transparent_hugepage"
cp tests/parse/teamd/lacp.in "$report/sos_commands/teamd/teamdctl_team0_state_dump"
shows "a team's mode" NETDEV 'team0 +team lacp'
shows "its ports with failures" NETDEV 'team0 +eth1 +up +2 +10000 Mbps +5'
cp tests/parse/ifcfg/bond.in "$report/etc/sysconfig/network-scripts/ifcfg-bond0"
shows "how a file ifcfg sets an interface" NETDEV 'bond0 +Bond +bond0 +yes +none +192.0.2.1/24'
cp tests/parse/lspci/plain.in "$report/sos_commands/pci/lspci_-nnvv"
shows "network devices on the bus" ETHTOOL '0000:3b:00.0 +Mellanox Technologies MT27800'

# and of the host: OS, CPU, MEMORY
printf 'SELinux status:                 enabled\nCurrent mode:                   enforcing\nMode from config file:          permissive\n' >"$report/sos_commands/selinux/sestatus_-v"
cp tests/parse/grub/grubenv.in "$report/boot/grub2/grubenv"
echo 'always [madvise] never' >"$report/sys/kernel/mm/transparent_hugepage/enabled"
printf 'processor\t: 0\nmodel name\t: Some CPU\nphysical id\t: 0\nsiblings\t: 4\ncpu cores\t: 2\nflags\t\t: fpu pae lm vmx nx constant_tsc rdrand aes\n' >"$report/proc/cpuinfo"
printf 'MemTotal: 8000000 kB\nMemFree: 1000000 kB\nBuffers: 500000 kB\nCached: 2500000 kB\nSwapTotal: 2000000 kB\nSwapFree: 1500000 kB\nAnonHugePages: 409600 kB\nHugePages_Total: 64\nHugePages_Free: 60\nHugePages_Rsvd: 1\nHugepagesize: 2048 kB\nDirty: 100 kB\n' >"$report/proc/meminfo"
shows "SELinux now and at boot" HOST 'SELinux +enabled, now enforcing, at boot permissive'
shows "what is booted next" HOST 'booted next +0123456789abcdef.*4.18.0-553'
shows "the kernel's command line, its secrets left out" HOST 'command line +BOOT_IMAGE=.*rootpw=\(not kept\) mitigations=off'
shows "CPU flags" HOST 'CPU flags +pae lm vmx nx constant_tsc rdrand aes'
shows "cores and threads" HOST 'cores 2, threads per socket 4'
shows "what tainted the kernel" HOST 'aux\), randomised structs'
shows "memory used without buffers and cache" MEMORY 'used without buffers and cache +3[.]81 GiB'
shows "swap that is used" MEMORY 'swap used +488 MiB'
shows "huge pages" MEMORY 'huge pages +64'
shows "transparent huge pages" MEMORY 'transparent huge pages +madvise'
shows "and how much is in them" MEMORY 'AnonHugePages +400 MiB'

# sockets that are none of TCP's
printf '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n    1: 00000000:0202 00000000:0000 07 00000000:00001200 00:00000000 00000000     0        0 5 2 0 99999\n' >"$pid/udp"
printf 'Netid State Recv-Q Send-Q Local Address:Port Peer Address:Port\nudp UNCONN 4608 0 0.0.0.0:514 0.0.0.0:* users:(("rsyslogd",pid=99,fd=3))\nu_str LISTEN 2 1 /run/web/s with blank 7 * 0\n' >"$net/ss_-peaonmi"
shows "a UDP socket that dropped, and whose it is" UDP '0.0.0.0:514 +rsyslogd +99,?999'
shows "local listeners with connections that wait" SOCKETS '/run/web/s with blank +2 +1$'

# switches within the host
cp tests/parse/tc_filter/actions.in "$net/tc_-s_filter_show_dev_eth0_ingress"
cp tests/parse/bridge_vlan/6.1.in "$net/bridge_-d_vlan_show"
cp tests/parse/bridge_fdb/6.1.in "$net/bridge_-s_-s_-d_-t_fdb_show"
cp tests/parse/devlink/health.in "$net/devlink_health_show"
shows "what filters dropped" QDISC 'eth0:ingress +2 +2 +80 +17'
shows "a bridge's port with its VLANs" NETDEV 'veth0 +br0 +blocking +1 +4 +.*1[*] 10 20-22'
shows "a NIC whose driver reports errors" ETHTOOL 'pci/0000:3b:00.0:tx .*error +3 +2'
