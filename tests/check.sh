#!/bin/sh
# tests/check.sh BUILD [SUITE...]: run the suites, count their TAP lines.
# A suite is a unit test's name, or golden, rules, lint-rules, NAME of tests/e2e/NAME.sh;
# static, of the static collector, runs only when it is named (make check-static).
# Output: each suite's failures, then "N passed, N failed" alone on the last line.
set -u
build=$1
shift
cd "$(dirname "$0")/.." || exit 1
log=$build/check
rm -rf "$log"
mkdir -p "$log"
export BUILD="$build" TESTLOG="$PWD/$log"

suites() {
	for t in "$build"/tests/unit/test_*; do
		case $t in *.[od]) ;; *) printf '%s %s\n' "$(basename "$t")" "$t" ;; esac
	done
	printf 'golden tests/golden.sh\nreplay tests/replay.sh\nrooms tests/rooms.sh --tap\n'
	printf 'rules %s --test-rules rules\nlint-rules %s --lint-rules rules\n' \
		"$build/nettape-analyze" "$build/nettape-analyze"
	case " $only " in *" static "*) echo "static tests/static.sh" ;; esac
	for t in tests/e2e/*.sh; do
		[ -e "$t" ] && printf '%s %s\n' "$(basename "$t" .sh)" "$t"
	done
}

wanted() { # NAME: is it among the suites asked for, or were none named?
	[ -z "$only" ] && return 0
	case " $only " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

# Suites that mostly wait, for minutes of linkerd's: they run beside the others.
waits=' linkerd '

run() { # NAME COMMAND...
	begin=$(date +%s)
	out=$log/$1.tap err=$log/$1.err status=$log/$1.status
	shift
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 "$@" >"$out" 2>"$err" </dev/null
	echo "$? $(($(date +%s) - begin))" >"$status"
}

judge() { # NAME: prints and counts what it did
	out=$log/$1.tap
	read -r status seconds <"$log/$1.status"
	ok=$(grep -c '^ok ' "$out")
	skip=$(grep -ci '^ok .*# skip' "$out")
	bad=$(grep -c '^not ok ' "$out")
	if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
		printf 'not ok - %s: exit status %d, %d tests\n' "$1" "$status" "$ok" >>"$out"
		bad=1
	fi
	printf '%-22s %4d passed %3d failed %3d skipped %4d s\n' "$1" $((ok - skip)) "$bad" "$skip" "$seconds"
	if [ "$bad" -gt 0 ]; then
		grep -A20 '^not ok ' "$out" | head -60
		tail -n 40 "$log/$1.err"
	fi
	grep -i '^ok .*# skip' "$out" | sed 's/^/    /'
	passed=$((passed + ok - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
}

only=$*
passed=0 failed=0 skipped=0 later=
suites >"$log/suites"
while read -r name command <&3; do
	wanted "$name" || continue
	# shellcheck disable=SC2086 # a command and its arguments
	case $waits in
	*" $name "*)
		run "$name" $command 3<&- &
		later="$later $name"
		;;
	esac
done 3<"$log/suites"
while read -r name command <&3; do
	wanted "$name" || continue
	case $waits in *" $name "*) continue ;; esac
	# shellcheck disable=SC2086 # a command and its arguments
	run "$name" $command
	judge "$name"
done 3<"$log/suites"
wait
for name in $later; do judge "$name"; done
[ "$skipped" -eq 0 ] || printf '%d skipped, reasons above\n' "$skipped"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
