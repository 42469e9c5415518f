# What the suites of faults do first: sourced with $name set, runs NAME.py in a folder of its own.
# shellcheck shell=sh disable=SC2154
# shellcheck source=/dev/null
. tests/e2e/lib/collect.sh
tests=$PWD/tests
cd "$work" || exit 1
rm -rf ./*
if ! "${CC:-cc}" -O1 -shared -fPIC -D_GNU_SOURCE -o fault.so "$tests/preload/fault.c" -ldl 2>>log; then
	echo "ok - $name: # SKIP the C library here takes no fault.so"
	exit 0
fi
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$tests/e2e/lib exec python3 "$tests/e2e/$name.py" "$collect" "$work/fault.so" "$tests/dumps/selfcap"
