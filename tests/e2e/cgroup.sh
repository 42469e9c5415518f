#!/bin/sh
# The control group of a watched process: a busy loop with a fifth of a CPU is recorded for
# three seconds, and its throttling is found in the store. Prints TAP.
# shellcheck disable=SC2317,SC2016 # functions that check calls; an inner sh expands
set -u
cd "$(dirname "$0")/../.." || exit 1
name=cgroup
# shellcheck source=tests/e2e/lib/collect.sh
. tests/e2e/lib/collect.sh
cd "$work" || exit 1
few="--every 1s --no-http -q --exclude sysctl-* --exclude irq-affinity"
group=nettape-test-$$ busy='' mount='' version=''

clean() {
	for pid in $busy; do kill "$pid" 2>/dev/null; done
	for pid in $busy; do wait "$pid" 2>/dev/null; done
	[ -n "$mount" ] || return 0
	for g in "$mount/$group"/* "$mount/$group"; do
		for tries in 1 2 3 4 5; do # the last process leaves a moment after it was reaped
			[ ! -d "$g" ] || rmdir "$g" 2>/dev/null && break
			sleep 0.1
		done
	done
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

# make_groups GROUP...: each with 20 ms of CPU time in 100 ms
make_groups() {
	for g in "$@"; do
		mkdir "$mount/$g" || return 1
		case $g:$version in
		*/*:*) ;; # below a group that has the quota
		*:v1) echo 100000 >"$mount/$g/cpu.cfs_period_us" && echo 20000 >"$mount/$g/cpu.cfs_quota_us" || return 1 ;;
		*:v2) echo "20000 100000" >"$mount/$g/cpu.max" || return 1 ;;
		esac
	done
}
find_mount() {
	for mount in /sys/fs/cgroup/cpu /sys/fs/cgroup/cpu,cpuacct /sys/fs/cgroup/cpuacct,cpu; do
		version=v1
		[ -e "$mount/cpu.stat" ] && [ -w "$mount/cgroup.procs" ] && make_groups "$group" 2>>log && return 0
	done
	mount=/sys/fs/cgroup version=v2
	grep -qsw cpu "$mount/cgroup.subtree_control" && make_groups "$group" 2>>log && return 0
	[ -d "$mount/$group" ] && rmdir "$mount/$group"
	mount=
	return 1
}
# start GROUP COMMAND...: in that group, its number in $pid
start() {
	procs=$mount/$1/cgroup.procs
	shift
	rm -f started
	timeout 60 sh -c 'echo $$ >"$0" && echo $$ >started && exec "$@"' "$procs" "$@" >>log 2>&1 &
	busy="$busy $!"
	wait_for 5 test -s started || return 1
	pid=$(cat started)
}
sql() { "$analyze" --sql "$2" "$1" 2>>log | tail -1 | tr -d ' |'; }
grew() { v=$(sql "$1" "SELECT count(*) FROM series WHERE source = 'cgroup' AND entity = '$2' AND name = '$3' AND increase > 0"); [ "$v" = 1 ]; }

if ! find_mount; then
	echo "ok - $name: # SKIP no hierarchy of the cpu controller in which a group can be made"
	exit 0
fi
member=sys/fs/cgroup/$([ "$version" = v1 ] && basename "$mount" | sed 's/$/\//')$group

check "a busy process runs in a group" start "$group" sh -c 'while :; do :; done'
one=$pid
check "and an idle one" start "$group" sleep 59
# shellcheck disable=SC2086 # several words
check "they are recorded" status_is 0 "$collect" --for 3s $few --pid "$one" --pid "$pid" -o own.tar
unpack own.tar
check "cpu.stat is there at the first and the last tick" judge \
	"has('snap/000000/$member/cpu.stat') and has('snap/000003/$member/cpu.stat') and not has('snap/000001/$member/cpu.stat')"
check "a group that two tasks share is taken once a tick" judge \
	"[len([c for c in rows(r) if c[0] == '$member/cpu.stat']) for r in t] == [1, 0, 0, 1]"
check "what the group does not have is absent, if anything" judge "set(status('sys/fs/cgroup/')) <= {'ok', 'absent'}"
check "bundle.json plans it" judge \
	"[(s['how'], s['pace_ns']) for s in b['sources'] if s['id'] in ('group1-cpu', 'group1-memory', 'group2-limits')] == [('group', 10**10)] * 3"
check "nr_throttled grows in the store" grew own.tar "$group" nr_throttled
check "so do the periods" grew own.tar "$group" nr_periods
check "the quota is a fifth of the period" test \
	"$(sql own.tar "SELECT max(CASE name WHEN 'cpu_period' THEN last END) / max(CASE name WHEN 'cpu_quota' THEN last END) FROM series WHERE source = 'cgroup' AND entity = '$group'")" = 5
check "the report shows the group" sh -c "'$analyze' --fail-on never --section processes own.tar | grep -q '^ *$group .*20'"

odd=$group/$(printf 'a\033[31mb')
# shellcheck disable=SC2086
if make_groups "$odd" && start "$odd" sleep 59; then
	check "a group with a hostile name is recorded" status_is 0 "$collect" --for 1s $few --pid "$pid" -o odd.tar
	unpack odd.tar
	check "as an error without its name" judge \
		"any(c[1] == 'error' and '**' in c[0] and c[6] for c in rows(t[0], 'sys/fs/cgroup/')) and not any(chr(27) in c[0] for c in all_rows(''))"
else
	echo "ok - $name: a hostile name # SKIP no such group can be made"
fi
# shellcheck disable=SC2086
if make_groups "$group/other" && unshare -C true 2>>log; then
	check "runs in a cgroup namespace" status_is 0 sh -c "echo \$\$ >'$mount/$group/other/cgroup.procs' && exec unshare -C '$collect' --for 1s $few --pid $one -o ns.tar"
	unpack ns.tar
	check "a group outside of it is said to be so" judge \
		"any(c[1] == 'error' and 'outside' in c[6] for c in rows(t[0], 'sys/fs/cgroup/'))"
else
	echo "ok - $name: a cgroup namespace # SKIP none to be had"
fi
# shellcheck disable=SC2086
if [ "$version" = v1 ] && unshare -m true 2>>log; then
	mkdir moved
	check "v1 mounted as cpuacct,cpu alone is found" status_is 0 unshare -m sh -c "mount --bind '$mount' moved && mount -t tmpfs none /sys/fs/cgroup &&
		mkdir /sys/fs/cgroup/cpuacct,cpu && mount --bind moved /sys/fs/cgroup/cpuacct,cpu && exec '$collect' --for 1s $few --pid $one -o joined.tar"
	unpack joined.tar
	check "below that name" judge "has('snap/000001/sys/fs/cgroup/cpuacct,cpu/$group/cpu.stat')"
	check "and is the same group in the store" grew joined.tar "$group" nr_throttled
else
	echo "ok - $name: joined controllers # SKIP needs cgroup v1 and mount namespaces"
fi
# cgroup v2 as its documentation lays it out, where the kernel at hand has given the controllers to v1
printf '0::/system.slice/x.service\n' >v2
mkdir -p moved
# shellcheck disable=SC2086
if unshare -m mount --bind v2 "/proc/$one/cgroup" 2>>log; then
	check "v2 is recorded" status_is 0 unshare -m sh -c "mount --bind v2 /proc/$one/cgroup && mount -t tmpfs none /sys/fs/cgroup &&
		mkdir -p /sys/fs/cgroup/system.slice/x.service && cd /sys/fs/cgroup/system.slice/x.service && echo 'max 100000' >cpu.max &&
		echo 1048576 >memory.max && echo 4096 >memory.current && cd - && exec '$collect' --for 1s $few --pid $one -o v2.tar"
	unpack v2.tar
	check "below the group's own path" judge "text('snap/000001/sys/fs/cgroup/system.slice/x.service/cpu.max') == 'max 100000\\n'"
	check "less what its controllers do not give" judge "status('sys/fs/cgroup/system.slice/x.service/pids.max') == ['absent', 'absent']"
	check "and nothing of v1" judge "not all_rows('sys/fs/cgroup/cpu/system') and not all_rows('sys/fs/cgroup/memory/system')"
	check "its limits are the group's in the store" test "$(sql v2.tar "SELECT group_concat(name || '=' || last, ',') FROM
		(SELECT name, last FROM series WHERE entity = 'system.slice/x.service' AND name IN ('cpu_period', 'memory_max') ORDER BY name)")" = cpu_period=100000000,memory_max=1048576
else
	echo "ok - $name: v2 # SKIP needs mount namespaces"
fi
clean
check "nothing is left behind" test ! -e "$mount/$group"
exit "$failed"
