# What the end-to-end tests share: sourced with $name set, from the top of the tree, never run.
# $work is a fresh folder for what the test writes.
# shellcheck shell=sh disable=SC2034
home=$PWD
build=$(cd "${BUILD:-build}" && pwd)
collect=$build/nettape-collect
analyze=$build/nettape-analyze
work=${TESTLOG:-$build/check}/${name:?}
rm -rf "$work"
mkdir -p "$work"
work=$(cd "$work" && pwd)
export PYTHONDONTWRITEBYTECODE=1
failed=0

# verdict WHAT STATUS: one TAP line
verdict() {
	if [ "$2" -eq 0 ]; then
		echo "ok - $name: $1"
	else
		echo "not ok - $name: $1"
		failed=1
	fi
}

# check WHAT COMMAND...: ok when it succeeds; what it says goes to the log, whose end is shown when it does not
check() {
	what=$1
	shift
	"$@" >>"$work/log" 2>&1 && verdict "$what" 0 && return
	verdict "$what" 1
	echo "$*" | head -c 600 | sed 's/^/# /'
	tail -n 20 "$work/log" | sed 's/^/# /'
}

skip() { echo "ok - $name: $1 # SKIP $2"; } # WHAT WHY

# status_is STATUS COMMAND...: what it says stands in $work/out and $work/err
status_is() {
	want=$1
	shift
	"$@" >"$work/out" 2>"$work/err"
	got=$?
	[ "$got" -eq "$want" ] && return
	echo "status $got, not $want: $*"
	tail -n 5 "$work/out" "$work/err"
	return 1
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	tries=$(($1 * 20))
	shift
	while [ "$tries" -gt 0 ]; do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.05
		tries=$((tries - 1))
	done
	return 1
}
