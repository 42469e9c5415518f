#!/bin/sh
# fuzz.sh BUILD TIME NAME...: each harness, or parser's format, for TIME seconds, $JOBS (2) at
# once.  At last a table; exit status 1 when something was found.  What was found is made small
# and kept in tests/fuzz/corpus/NAME; what only covers more stays in BUILD/corpus/NAME.
set -u
cd "$(dirname "$0")/../.." || exit 2
build=$1 time=$2
shift 2
findings_most=5 # of one harness: a bug is often found again
export ASAN_OPTIONS="detect_leaks=1:allocator_may_return_null=1:${ASAN_OPTIONS:-}" UBSAN_OPTIONS=print_stacktrace=1

existing() { # those of the folders that are there
	for d in "$@"; do [ ! -d "$d" ] || echo "$d"; done
}

keep() { # NAME ARTIFACT: as small as half a minute makes it
	mkdir -p "tests/fuzz/corpus/$1"
	kept=tests/fuzz/corpus/$1/$(basename "$2" | sed 's/^.*-\(.\{12\}\).*$/\1/')
	"$program" -minimize_crash=1 -max_total_time=30 -exact_artifact_path="$kept" -timeout=20 -rss_limit_mb=2048 "$2" \
		>"$2.log" 2>&1
	[ -e "$kept" ] || cp "$2" "$kept"
	echo "$kept"
}

fuzz() { # NAME
	program=$build/tests/fuzz/$1 longest=65536
	if [ ! -x "$program" ]; then
		program=$build/tests/fuzz/parse FUZZ_FORMAT=$1 longest=16384
		export FUZZ_FORMAT
	fi
	log=$build/log/$1 found=$build/found/$1 corpus=$build/corpus/$1
	rm -rf "$found"
	mkdir -p "$build/log" "$found" "$corpus"
	: >"$log"
	: >"$log.found"
	until=$(($(date +%s) + time))
	while left=$((until - $(date +%s))) && [ "$left" -gt 0 ] && [ "$(wc -l <"$log.found")" -lt $findings_most ]; do
		# shellcheck disable=SC2046 # no blanks in these names
		"$program" -max_total_time="$left" -timeout=20 -rss_limit_mb=2048 -max_len=$longest -print_final_stats=1 \
			-artifact_prefix="$found/" "$corpus" \
			$(existing "$build/seeds/$1" "tests/parse/$1" "tests/fuzz/corpus/$1") >>"$log" 2>&1
		for f in "$found"/crash-* "$found"/timeout-* "$found"/oom-* "$found"/leak-*; do
			case $f in *'*' | *.log) continue ;; esac
			keep "$1" "$f" >>"$log.found"
			mv "$f" "$found/kept-${f##*/}"
		done
	done
}

row() { # NAME: of its log
	awk -v name="$1" -v found="$(sort -u "$build/log/$1.found" | wc -l)" '
		/^INFO: Loaded .* counters/ { match($0, /\([0-9]+ inline/); all = substr($0, RSTART + 1, RLENGTH - 8) }
		{ for (i = 1; i < NF; i++) {
			if ($i == "cov:" && $(i + 1) > cov) cov = $(i + 1)
			if ($i == "ft:" && $(i + 1) > ft) ft = $(i + 1)
		} }
		/^#[0-9]+/ { n = substr($1, 2) + 0 }
		/^stat::number_of_executed_units/ { n = $2 }
		/^stat::peak_rss/ { sum += n; n = 0 }
		END { printf "%-16s %12d %8d %8d %8d %9d\n", name, sum + n, cov, all, ft, found }' "$build/log/$1"
}

lane() { # takes the next that nobody has
	for name in $names; do
		mkdir "$build/taken/$name" 2>/dev/null || continue
		fuzz "$name"
		printf '%s\n' "$(row "$name")" >"$build/log/$name.row"
	done
}

names=$*
rm -rf "$build/taken"
mkdir -p "$build/taken"
for _ in $(seq "${JOBS:-2}"); do lane & done
wait
printf '%-16s %12s %8s %8s %8s %9s\n' harness executions edges 'of' features findings
for name in "$@"; do cat "$build/log/$name.row"; done
for name in "$@"; do sort -u "$build/log/$name.found"; done | awk '{ print "found: " $0 } END { exit NR > 0 }'
