#!/bin/sh
# Each tests/parse/FORMAT/CASE.in must give CASE.out through `nettape-analyze --dump`.
# UPDATE=1 rewrites what is expected: review it with git diff.
# CASE.member holds the path that the file had on its host, where the parser needs that.
set -u
cd "$(dirname "$0")/.." || exit 1
analyze=${BUILD:-build}/nettape-analyze
got=${TESTLOG:-build}/golden
mkdir -p "$got"
status=0

dump() { # CASE FORMAT: what the parser makes of it
	if [ -e "$1.member" ]; then
		at=$got/at/$(cat "$1.member")
		mkdir -p "${at%/*}"
		cp "$1.in" "$at"
		"$analyze" --dump "$at" --as "$2"
		at=$?
		rm -rf "$got/at"
		return $at
	fi
	"$analyze" --dump - --as "$2" <"$1.in"
}

for in in tests/parse/*/*.in; do
	[ -e "$in" ] || { echo "not ok - no golden cases found"; exit 1; }
	case=${in%.in} name=${in#tests/parse/} format=$(basename "$(dirname "$in")")
	out=$got/$(echo "${name%.in}" | tr / _)
	if ! dump "$case" "$format" >"$out"; then
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
