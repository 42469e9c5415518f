#!/bin/bash
# The native ethtool, ifconfig, tc and ls against the real ones, field by field: in a
# network namespace of our own, and read-only on the host's devices.
set -u
cd "$(dirname "$0")/../.." || exit 1
tool=$PWD/${BUILD:-build}/tests/tool
same=$PWD/tests/same_text.py
dir=${TESTLOG:-/tmp}/tools
ns=nettape-tools-$$
rm -rf "$dir"
mkdir -p "$dir"
inside=() # the command that enters the namespace, or nothing: the host's own
n=0

ok() { # WHAT STATUS
	n=$((n + 1))
	if [ "$2" -eq 0 ]; then echo "ok - tools: $1"; else echo "not ok - tools: $1"; fi
}
skip() { echo "ok - tools: $1 # SKIP $2"; }

# Runs the real tool, ours, the real tool again, and compares.  Where the real one fails,
# ours has to have no text and a status.
against() { # WHAT COMMAND...
	local what=$1 real=0 mine=0 f
	shift
	f=$dir/$n
	"${inside[@]}" "$@" >"$f.before" 2>"$f.err" || real=$?
	"${inside[@]}" "$tool" "$@" >"$f.ours" 2>"$f.status" || mine=$?
	"${inside[@]}" "$@" >"$f.after" 2>/dev/null
	if [ "$real" -ne 0 ] || grep -q 'No data available\|no stats available' "$f.before" "$f.err"; then
		[ "$mine" -ne 0 ] && [ ! -s "$f.ours" ] && grep -q '^absent: \|^denied: ' "$f.status"
		ok "$what has none, and ours says so" $?
		return
	fi
	[ "$mine" -eq 0 ] && "$same" "$f.before" "$f.ours" "$f.after" >"$f.diff"
	ok "$what is the real tool's" $?
	[ ! -s "$f.diff" ] || sed 's/^/# /' "$f.diff" | head -20
}

every_ethtool() { # INTERFACE WHERE
	for option in -S -i -g -k -c -l -a; do against "ethtool $option $1 $2" ethtool "$option" "$1"; done
	against "ethtool $1 $2" ethtool "$1"
}

gone() { # status absent, ENODEV, no text
	for args in "-S nosuch0" "-i nosuch0" "-g nosuch0" "-k nosuch0" "-c nosuch0" "-l nosuch0" \
		"-a nosuch0" "nosuch0"; do
		# shellcheck disable=SC2086 # an option and a name
		text=$("$tool" ethtool $args 2>"$dir/gone")
		[ $? -eq 1 ] && [ -z "$text" ] && grep -q '^absent: No such device' "$dir/gone"
		ok "ethtool $args is absent" $?
	done
	"$tool" ethtool -S name-of-16-chars 2>"$dir/gone" && false
	grep -q '^absent: No such device' "$dir/gone"
	ok "a name too long for an interface is absent" $?
}

host() {
	against "ifconfig -a of the host" ifconfig -a
	against "tc -s qdisc of the host" tc -s qdisc
	for path in /sys/class/net/*; do
		[ -e "$path/ifindex" ] && every_ethtool "${path##*/}" "of the host"
	done
}

qdisc() { # DEVICE ADD-ARGUMENTS...
	local dev=$1
	shift
	# shellcheck disable=SC2086 # arguments as words
	if "${inside[@]}" tc qdisc replace dev "$dev" $1 2>"$dir/qdisc.err"; then
		against "tc -s qdisc with $1" tc -s qdisc
	else
		skip "tc -s qdisc with $1" "this kernel has none: $(head -1 "$dir/qdisc.err")"
	fi
	"${inside[@]}" tc qdisc del dev "$dev" "${1%% *}" 2>/dev/null
}

# Rates, sizes and times that are round and that are not.
qdiscs() {
	local kind
	for kind in "tbf rate 1mbit burst 10kb latency 50ms" "tbf rate 1234567bit burst 4321 limit 99999" \
		"tbf rate 10mbit burst 100kb limit 1mb peakrate 20mbit mtu 1540" \
		"tbf rate 10gbit burst 5mb latency 2s" \
		fq_codel "fq_codel limit 2000 target 3ms interval 40ms noecn ce_threshold 1ms" \
		fq "fq maxrate 10mbit nopacing" pfifo "pfifo limit 7" bfifo "bfifo limit 64kb" "htb default 10" \
		codel "codel ecn" cake "cake bandwidth 10mbit besteffort" sfq "sfq perturb 10" prio \
		"netem delay 10ms 2ms loss 1%"; do
		qdisc veth0 "root $kind"
	done
	qdisc veth0 "root handle 5: estimator 250ms 1s pfifo limit 50"
	qdisc veth0 ingress
	qdisc veth0 clsact
	if "${inside[@]}" tc qdisc replace dev veth0 root handle 1: mq; then
		against "tc -s qdisc with mq and its children" tc -s qdisc
	else
		skip "tc -s qdisc with mq" "this kernel has none"
	fi
}

# net-tools sorts by the number at the end, and aliases behind their interface.
many_names() {
	local i
	for i in 1 2 10 02 101 1a; do
		"${inside[@]}" ip link add "ve$i" type veth peer name "x$i-9"
	done
	for i in ve veb ve10b ve-1; do "${inside[@]}" ip link add "$i" type bridge 2>/dev/null; done
	for i in 2 10 1; do "${inside[@]}" ip addr add "10.1.1.$i/24" label "ve2:$i" dev ve2; done
	against "ifconfig -a in its order of names" ifconfig -a
	for i in ve1 ve2 ve10 ve02 ve101 ve1a ve veb ve10b ve-1; do "${inside[@]}" ip link del "$i" 2>/dev/null; done
}

links() {
	"${inside[@]}" ip link set lo up
	"${inside[@]}" ip link add veth0 numtxqueues 4 numrxqueues 4 type veth peer name veth-long-nam-1 || return 1
	"${inside[@]}" ip addr add 192.0.2.1/24 brd + dev veth0
	"${inside[@]}" ip addr add 192.0.2.101/24 label veth0:1 dev veth0
	"${inside[@]}" ip addr add 192.0.2.102/28 dev veth0
	"${inside[@]}" ip addr add 2001:db8::1/64 nodad dev veth0
	"${inside[@]}" ip addr add 2001:db8:0:1::a00:1/120 nodad dev veth0
	"${inside[@]}" ip addr add 10.9.8.1 peer 10.9.8.2 dev veth-long-nam-1
	for link in "bridge br0" "dummy dummy0" "vlan vlan7 link veth0" "ifb ifb9" "ipip ipip0" "sit sit9" \
		"gre gre9" "bond bond9"; do
		# shellcheck disable=SC2086 # kind, name and what the kind needs
		set -- $link
		kind=$1 name=$2
		shift 2
		case $kind in
		vlan) "${inside[@]}" ip link add link veth0 name "$name" type vlan id 7 2>/dev/null ;;
		ipip | sit | gre)
			"${inside[@]}" ip link add "$name" type "$kind" local 192.0.2.1 remote 192.0.2.2 2>/dev/null ;;
		*) "${inside[@]}" ip link add "$name" type "$kind" 2>/dev/null ;;
		esac || echo "# no $kind in this kernel"
	done
	"${inside[@]}" ip tuntap add dev tun0 mode tun 2>/dev/null || echo "# no tun in this kernel"
	"${inside[@]}" ip link set veth0 up promisc on
	"${inside[@]}" ip link set veth-long-nam-1 up
}

# net-tools 2.10 prints zeros for a 15-character name: ours has to be /proc/net/dev's.
long_name() {
	local packets=0 tries=0
	while [ "${packets:-0}" -eq 0 ] && [ $((tries += 1)) -le 20 ]; do # IPv6 speaks by itself
		packets=$("${inside[@]}" sed -n 's/^ *veth-long-nam-1: *[0-9]* *\([0-9]*\) .*/\1/p' /proc/net/dev)
		sleep 0.2
	done
	got=$("${inside[@]}" "$tool" ifconfig -a |
		awk '/^veth-long-nam-1:/ { f = 1 } f && /RX packets/ { print $3; exit }')
	[ "${packets:-0}" -gt 0 ] && [ "${got:-0}" -ge "$packets" ]
	ok "the counters of a 15-character name are right" $?
	"${inside[@]}" ip link set veth-long-nam-1 down
	"${inside[@]}" ip link set veth-long-nam-1 name veth-short
}

dump() {
	local root=$dir/root
	mkdir -p "$root/proc/net" "$root/sys/class/net/eth0" "$root/sys/class/net/veth-long-nam-1"
	printf '%s\n%s\n%s\n%s\n' 'Inter-|   Receive  |  Transmit' ' face |bytes    packets errs' \
		'  eth0:8144002186412 10129721832 1 2 3 4 0 0 5 6 7 8 9 10 11 0' \
		'veth-long-nam-1: 2048 2 0 0 0 0 0 0 1024 1 0 0 0 0 0 0' >"$root/proc/net/dev"
	echo "fe80000000000000000000fffe000001 04 40 20 80     eth0" >"$root/proc/net/if_inet6"
	for value in eth0/flags=0x1003 eth0/mtu=9000 eth0/tx_queue_len=1000 eth0/type=1 eth0/operstate=up \
		eth0/address=02:00:00:00:00:01 veth-long-nam-1/flags=0x1002 veth-long-nam-1/mtu=1500 \
		veth-long-nam-1/type=1; do
		echo "${value#*=}" >"$root/sys/class/net/${value%%=*}"
	done
	cat >"$dir/dump.expected" <<-'EOF'
		eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 9000
		        inet6 fe80::ff:fe00:1  prefixlen 64  scopeid 0x20<link>
		        ether 02:00:00:00:00:01  txqueuelen 1000  (Ethernet)
		        RX packets 10129721832  bytes 8144002186412 (7.4 TiB)
		        RX errors 1  dropped 2  overruns 3  frame 4
		        TX packets 6  bytes 5 (5.0 B)
		        TX errors 7  dropped 8 overruns 9  carrier 11  collisions 10

		veth-long-nam-1: flags=4098<BROADCAST,MULTICAST>  mtu 1500
		        ether 00:00:00:00:00:00  (Ethernet)
		        RX packets 2  bytes 2048 (2.0 KiB)
		        RX errors 0  dropped 0  overruns 0  frame 0
		        TX packets 1  bytes 1024 (1024.0 B)
		        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0

	EOF
	"$tool" -r "$root" ifconfig -a >"$dir/dump.ours" 2>"$dir/dump.status" &&
		diff -u "$dir/dump.expected" "$dir/dump.ours" >&2 && grep -q '^fallback: ' "$dir/dump.status"
	ok "ifconfig -a of a dump is made of its files" $?
	rm -r "$root/sys"
	"$tool" -r "$root" ifconfig -a >"$dir/dump.ours" 2>"$dir/dump.status" && false
	[ ! -s "$dir/dump.ours" ] && grep -q '^absent: .*no sys/class/net' "$dir/dump.status"
	ok "a dump without sys/class/net has no ifconfig" $?
	for args in "ethtool -S lo" "ethtool lo" "tc -s qdisc"; do
		# shellcheck disable=SC2086 # a command line
		"$tool" -r "$root" $args >"$dir/dump.ours" 2>"$dir/dump.status" && false
		[ ! -s "$dir/dump.ours" ] && grep -q '^absent: .*a dump' "$dir/dump.status"
		ok "$args asks no kernel for a dump" $?
	done
}

# What this machine lacks, from a kernel that is played to the real tools and to ours.  The
# ioctl's text of 6.1 differs from netlink's: ours has netlink's order, its names of FEC
# modes, and no trailing blanks; the real one leaves UFO out by the kernel's version.
like_netlink() {
	sed 's/None BaseR RS LLRS/None RS BASER LLRS/; /^udp-fragmentation-offload/d; s/ *$//' "$1" |
		if [ "$2" = plain ]; then sort; else cat; fi
}

faked() { # KERNEL FORM COMMAND...
	local kernel=$1 form=$2 real=0 mine=0
	shift 2
	FAKE=$kernel LD_PRELOAD=$dir/fake_kernel.so "$@" >"$dir/fake.real" 2>"$dir/fake.err" || real=$?
	FAKE=$kernel LD_PRELOAD=$dir/fake_kernel.so ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 \
		"$tool" "$@" >"$dir/fake.ours" 2>"$dir/fake.status" || mine=$?
	if [ "$real" -ne 0 ]; then
		[ "$mine" -ne 0 ] && grep -q '^absent: ' "$dir/fake.status"
	else
		[ -s "$dir/fake.ours" ] && diff <(like_netlink "$dir/fake.real" "$form") \
			<(like_netlink "$dir/fake.ours" "$form") >"$dir/fake.diff"
	fi
	ok "$* with a played kernel ($kernel)" $?
	[ ! -s "$dir/fake.diff" ] || sed 's/^/# /' "$dir/fake.diff" | head -20
	rm -f "$dir/fake.diff"
}

played() {
	if ! "${CC:-cc}" -shared -fPIC -D_GNU_SOURCE -o "$dir/fake_kernel.so" tests/preload/fake_kernel.c \
		-ldl 2>"$dir/fake.cc"; then
		skip "with a played kernel" "no compiler here"
		return
	fi
	faked qdisc exact tc -s qdisc
	for kernel in ethtool old; do
		for option in -S -i -g -k -c -l -a; do faked "$kernel" exact ethtool "$option" lo; done
		faked "$kernel" plain ethtool lo
	done
	FAKE=liar LD_PRELOAD=$dir/fake_kernel.so ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 \
		"$tool" ethtool -S lo >"$dir/fake.ours" 2>"$dir/fake.status" && false
	[ ! -s "$dir/fake.ours" ] && grep -q '^error: .*the driver changes its counters' "$dir/fake.status"
	ok "counters that grow between two calls are no text, and no overrun" $?
}

names() {
	local root=$dir/names
	against "ls /sys/class/net" ls /sys/class/net
	mkdir -p "$root/sys/devices/pci0/virtio2" "$root/sys/devices/pci0/msi_irqs" "$root/sys/class/net/eth0"
	touch "$root/sys/devices/pci0/msi_irqs/9" "$root/sys/devices/pci0/msi_irqs/38"
	ln -s ../../../devices/pci0/virtio2 "$root/sys/class/net/eth0/device"
	got=$("$tool" -r "$root" ls /sys/class/net/eth0/device/msi_irqs 2>/dev/null | tr '\n' ' ')
	[ "$got" = "38 9 " ]
	ok "a virtio device's vectors are found one folder up" $?
	"$tool" ls /nonexistent >/dev/null 2>"$dir/ls.status" && false
	grep -q '^absent: No such file' "$dir/ls.status"
	ok "a folder that is not there is absent" $?
}

for command in ethtool ifconfig tc ip python3; do
	command -v "$command" >/dev/null && continue
	skip "everything" "no $command here to compare with"
	exit 0
done
host
gone
dump
names
played
if ! ip netns add "$ns" 2>/dev/null; then
	skip "in a namespace of our own" "no network namespaces here, or not root"
	exit 0
fi
trap 'ip netns del "$ns"' EXIT
inside=(nsenter --net=/run/netns/"$ns")
if links; then
	long_name
	many_names
	against "ifconfig -a with aliases, tunnels and IPv6" ifconfig -a
	for path in $("${inside[@]}" ls /sys/class/net); do
		"${inside[@]}" test -d "/sys/class/net/$path" && every_ethtool "$path" "in a namespace"
	done
	"${inside[@]}" ethtool -K veth0 gro on tso off 2>/dev/null
	against "ethtool -k veth0 after a change" ethtool -k veth0
	qdiscs
else
	skip "in a namespace of our own" "no veth here"
fi
