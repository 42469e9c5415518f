#!/bin/sh
# Every input that ever broke something, every golden case, rule and rule's test, through the
# fuzzer's harnesses: tests/fuzz/corpus/NAME belongs to a harness or to a parser's format.
set -u
cd "$(dirname "$0")/.." || exit 1
harness=${BUILD:-build}/tests/fuzz
whole=$(realpath "$harness")/whole_

replay() { # HARNESS CUTS FILES...
	program=$1
	shift
	[ $# -gt 1 ] && "$harness/$program" "$@"
}

# shellcheck disable=SC2046 # no blanks in these names
for folder in tests/parse/*; do
	FUZZ_FORMAT=${folder##*/} replay parse 64 $(find "$folder" "tests/fuzz/corpus/${folder##*/}" -name '*.in' -o -path '*/corpus/*' -type f 2>/dev/null | sort)
done
# shellcheck disable=SC2046
for program in "$harness"/*; do
	name=${program##*/}
	case $name in
	parse | whole_* | *.*) continue ;;
	rule) more=$(find rules -name '*.sql' | sort) ;;
	ruletest) more=$(find rules -name '*.test' | sort) ;;
	*) more= ;;
	esac
	# shellcheck disable=SC2086
	replay "$name" 4 $more $(find "tests/fuzz/corpus/$name" -type f 2>/dev/null | sort)
done

# What broke a whole program: it has to end by itself.
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
for f in "$PWD"/tests/fuzz/corpus/analyze/* "$PWD"/tests/fuzz/corpus/collect/*; do
	[ -e "$f" ] || continue
	name=$(basename "$(dirname "$f")")
	(cd "$scratch" && timeout 60 "$whole$name" "$f" >/dev/null 2>said)
	if [ $? -lt 124 ] && ! grep -q 'ERROR: \|runtime error' "$scratch/said"; then
		echo "ok - $name reads ${f##*/}"
	else
		echo "not ok - $name reads ${f##*/}"
		sed 's/^/# /' "$scratch/said"
	fi
done
