#!/bin/sh
# How the release programs are linked and compiled, as readelf sees it.  Prints TAP.
# shellcheck disable=SC2317 # functions that check calls
set -u
cd "$(dirname "$0")/../.." || exit 1
name=hardened
# shellcheck source=tests/e2e/lib/common.sh
. tests/e2e/lib/common.sh

if nm "$analyze" | grep -q '__asan_init'; then
	skip "the release build" "this one is for sanitizers"
	exit 0
fi

has() { grep -qE "$2" "$work/$1" || { echo "no $2 in $1" && return 1; }; }
has_none() { ! grep -E "$2" "$work/$1"; }

# Every object says that it can be used with both; the C runtime's own may not.
objects_say() { # PROPERTY
	find "$build/obj/schema" "$build/obj/collect" "$build/obj/analyze" -name '*.o' >"$work/objects"
	[ -s "$work/objects" ] || return 1
	while read -r o; do
		readelf -nW "$o" | grep -q "x86 feature:.*$1" || { echo "$o: no $1" && return 1; }
	done <"$work/objects"
}

for program in "$collect" "$analyze"; do
	p=${program##*/}
	readelf -hlW "$program" >"$work/$p.head"
	readelf -dW "$program" >"$work/$p.dynamic"
	readelf -W --dyn-syms "$program" >"$work/$p.symbols"
	check "$p: its place in memory differs each time (PIE)" has "$p.head" 'Type: +DYN'
	check "$p: no stack that can be run" has "$p.head" 'GNU_STACK .* RW +0x'
	check "$p: no segment that can be written and run" has_none "$p.head" 'LOAD .* RWE '
	check "$p: RELRO" has "$p.head" 'GNU_RELRO'
	check "$p: with all symbols bound at the start" has "$p.dynamic" 'BIND_NOW|Flags:.* NOW'
	check "$p: stack protector" has "$p.symbols" '__stack_chk_fail'
	check "$p: FORTIFY" has "$p.symbols" '__[a-z]+_chk'
	check "$p: looks for libraries nowhere of its own" has_none "$p.dynamic" 'R(UN)?PATH'
done
if [ "$(uname -m)" = x86_64 ]; then
	check "indirect branches of every object of ours land at marks" objects_say IBT
	check "and every object can have a shadow stack" objects_say SHSTK
fi
exit "$failed"
