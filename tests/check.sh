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

only=$*
passed=0 failed=0 skipped=0
suites >"$log/suites"
while read -r name command <&3; do
	wanted "$name" || continue
	out=$log/$name.tap
	# shellcheck disable=SC2086 # a command and its arguments
	CMOCKA_MESSAGE_OUTPUT=TAP timeout 600 $command >"$out" 2>"$log/$name.err" </dev/null
	status=$?
	ok=$(grep -c '^ok ' "$out")
	skip=$(grep -ci '^ok .*# skip' "$out")
	bad=$(grep -c '^not ok ' "$out")
	if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
		printf 'not ok - %s: exit status %d, %d tests\n' "$name" "$status" "$ok" >>"$out"
		bad=1
	fi
	printf '%-22s %4d passed %3d failed %3d skipped\n' "$name" $((ok - skip)) "$bad" "$skip"
	if [ "$bad" -gt 0 ]; then
		grep -A20 '^not ok ' "$out" | head -60
		tail -n 40 "$log/$name.err"
	fi
	grep -i '^ok .*# skip' "$out" | sed 's/^/    /'
	passed=$((passed + ok - skip)) failed=$((failed + bad)) skipped=$((skipped + skip))
done 3<"$log/suites"
[ "$skipped" -eq 0 ] || printf '%d skipped, reasons above\n' "$skipped"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
