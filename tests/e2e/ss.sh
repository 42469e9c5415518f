#!/bin/sh
# Our ss against the real one, field by field, over sockets of every state and shape
# in two network namespaces; then without netlink, and from a dump of /proc.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${BUILD:?}" && pwd)
tool=$build/tests/tool
here=tests/e2e
a=nta$$ b=ntb$$
log=$TESTLOG/ss
mkdir -p "$log"

skip() {
	echo "ok - ss against the real one # SKIP $*"
	exit 0
}

real=$(command -v ss) || skip "no ss on this host"
case $(ss -V) in
*iproute2-6.1*) ;;
*) skip "written for iproute2 6.1, here is $(ss -V)" ;;
esac
[ "$(id -u)" -eq 0 ] || skip "network namespaces need root"
ip netns add "$a" 2>"$log/netns" || skip "no network namespaces here"

clean() {
	exec 7>&- # ends the helper
	wait
	ip netns del "$a" 2>/dev/null
	ip netns del "$b" 2>/dev/null
	rm -f "$log/stop"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

mac() { nsenter --net=/run/netns/"$1" ip -o link show "$2" | sed 's/.*ether \([^ ]*\).*/\1/'; }

neighbour() { # NETNS DEVICE ETHER ADDRESS...: never asked for again
	ns=$1 dev=$2 ether=$3
	shift 3
	for address; do nsenter --net=/run/netns/"$ns" ip neigh replace "$address" lladdr "$ether" dev "$dev" nud permanent; done
}

end() { # NETNS DEVICE N
	nsenter --net=/run/netns/"$1" ip link set lo up
	nsenter --net=/run/netns/"$1" ip addr add "10.77.0.$3/24" dev "$2"
	nsenter --net=/run/netns/"$1" ip addr add "fd77::$3/64" dev "$2" nodad
	nsenter --net=/run/netns/"$1" ip addr add "fe80::77:$3/64" dev "$2" nodad
	nsenter --net=/run/netns/"$1" ip link set "$2" up
}

network() {
	ip netns add "$b" &&
		nsenter --net=/run/netns/"$a" ip link add va type veth peer name vb netns "$b" &&
		nsenter --net=/run/netns/"$a" ip link add fifteen-charss0 type veth peer name other &&
		end "$a" va 1 && end "$b" vb 2 && nsenter --net=/run/netns/"$a" ip link set fifteen-charss0 up &&
		neighbour "$a" va "$(mac "$b" vb)" 10.77.0.2 fd77::2 fe80::77:2 &&
		neighbour "$b" vb "$(mac "$a" va)" 10.77.0.1 fd77::1 fe80::77:1 &&
		neighbour "$a" va 02:00:00:00:00:99 10.77.0.99 fd77::99 &&
		neighbour "$b" vb 02:00:00:00:00:99 10.77.0.99 fd77::99
}

network 2>>"$log/netns" || skip "cannot make veth pairs: $(tail -n 1 "$log/netns")"
rm -f "$log/stop"
mkfifo "$log/stop"
python3 "$here/ss_sockets.py" "$a" "$b" <"$log/stop" >"$log/ready" 2>&1 &
exec 7>"$log/stop"
tries=0
until grep -q '^ready' "$log/ready"; do
	tries=$((tries + 1))
	if [ $tries -gt 100 ] || grep -q Error "$log/ready"; then
		echo "not ok - ss: the sockets to be compared"
		tail -n 5 "$log/ready"
		exit 1
	fi
	sleep 0.1
done

compare() { python3 "$here/ss_compare.py" "$@"; }

states=$(for ns in "$a" "$b"; do nsenter --net=/run/netns/"$ns" "$real" -Htan; done | awk '{ print $1 }' | sort -u | wc -l)
if [ "$states" -eq 10 ]; then
	echo "ok - ss: sockets in all ten states are compared"
else
	echo "not ok - ss: sockets in $states states, not ten"
fi
for ns in "$a" "$b"; do
	where=${ns%"$$"}
	where=${where#nt}
	for options in -tan -ltnm -tanmieo -tanp -ltnp -tn -tano -tani -tanmieop; do
		compare "ss $options in $where as the real one" "$ns" "$tool ss $options" "ss $options"
	done
	compare "ss -s in $where as the real one" "$ns" "$tool ss -s" "ss -s"

	# ss reads a file that it is told of instead of asking the kernel
	proc="env PROC_NET_TCP=/proc/net/tcp ss"
	denied="$build/tests/e2e/no_netlink 1 $tool ss"
	for options in -tan -ltn -tanp -tano -tane; do
		compare "ss $options in $where without netlink" "$ns" "$denied $options" "$proc $options"
	done

	root=$log/root-$where
	mkdir -p "$root/proc/net"
	for f in tcp tcp6 sockstat sockstat6 snmp; do
		nsenter --net=/run/netns/"$ns" cat "/proc/net/$f" >"$root/proc/net/$f"
	done
	for options in -tan -ltn -tano -s; do
		compare "ss $options of a dump of $where" "" "$tool -r $root ss $options" "env PROC_ROOT=$root/proc ss $options"
	done
done

said() { # WHAT STATUS-TEXT COMMAND...: what the capture says of itself
	what=$1 expected=$2
	shift 2
	"$@" >"$log/text" 2>"$log/said"
	if grep -q "$expected" "$log/said"; then
		echo "ok - ss: $what"
	else
		echo "not ok - ss: $what"
		cat "$log/said"
	fi
}

said "EPERM is a fallback that says so" \
	'^fallback: .*sock_diag: Operation not permitted; from /proc/net/tcp, no accept limits' \
	"$build/tests/e2e/no_netlink" 1 "$tool" ss -ltnm
said "ENOENT is a fallback that says so" \
	'^fallback: .*sock_diag: No such file or directory; from /proc/net/tcp' \
	"$build/tests/e2e/no_netlink" 2 "$tool" ss -tan
mkdir -p "$log/empty"
said "a dump without the file is absent" '^absent: No such file or directory' "$tool" -r "$log/empty" ss -tan
said "a dump without counts is absent" '^absent: No such file or directory' "$tool" -r "$log/empty" ss -s
nobody="setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
# shellcheck disable=SC2086 # a command and its arguments
if $nobody test -x "$tool" 2>/dev/null; then
	said "owners that may not be seen are counted" 'fds of [0-9]* of [0-9]* processes denied' \
		$nobody "$tool" ss -tanp
	for ns in "$a" "$b"; do
		compare "ss -tanmiop in ${ns%"$$"} without privileges" "$ns" "$nobody $tool ss -tanmiop" \
			"$nobody ss -tanmiop"
	done
else
	echo "ok - ss: without privileges # SKIP another user cannot run it here"
fi
said "an option that is none is an error" '^error: Invalid argument' "$tool" ss -tz
