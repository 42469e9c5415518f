#!/bin/sh
# tests/check.sh BUILD [SUITE...]: run the suites, count their TAP lines.
# A suite is a unit test's name, or golden, rules, lint-rules, NAME of tests/e2e/NAME.sh;
# static, of the static collector, packages and valgrind run only when they are named (make
# check-static, check-deb).  $SKIP_SUITES: those that are left out.  $AGAIN: only what
# failed in the run before, one suite at a time; its new result replaces the old one.
# Output: each suite's failures, then "N passed, N failed" alone on the last line.
set -u
build=$1
shift
cd "$(dirname "$0")/.." || exit 1
log=$build/${CHECK_LOG:-check}
again=${AGAIN:-}
[ -n "$again" ] || rm -rf "$log"
mkdir -p "$log"
export BUILD="$build" TESTLOG="$PWD/$log"

suites() { # those that take longest come first, so that nothing waits for them at the end
	for t in steady linkerd fleet; do printf '%s tests/e2e/%s.sh\n' "$t" "$t"; done
	for t in tests/e2e/*.sh; do
		case $t in */steady.sh | */linkerd.sh | */fleet.sh) continue ;; esac
		printf '%s %s\n' "$(basename "$t" .sh)" "$t"
	done
	printf 'golden tests/golden.sh\nreplay tests/replay.sh\nrooms tests/rooms.sh --tap\n'
	printf 'rules %s --test-rules rules\nlint-rules %s --lint-rules rules\n' \
		"$build/nettape-analyze" "$build/nettape-analyze"
	for t in static packages valgrind; do
		case " $only " in *" $t "*) echo "$t tests/$t.sh" ;; esac
	done
	for t in "$build"/tests/unit/test_*; do
		case $t in *.[od]) ;; *) printf '%s %s\n' "$(basename "$t")" "$t" ;; esac
	done
}

wanted() { # NAME: is it among the suites asked for, or were none named and is it not left out?
	case " ${SKIP_SUITES:-} " in *" $1 "*) return 1 ;; esac
	[ -z "$only" ] && return 0
	case " $only " in *" $1 "*) return 0 ;; *) return 1 ;; esac
}

run() { # NAME COMMAND...
	begin=$(date +%s)
	out=$log/$1.tap err=$log/$1.err status=$log/$1.status
	shift
	CMOCKA_MESSAGE_OUTPUT=TAP timeout "${LIMIT:-600}" "$@" >"$out" 2>"$err" </dev/null
	echo "$? $(($(date +%s) - begin))" >"$status"
}

judge() { # NAME: says and counts what it did
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
	echo "$((ok - skip)) $bad $skip" >"$log/$1.count"
}

lane() { # takes the next suite that nobody has, until there is none
	while read -r name command <&3; do
		if ! wanted "$name" || ! mkdir "$log/$name.taken" 2>/dev/null; then continue; fi
		# shellcheck disable=SC2086 # a command and its arguments
		run "$name" $command 3<&-
		judge "$name" >"$log/$name.said"
		cat "$log/$name.said"
	done 3<"$log/suites"
}

retry() { # each suite that failed, alone
	for count in "$log"/*.count; do
		read -r _ bad _ <"$count"
		[ "$bad" -eq 0 ] && continue
		only=$(basename "$count" .count)
		echo "$only failed beside others; once more, alone:"
		rm -rf "$count" "$log/$only.taken"
		lane
	done
}

only=$*
if [ -n "$again" ]; then
	retry
else
	suites >"$log/suites"
	# Many suites wait for a recording's end: one more at once than there are CPUs.
	for _ in $(seq 0 "$(nproc)"); do lane & done
	wait
fi
for taken in "$log"/*.taken; do
	[ -e "${taken%.taken}.count" ] && continue
	printf 'not ok - %s: it did not end\n' "$(basename "$taken" .taken)"
	echo "0 1 0" >"${taken%.taken}.count"
done
# shellcheck disable=SC2046 # three numbers
set -- $(cat "$log"/*.count 2>/dev/null | awk '{p += $1; f += $2; s += $3} END {print p + 0, f + 0, s + 0}')
[ "$3" -eq 0 ] || printf '%d skipped, reasons above\n' "$3"
printf '%d passed, %d failed\n' "$1" "$2"
[ "$2" -eq 0 ] && [ "$1" -gt 0 ]
