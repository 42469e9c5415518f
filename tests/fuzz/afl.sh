#!/bin/sh
# afl.sh BUILD analyze|collect TIME: the whole program under AFL++ for TIME seconds, then what it
# did; exit status 1 when something was found, which is then kept in tests/fuzz/corpus/PROGRAM.
# It goes on where it was the last time; rm -r BUILD/PROGRAM begins anew.
set -u
cd "$(dirname "$0")/../.." || exit 2
top=$PWD build=$PWD/$1 program=$2 time=$3
harness=$build/tests/fuzz/whole_$program
out=$build/$program
kept=$top/tests/fuzz/corpus/$program
case $program in
analyze) seeds='bundle sosreport' ;;
*) seeds=$program ;;
esac
export AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_AUTORESUME=1 AFL_FAST_CAL=1 \
	AFL_DISABLE_TRIM=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
	ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0:allocator_may_return_null=1 \
	UBSAN_OPTIONS=abort_on_error=1:halt_on_error=1:symbolize=0
mkdir -p "$out/in" "$out/scratch"
for s in $seeds; do # a few small ones, since each takes the program a good while
	find "$build/seeds/$s" "$top/tests/fuzz/corpus/$s" -type f -size -16k 2>/dev/null | sort | head -n 8 |
		xargs -r cp -t "$out/in"
done
cd "$out/scratch" || exit 2
afl-fuzz -V "$time" -i "$out/in" -o "$out/out" -m none -t 30000 -- "$harness" @@ >"$out/log" 2>&1 || {
	tail -n 30 "$out/log"
	exit 2
}
for f in "$out"/out/default/crashes/id*; do
	[ -e "$f" ] || continue
	mkdir -p "$kept"
	small=$kept/$(sha1sum <"$f" | cut -c1-12)
	timeout 300 afl-tmin -m none -t 30000 -i "$f" -o "$small" -- "$harness" @@ >>"$out/log" 2>&1 || cp "$f" "$small"
done
awk -F' *: ' '
	{ v[$1] = $2 }
	END {
		printf "%s: %d executions in %d s, %d paths, %d of %d edges, %d crashes, %d hangs\n", program,
		       v["execs_done"], v["run_time"], v["corpus_count"], v["edges_found"], v["total_edges"],
		       v["saved_crashes"], v["saved_hangs"]
		exit v["saved_crashes"] > 0
	}' program="$program" "$out/out/default/fuzzer_stats"
