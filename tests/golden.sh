#!/bin/sh
# Each tests/parse/FORMAT/CASE.in through its parser must give CASE.out.
# UPDATE=1 rewrites what is expected: review it with git diff.
# A first line "# member: PATH" of CASE.member names the member when the format has several.
set -u
cd "$(dirname "$0")/.." || exit 1
dump=${BUILD:-build}/tests/parse_dump
got=${TESTLOG:-build}/golden
mkdir -p "$got"
status=0
for in in tests/parse/*/*.in; do
	[ -e "$in" ] || { echo "not ok - no golden cases found"; exit 1; }
	case=${in%.in} name=${in#tests/parse/} format=$(basename "$(dirname "$in")")
	member=
	[ -e "$case.member" ] && member=$(cat "$case.member")
	out=$got/$(echo "${name%.in}" | tr / _)
	# shellcheck disable=SC2086 # one word or none
	if ! "$dump" "$format" $member <"$in" >"$out"; then
		echo "not ok - golden ${name%.in}: the parser failed"
		status=1
		continue
	fi
	[ -z "${UPDATE:-}" ] || cp "$out" "$case.out"
	if diff -u "$case.out" "$out" >"$out.diff"; then
		echo "ok - golden ${name%.in}"
	else
		echo "not ok - golden ${name%.in}"
		head -20 "$out.diff"
		status=1
	fi
done
for parser in analyze/parse/*.c; do
	format=$(basename "$parser" .c)
	ls "tests/parse/$format"/*.in >/dev/null 2>&1 && continue
	echo "not ok - golden: $format has no case"
	status=1
done
exit $status
