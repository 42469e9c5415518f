#!/bin/bash
# A linkerd with one client, server or service for each thing that can be wrong with it
# (tests/fake_linkerd.py), real sockets beside it where a rule asks the kernel too
# (tests/linkerd_traffic.py), recorded for two minutes: the rules that must fire do, on
# those and on nothing else.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${BUILD:-build}" && pwd)
collect=$build/nettape-collect analyze=$build/nettape-analyze
dir=${TESTLOG:-/tmp}/linkerd
ns=nettape-l5d-$$
far=$ns-far
lossy=192.0.2.2:8080
rm -rf "$dir"
mkdir -p "$dir"

ok() { # WHAT STATUS
	if [ "$2" -eq 0 ]; then echo "ok - linkerd: $1"; else echo "not ok - linkerd: $1"; fi
}
skip() { echo "ok - linkerd: $1 # SKIP $2"; }
inside() { ip netns exec "$ns" "$@"; }

# The addresses behind the clients that have some: as linkerd 1.3.5 tells them.
cat >"$dir/endpoints.json" <<END
{"#/io.l5d.fs/loss-tail": ["$lossy"],
 "#/io.l5d.fs/p999-200ms": ["127.0.3.1:8090"],
 "#/io.l5d.fs/imbalance": ["127.0.1.1:8090", "127.0.1.2:8090", "127.0.1.3:8090", "127.0.1.4:8090"],
 "#/io.l5d.fs/balanced": ["127.0.2.1:8090", "127.0.2.2:8090", "127.0.2.3:8090", "127.0.2.4:8090"],
 "#/io.l5d.fs/healthy": ["192.0.2.7:80", "192.0.2.8:80", "192.0.2.9:80"]}
END

# What must be found, and nothing else of a linkerd: LINKERD RULE LEVEL ENTITY [CAUSE].
# LINKERD is tree, flat, both, or '-': no linkerd's entity.  CAUSE: folded under that rule.
# The flat one is too old to tell its clients' addresses: no imbalance, and the host's
# retransmits count for every client whose p999 says so.  A cause is at least as bad as
# the worst that it explains.
cat >"$dir/expect" <<'END'
both linkerd-backend/pool-tiny       warn http|client|#/io.l5d.fs/pool-tiny
both linkerd-backend/pool-degraded   crit http|client|#/io.l5d.fs/pool-degraded
both linkerd-backend/failure-accrual warn http|client|#/io.l5d.fs/pool-degraded
both linkerd-backend/none-available  crit http|client|#/io.l5d.fs/none-available
both linkerd-backend/similarly-slow  warn http|client|#/io.l5d.fs/similarly-slow
both linkerd-backend/concurrency     warn http|client|#/io.l5d.fs/concurrency
both linkerd-backend/latency-spike   warn http|client|#/io.l5d.fs/latency-spike
both linkerd-backend/connect-latency crit http|client|#/io.l5d.fs/connect-latency
both linkerd-backend/failure-ratio   warn http|client|#/io.l5d.fs/failure-ratio
both linkerd-backend/failure-ratio   crit http|service|svc/failing
both linkerd-pool/idle-close-race    warn http|client|#/io.l5d.fs/failure-ratio
both linkerd-pool/client-no-reuse    crit http|client|#/io.l5d.fs/client-no-reuse
both linkerd-pool/short-lived        warn http|client|#/io.l5d.fs/short-lived
both linkerd-pool/waiters            warn http|client|#/io.l5d.fs/waiters root-cause/pool-queueing
both root-cause/pool-queueing        warn http|client|#/io.l5d.fs/waiters
both sockets/ephemeral-ports         crit http|client|#/io.l5d.fs/bind-failures
both linkerd-pool/server-no-reuse    crit http|server|0.0.0.0/4141
both root-cause/no-connection-reuse  crit http|server|0.0.0.0/4140
both linkerd-pool/server-no-reuse    crit http|server|0.0.0.0/4140 root-cause/no-connection-reuse
both linkerd-pool/short-lived        warn http|server|0.0.0.0/4140 root-cause/no-connection-reuse
both linkerd-pool/ab-symptom         warn http|server|0.0.0.0/4140
-    sockets/timewait-share          warn 0.0.0.0:4140 root-cause/no-connection-reuse
-    sockets/ephemeral-ports         crit 127.0.0.1:8088 root-cause/ephemeral-exhaustion
-    root-cause/ephemeral-exhaustion crit 127.0.0.1:8088
END
cat >"$dir/expect.kernel" <<'END'
tree linkerd-backend/imbalance       warn http|client|#/io.l5d.fs/imbalance
END
cat >"$dir/expect.loss" <<'END'
tree linkerd-backend/p999-200ms      warn http|client|#/io.l5d.fs/p999-200ms
flat linkerd-backend/p999-200ms      warn http|client|#/io.l5d.fs/p999-200ms root-cause/loss-tail-200ms
both linkerd-backend/p999-200ms      warn http|client|#/io.l5d.fs/loss-tail root-cause/loss-tail-200ms
both root-cause/loss-tail-200ms      crit http|client|#/io.l5d.fs/loss-tail
flat root-cause/loss-tail-200ms      crit http|client|#/io.l5d.fs/p999-200ms
END

# Two namespaces and a path that loses some of the requests, but no handshake.
links() {
	ip netns add "$ns" 2>/dev/null && ip netns add "$far" &&
		ip link add l5d0 netns "$ns" type veth peer name far0 netns "$far" &&
		inside ip link set lo up && inside ip link set l5d0 up &&
		inside ip addr add 192.0.2.1/24 dev l5d0 &&
		ip netns exec "$far" ip link set far0 up &&
		ip netns exec "$far" ip addr add 192.0.2.2/24 dev far0 &&
		inside sysctl -qw net.ipv4.ip_local_port_range='20000 20799'
}
lose() {
	ip netns exec "$far" nft -f - <<-END
		table inet lose {
			chain input {
				type filter hook input priority 0;
				tcp dport 8080 meta length > 120 numgen random mod 1000 < 20 drop
			}
		}
	END
}

# Starts a program that lives until its input ends; waits for its first line.
begin() { # NAME COMMAND...
	local name=$1
	shift
	"$@" <"$dir/life" >"$dir/$name.out" 2>"$dir/$name.err" 3>&- &
	for _ in $(seq 100); do
		[ -s "$dir/$name.out" ] && return 0
		sleep 0.1
	done
	sed 's/^/# /' "$dir/$name.err"
	return 1
}

record() { # NAME OPTION...
	local name=$1
	shift
	inside "$collect" -q --every 1s --force -o "$dir/$name.tar.zst" "$@" \
		2>"$dir/$name.err" 3>&-
}

for command in ip nft python3; do
	command -v "$command" >/dev/null && continue
	skip "everything" "no $command here"
	exit 0
done
trap 'exec 3>&-; wait; ip netns del "$far"; ip netns del "$ns"' EXIT
mkfifo "$dir/life"
exec 3<>"$dir/life" # closed by us, or by our death: then they all end
if ! links 2>"$dir/links.err"; then
	skip "everything" "no namespaces or no veth here, or not root"
	exit 0
fi
cat "$dir/expect.kernel" >>"$dir/expect"
if lose 2>"$dir/lose.err"; then
	cat "$dir/expect.loss" >>"$dir/expect"
else
	skip "loss" "nft cannot drop at random here"
fi
begin far ip netns exec "$far" python3 tests/linkerd_traffic.py serve "$lossy"
ok "the far end serves" $?
begin traffic inside python3 tests/linkerd_traffic.py call "$lossy"
ok "there is traffic" $?
begin fake inside python3 tests/fake_linkerd.py --minute 10 --endpoints "$dir/endpoints.json" \
	tree=9990 flat-404=9991 old=9992 forbidden=9993 garbage=9994
ok "the fake linkerds answer" $?

record short --for 4s --pace metrics=1s --metrics http://127.0.0.1:9990 --metrics http://127.0.0.1:9992 \
	--metrics http://127.0.0.1:9993 --metrics http://127.0.0.1:9994 &
short=$!
# latency-spike and loss-tail-200ms want two minutes
record long --for 122s --pace metrics=2s --pace client-state=2s \
	--metrics http://127.0.0.1:9990 --metrics http://127.0.0.1:9991
ok "two minutes are recorded" $?
wait "$short"
ok "some seconds are recorded" $?

for name in short long; do
	"$analyze" --format json --fail-on never --db "$dir/$name.db" -o "$dir/$name.json" "$dir/$name.tar.zst" \
		2>"$dir/$name.analyze.err"
	ok "the $name recording is analyzed" $?
done
"$analyze" --fail-on never --all --width 250 "$dir/long.tar.zst" >"$dir/long.txt" 2>"$dir/long.txt.err"
ok "and told as text" $?
python3 tests/e2e/linkerd_judge.py "$dir"
